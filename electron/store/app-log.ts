import { appendFileSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, type Outcome } from '../model/outcome.ts';
import { makeFolders } from './folders.ts';
import { storeProblem } from './problems.ts';

/** A file that reaches this many bytes becomes the old one, in place of the one before. */
const MOST_BYTES = 512 * 1024;

export const appLogPath = (home: string): string => join(home, 'log.txt');
const oldPath = (path: string): string => `${path}.old`;

/** Adds lines to the log of the app. Two files are kept, both bounded. */
export function appendAppLog(path: string, lines: readonly string[]): Outcome<undefined> {
  try {
    makeFolders(dirname(path));
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > MOST_BYTES) renameSync(path, oldPath(path));
    appendFileSync(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    return ok(undefined);
  } catch (error) {
    return storeProblem(error, path);
  }
}

/** The newest lines that are kept; none where there is no log. */
export function readAppLog(path: string, most: number): readonly string[] {
  const lines = [oldPath(path), path].flatMap((one) => textOf(one).split('\n'));
  return lines.filter((line) => line !== '').slice(-most);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // none yet, or not to be read: who reads it says that there are no lines
  }
}
