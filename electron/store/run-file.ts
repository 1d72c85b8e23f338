import { readFileSync, statSync } from 'node:fs';
import { fail, ok, type Outcome } from '../model/outcome.ts';

/** Longest run file that is read, bytes: a text of this engine has at most 512 Mi characters. */
export const MAX_RUN_FILE = 500 * 2 ** 20;

/** The text of a run file. Fails with 'unreadable-file'. */
export function readRunFile(path: string): Outcome<string> {
  return attempt(path, () => readFileSync(path, 'utf8'));
}

/** Bytes of a regular file. Fails with 'unreadable-file'. */
export function sizeOfFile(path: string): Outcome<number> {
  return attempt(path, () => {
    const info = statSync(path);
    if (!info.isFile()) throw Object.assign(new Error('no regular file'), { code: 'EISDIR' });
    return info.size;
  });
}

function attempt<T>(path: string, work: () => T): Outcome<T> {
  try {
    return ok(work());
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fail(
      'unreadable-file',
      `${path} cannot be read (${code}).`,
      'Check the path; a run of the store is named by its id: qda-lab runs',
    );
  }
}
