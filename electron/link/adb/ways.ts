import type { AdbWay } from './device.ts';

/** Which way is taken where there are several: a server that stands holds the interface, and a cable is surer than a network. */
const ORDER = ['adb', 'usb', 'tcp'] as const;

/**
 * All ways to all boards as the providers saw them last: a session that lost its way comes back on whichever is there. Keyed by the board's
 * id, which is its serial.
 */
export class Ways {
  readonly #byProvider = new Map<object, ReadonlyMap<string, AdbWay>>();
  readonly #listeners = new Set<() => void>();

  /** What this provider sees now, by the boards' ids; replaces what it saw before. */
  put(provider: object, ways: ReadonlyMap<string, AdbWay>): void {
    this.#byProvider.set(provider, ways);
    for (const listener of this.#listeners) listener();
  }

  /** Ways to that board, the preferred one first. */
  to(board: string): readonly AdbWay[] {
    const found = [...this.#byProvider.values()].flatMap((ways) => ways.get(board) ?? []);
    return found.sort((a, b) => ORDER.indexOf(a.transport) - ORDER.indexOf(b.transport));
  }

  /** Calls the listener when ways came or went; the result ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
