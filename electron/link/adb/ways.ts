import type { BoardSummary } from '../../model/board.ts';
import type { AdbWay } from './device.ts';

/** Which way is taken where there are several: a server that stands holds the interface, and a cable is surer than a network. */
export const WAY_ORDER: readonly BoardSummary['transport'][] = ['virtual', 'adb', 'usb', 'tcp'];

const rank = ({ transport, usable }: AdbWay): number =>
  WAY_ORDER.indexOf(transport) + (usable === false ? WAY_ORDER.length : 0);

/** The same for the same way, whichever object stands for it. */
export const wayKey = ({ transport, via, serial }: AdbWay): string => `${transport} ${via} ${serial}`;

/**
 * All ways to all boards as the providers saw them last: a session that lost its way comes back on whichever is there. Keyed by the board's
 * id, which is its serial.
 */
export class Ways {
  readonly #byProvider = new Map<object, ReadonlyMap<string, AdbWay>>();
  readonly #listeners = new Set<() => void>();
  /** What boards are called now, by what they were called before. */
  readonly #renamed = new Map<string, string>();

  /** What this provider sees now, by the boards' ids; replaces what it saw before. */
  put(provider: object, ways: ReadonlyMap<string, AdbWay>): void {
    this.#byProvider.set(provider, ways);
    for (const listener of this.#listeners) listener();
  }

  /** Ways to that board, the preferred one first: those that can be used before those that cannot. */
  to(board: string): readonly AdbWay[] {
    const waysOf = (id: string): AdbWay[] =>
      [...this.#byProvider.values()].flatMap((ways) => ways.get(id) ?? []);
    const found = waysOf(board);
    const renamed = this.#renamed.get(board);
    if (found.length === 0 && renamed !== undefined) found.push(...waysOf(renamed));
    return found.sort((a, b) => rank(a) - rank(b));
  }

  /** That board has another id from now on; who still knows it by the one before finds its ways. */
  renamed(before: string, now: string): void {
    for (const [older, board] of this.#renamed) if (board === before) this.#renamed.set(older, now);
    this.#renamed.set(before, now);
    this.#renamed.delete(now);
  }

  /** Boards that there is a way to, usable or not. */
  boards(): readonly string[] {
    return [...new Set([...this.#byProvider.values()].flatMap((ways) => [...ways.keys()]))];
  }

  /** Calls the listener when ways came or went; the result ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
