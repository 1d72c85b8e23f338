import type { MemoryDelta, WatchState } from '../../model/memory-delta.ts';
import { ok } from '../../model/outcome.ts';
import type { Clock } from '../../session/clock.ts';
import type { Boards } from './boards.ts';
import { goingForward } from './forward.ts';
import { MemoryWatch, type MemoryViewer, type WatchedBoard } from './memory-watch.ts';

/** A watch that nobody looks at any more goes on for so long: a page that is loaded again finds it as it was. */
const LINGER_MS = 2_000;

/** One watch a board, as long as somebody looks on. */
export class MemoryWatches {
  readonly #boards: Pick<Boards, 'open' | 'state' | 'events'>;
  readonly #clock: Clock;
  readonly #watches = new Map<string, MemoryWatch>();
  readonly #lingering = new Map<MemoryWatch, () => void>();
  /** Of each board the watch that still ends: a session has one trace, which it will stop. */
  readonly #ending = new Map<string, Promise<void>>();
  readonly #paused = new Map<string, string>();

  constructor(boards: Pick<Boards, 'open' | 'state' | 'events'>, clock: Clock) {
    this.#boards = boards;
    this.#clock = goingForward(clock);
  }

  /** The viewer is told everything of that board from now on, a reset first; the returned function ends that. */
  attach(board: string, viewer: MemoryViewer): () => void {
    const watch = this.#watches.get(board) ?? this.#begin(board);
    this.#lingering.get(watch)?.();
    this.#lingering.delete(watch);
    const detach = watch.attach(viewer);
    return () => {
      detach();
      if (watch.viewers > 0 || this.#lingering.has(watch) || this.#watches.get(board) !== watch) return;
      const cancel = this.#clock.after(LINGER_MS, () => {
        this.#end(board, watch);
      });
      this.#lingering.set(watch, cancel);
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
    await this.#ending.get(board);
    return () => {
      this.#paused.delete(board);
      this.#watches.get(board)?.resume();
    };
  }

  async close(): Promise<void> {
    for (const [board, watch] of this.#watches) this.#end(board, watch);
    await Promise.all(this.#ending.values());
  }

  #begin(board: string): MemoryWatch {
    const watch = new MemoryWatch(this.#watched(board), this.#clock, this.#paused.get(board) ?? null);
    this.#watches.set(board, watch);
    return watch;
  }

  #end(board: string, watch: MemoryWatch): void {
    this.#lingering.get(watch)?.();
    this.#lingering.delete(watch);
    this.#watches.delete(board);
    const ending = watch.stop().finally(() => {
      if (this.#ending.get(board) === ending) this.#ending.delete(board);
    });
    this.#ending.set(board, ending);
  }

  #watched(board: string): WatchedBoard {
    const before = this.#ending.get(board);
    return {
      open: async () => {
        await before;
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
