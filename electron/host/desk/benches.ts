import type { LiveRun, LiveRunChange } from '../../model/live-run.ts';
import { Emitter } from '../../session/emitter.ts';

interface BenchEvents {
  readonly change: LiveRunChange;
}

/** The runs of all boards: one a board at a time; the last one of each stays until another takes its place. */
export class Benches {
  readonly events = new Emitter<BenchEvents>();
  readonly #runs = new Map<string, LiveRun>();

  current(board: string): LiveRun | null {
    return this.#runs.get(board) ?? null;
  }

  all(): readonly LiveRun[] {
    return [...this.#runs.values()];
  }

  /** Cancels what runs there and waits for its end. */
  async end(_board: string): Promise<void> {}

  async close(): Promise<void> {}
}
