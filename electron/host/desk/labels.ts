import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import { labelsPath, readLabels, writeLabels } from '../../store/board-labels.ts';

/** The user's names for boards, kept in a file. Another program's names, given meanwhile, stay. */
export class Labels {
  readonly #path: string;
  #labels: ReadonlyMap<string, string>;
  /** Why the file cannot be read; null: it can. */
  readonly problem: Problem | null;

  constructor(home: string) {
    this.#path = labelsPath(home);
    const read = readLabels(this.#path);
    this.#labels = read.ok ? read.value : new Map();
    this.problem = read.ok ? null : read.problem;
  }

  /** Empty: none. */
  of(board: string): string {
    return this.#labels.get(board) ?? '';
  }

  /** Empty takes it away. Fails where the file cannot be read or written: it is never written over unread. */
  put(board: string, label: string): Outcome<undefined> {
    const read = readLabels(this.#path);
    if (!read.ok) return read;
    const labels = new Map(read.value);
    if (label === '') labels.delete(board);
    else labels.set(board, label);
    const written = writeLabels(this.#path, labels);
    if (!written.ok) return written;
    this.#labels = labels;
    return ok(undefined);
  }
}

/** The names as they are kept now; none where the file cannot be read. */
export function readLabelsOf(home: string): ReadonlyMap<string, string> {
  const read = readLabels(labelsPath(home));
  return read.ok ? read.value : new Map();
}
