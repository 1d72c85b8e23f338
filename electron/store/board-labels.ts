import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import { makeFolders } from './folders.ts';
import { storeProblem } from './problems.ts';

const SCHEMA = 'qda-lab/boards/1';

export type BoardLabels = ReadonlyMap<string, string>;

export const labelsPath = (home: string): string => join(home, 'boards.json');

/** The names that the user gave to boards, by board id. Fails with 'labels-damaged', or with what the file system says. */
export function readLabels(path: string): Outcome<BoardLabels> {
  try {
    const labels = labelsIn(readFileSync(path, 'utf8'));
    return labels === null ? damaged(path) : ok(labels);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(new Map());
    return storeProblem(error, path);
  }
}

/** Writes them: the file is the old one or the new one at every moment. */
export function writeLabels(path: string, labels: BoardLabels): Outcome<undefined> {
  const fresh = `${path}.${process.pid}.new`;
  try {
    makeFolders(dirname(path));
    writeFileSync(
      fresh,
      `${JSON.stringify({ schema: SCHEMA, labels: Object.fromEntries(labels) }, null, 2)}\n`,
    );
    renameSync(fresh, path);
    return ok(undefined);
  } catch (error) {
    rmSync(fresh, { force: true });
    return storeProblem(error, path);
  }
}

function labelsIn(text: string): BoardLabels | null {
  const value = parsed(text) as { readonly schema?: unknown; readonly labels?: unknown } | null;
  if (value?.schema !== SCHEMA || typeof value.labels !== 'object' || value.labels === null) return null;
  const entries = Object.entries(value.labels);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ? new Map(entries)
    : null;
}

/** null where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const damaged = (path: string): Outcome<never> =>
  fail(
    'labels-damaged',
    `${path}: the names of boards cannot be read: the file is damaged or of a newer version. Boards stand without them.`,
    'Mend the file, or move it away; it is not written to before that.',
  );
