import { readFileSync, statSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import { jsonWeight } from './json-weight.ts';

/** Longest run file that is read, bytes: a text of this engine has at most 512 Mi characters. */
export const MAX_RUN_FILE = 500 * 2 ** 20;

/** Part of the heap's limit that a parsed run file may take: the run that is made of it takes some too. */
const PART = 0.75;

/** The text of a run file. Fails with 'unreadable-file', or 'too-large' where reading it would take more memory than there is. */
export function readRunFile(path: string, heapBytes = getHeapStatistics().heap_size_limit): Outcome<string> {
  const text = attempt(path, () => readFileSync(path, 'utf8'));
  if (!text.ok || text.value.length + jsonWeight(text.value) <= heapBytes * PART) return text;
  return fail(
    'too-large',
    `${path} needs more memory than this tool takes; nothing was changed.`,
    'Use a run with fewer samples, or a machine with more memory.',
  );
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
