import type { MemoryDelta, WatchState } from '../../model/memory-delta.ts';
import type { Clock } from '../../session/clock.ts';
import { ok } from '../../model/outcome.ts';
import type { Boards } from './boards.ts';
import { MemoryWatch, type MemoryViewer, type WatchedBoard } from './memory-watch.ts';

/** One watch a board, as long as somebody looks on. */
export class MemoryWatches {
  readonly #boards: Boards;
  readonly #clock: Clock;
  readonly #watches = new Map<string, MemoryWatch>();
  readonly #paused = new Map<string, string>();
  readonly #ending = new Set<Promise<void>>();

  constructor(boards: Boards, clock: Clock) {
    this.#boards = boards;
    this.#clock = clock;
  }

  /** The viewer is told everything of that board from now on, a reset first; the returned function ends that. */
  attach(board: string, viewer: MemoryViewer): () => void {
    let watch = this.#watches.get(board);
    if (watch === undefined) {
      watch = new MemoryWatch(this.#watched(board), this.#clock, this.#paused.get(board) ?? null);
      this.#watches.set(board, watch);
    }
    const begun = watch;
    const detach = begun.attach(viewer);
    return () => {
      detach();
      if (begun.viewers === 0) this.#end(board, begun);
    };
  }

  /** The whole picture now; null: nobody watches, or there is none yet. */
  reset(board: string): MemoryDelta | null {
    return this.#watches.get(board)?.reset() ?? null;
  }

  state(board: string): WatchState | null {
    return this.#watches.get(board)?.state ?? null;
  }

  /** Nothing looks at that board when this resolves, until the returned function is called. */
  async pause(board: string, why: string): Promise<() => void> {
    this.#paused.set(board, why);
    await this.#watches.get(board)?.pause(why);
    return () => {
      this.#paused.delete(board);
      this.#watches.get(board)?.resume();
    };
  }

  async close(): Promise<void> {
    for (const [board, watch] of this.#watches) this.#end(board, watch);
    await Promise.all(this.#ending);
  }

  #end(board: string, watch: MemoryWatch): void {
    if (this.#watches.get(board) === watch) this.#watches.delete(board);
    const ending = watch.stop();
    this.#ending.add(ending);
    void ending.then(() => this.#ending.delete(ending));
  }

  #watched(board: string): WatchedBoard {
    return {
      open: async () => {
        const opened = await this.#boards.open(board, false);
        return opened.ok ? ok(opened.value.session) : opened;
      },
      state: () => this.#boards.state(board),
      onChange: (listener) =>
        this.#boards.events.on('changed', (id) => {
          if (id === board) listener();
        }),
    };
  }
}
