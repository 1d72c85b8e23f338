import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ok, type Outcome } from '../model/outcome.ts';
import { makeFolders } from './folders.ts';
import { storeProblem } from './problems.ts';

/** A few settings of the user in a JSON file of their own. */
export interface SmallFile<T> {
  /** What a file of this kind says of itself. */
  readonly schema: string;
  /** Where there is no file yet. */
  readonly none: T;
  /** null: these are not the fields of such a file. */
  readonly take: (fields: Readonly<Record<string, unknown>>) => T | null;
  readonly give: (value: T) => object;
  /** The problem of a file that is damaged, or of a newer version. */
  readonly damaged: (path: string) => Outcome<never>;
}

/** Fails with the file's own problem, or with what the file system says. */
export function readSmall<T>(file: SmallFile<T>, path: string): Outcome<T> {
  try {
    const fields = parsed(readFileSync(path, 'utf8'));
    const value = fields?.['schema'] === file.schema ? file.take(fields) : null;
    return value === null ? file.damaged(path) : ok(value);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(file.none);
    return storeProblem(error, path);
  }
}

/** Writes it: the file is the old one or the new one at every moment. */
export function writeSmall<T>(file: SmallFile<T>, path: string, value: T): Outcome<undefined> {
  const fresh = `${path}.${process.pid}.new`;
  try {
    makeFolders(dirname(path));
    writeFileSync(fresh, `${JSON.stringify({ schema: file.schema, ...file.give(value) }, null, 2)}\n`);
    renameSync(fresh, path);
    return ok(undefined);
  } catch (error) {
    rmSync(fresh, { force: true });
    return storeProblem(error, path);
  }
}

/** null where it is no JSON. */
function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  } catch {
    return null;
  }
}
