import { readFileSync } from 'node:fs';
import { fail, ok, type Outcome } from '../model/outcome.ts';

/** The text of a run file. Fails with 'unreadable-file'. */
export function readRunFile(path: string): Outcome<string> {
  try {
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fail(
      'unreadable-file',
      `${path} cannot be read (${code}).`,
      'Check the path; a run of the store is named by its id: qda-lab runs',
    );
  }
}
