import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { fail, type Problem } from '../model/outcome.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html) that mean the machine, not a bug of ours. */
const SQLITE = {
  busy: 5,
  locked: 6,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  notadb: 26,
} as const;

const REMEDY: Record<number, readonly [code: string, what: string, remedy: string]> = {
  [SQLITE.busy]: [
    'store-busy',
    'another program holds the run store',
    'Wait until it is done, then try again.',
  ],
  [SQLITE.locked]: [
    'store-busy',
    'another program holds the run store',
    'Wait until it is done, then try again.',
  ],
  [SQLITE.readonly]: [
    'store-read-only',
    'the run store cannot be written',
    'Set QDA_LAB_HOME to a folder that you may write.',
  ],
  [SQLITE.ioerr]: [
    'store-io',
    'the disk of the run store gave an error',
    'Check the disk, or set QDA_LAB_HOME to another one.',
  ],
  [SQLITE.corrupt]: [
    'store-damaged',
    'the run store is damaged',
    'Move the file away; runs exported before are not touched.',
  ],
  [SQLITE.full]: [
    'store-full',
    'the disk of the run store is full',
    'Free space, or set QDA_LAB_HOME to another disk.',
  ],
  [SQLITE.cantopen]: [
    'store-unreachable',
    'the run store cannot be opened',
    'Set QDA_LAB_HOME to a folder that you may write.',
  ],
  [SQLITE.notadb]: [
    'store-damaged',
    'the file is not a run store',
    'Move the file away, or set QDA_LAB_HOME to another folder.',
  ],
};

/** A SQLite or file-system error as a problem; anything else is a bug and is thrown on. */
export function storeProblem(
  error: unknown,
  path: string,
): { readonly ok: false; readonly problem: Problem } {
  const known = error instanceof Error ? REMEDY[refined(sqliteCode(error), path)] : undefined;
  if (known) return fail(known[0], `${path}: ${known[1]}.`, known[2]);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (['EROFS', 'EACCES', 'EPERM'].includes(code))
    return fail(
      'store-read-only',
      `${path}: cannot be written (${code}).`,
      'Set QDA_LAB_HOME to a folder that you may write.',
    );
  if (['ENOSPC', 'EDQUOT'].includes(code))
    return fail(
      'store-full',
      `${path}: the disk is full (${code}).`,
      'Free space, or set QDA_LAB_HOME to another disk.',
    );
  if (['ENOTDIR', 'EEXIST', 'ENOENT', 'EISDIR'].includes(code))
    return fail(
      'store-unreachable',
      `${path}: cannot be reached (${code}).`,
      'Set QDA_LAB_HOME to a folder.',
    );
  throw error;
}

/** SQLite says 'cannot open' also where only writing is barred: it makes files beside the store. */
const refined = (code: number, path: string): number =>
  code === SQLITE.cantopen && !writable(dirname(path)) ? SQLITE.readonly : code;

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function sqliteCode(error: Error): number {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : -1;
}
