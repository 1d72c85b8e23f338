import type { AdbWay } from './device.ts';
import { askThrough, isAddress, type BoardIdentity } from './identity.ts';
import { wayKey, type Ways } from './ways.ts';

/** The boards that a way goes to by their serial, and not by an address, and what they say of themselves. */
export class Cables {
  readonly #ways: Ways;
  readonly #listeners = new Set<() => void>();
  /** What the boards behind them said where they were asked. */
  #asked = new Map<string, Promise<BoardIdentity | null> | null>();

  constructor(ways: Ways) {
    this.#ways = ways;
    ways.onChange(() => {
      this.#see();
    });
  }

  /** Calls the listener when one came, or can be used now; the result ends that. */
  onNew(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  boards(): readonly string[] {
    return this.#ways.boards().filter((board) => this.#to(board).length > 0);
  }

  /**
   * Who a board says to be; null: it was not asked. Once while its cable stays, and in an adb server only: over USB itself that needs the
   * interface.
   */
  async ask(board: string, signal?: AbortSignal): Promise<BoardIdentity | null> {
    const way = this.#to(board).find(({ transport, usable }) => transport === 'adb' && usable !== false);
    if (way === undefined) return null;
    const key = keyOf(way);
    const before = this.#asked.get(key);
    if (before) return before;
    const asked = askThrough(way, signal);
    this.#asked.set(key, asked);
    const identity = await asked;
    // An answer that nobody waited for is none.
    if (signal?.aborted === true && this.#asked.get(key) === asked) this.#asked.set(key, null);
    return identity;
  }

  #to(board: string): readonly AdbWay[] {
    const isCable = ({ serial, transport }: AdbWay): boolean =>
      serial === board && transport !== 'tcp' && !isAddress(serial);
    return this.#ways.to(board).filter(isCable);
  }

  #see(): void {
    const before = this.#asked;
    const now = this.#ways.boards().flatMap((board) => this.#to(board).map(keyOf));
    this.#asked = new Map(now.map((key) => [key, before.get(key) ?? null]));
    if (now.some((key) => !before.has(key))) for (const listener of [...this.#listeners]) listener();
  }
}

/** A cable as it stands now: a board that is started anew cannot be used in between. */
const keyOf = (way: AdbWay): string => `${wayKey(way)} ${String(way.usable !== false)}`;
