import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { AdbDevice, AdbWay } from '../adb/device.ts';
import { wayKey, type Ways } from '../adb/ways.ts';

/** An open connection to a board that others may use as well. */
export interface Lease {
  readonly device: AdbDevice;
  readonly way: AdbWay;
  /** It can be used no more: let it go and take another. */
  readonly over: boolean;
  /** Closes it with its last user. May be called again. */
  release(): void;
}

interface Shared {
  readonly opening: Promise<Outcome<AdbDevice>>;
  /** Gives the opening up: nobody waits for it any more. */
  readonly abort: AbortController;
  users: number;
  over: boolean;
}

/**
 * One connection for each way, however many sessions and checks go over it: a USB interface can be held only once, and each new connection
 * over TCP asks for its authentication again.
 */
export class Leases {
  readonly #shared = new Map<string, Shared>();

  /** Opens the way, or joins who has it open. Whoever leaves early (signal) does not end it for the others. */
  async take(way: AdbWay, signal?: AbortSignal): Promise<Outcome<Lease>> {
    const key = wayKey(way);
    const shared = this.#shared.get(key) ?? this.#open(key, way);
    shared.users += 1;
    const opened = await unlessAborted(shared.opening, signal);
    if (opened.ok) return ok(this.#lease(key, way, shared, opened.value));
    this.#leave(key, shared);
    return opened;
  }

  /** Somebody has that way open, or is about to. */
  isTaken(way: AdbWay): boolean {
    return this.#shared.has(wayKey(way));
  }

  /** Takes the best way to that board, and the next where one cannot be opened. Fails with the problem of the best. `last`: via of a way that is taken only where no other is. */
  async takeBest(
    ways: Ways,
    board: string,
    signal?: AbortSignal,
    last: string | null = null,
  ): Promise<Outcome<Lease>> {
    let first: Problem | null = null;
    const found = ways.to(board);
    for (const way of [
      ...found.filter(({ via }) => via !== last),
      ...found.filter(({ via }) => via === last),
    ]) {
      const lease = await this.take(way, signal);
      if (lease.ok || signal?.aborted === true) return lease;
      first ??= lease.problem;
    }
    return first === null ? gone(board) : { ok: false, problem: first };
  }

  #open(key: string, way: AdbWay): Shared {
    const abort = new AbortController();
    const shared: Shared = { opening: opened(way, abort.signal), abort, users: 0, over: false };
    const forget = (): void => {
      shared.over = true;
      if (this.#shared.get(key) === shared) this.#shared.delete(key);
    };
    this.#shared.set(key, shared);
    void shared.opening.then((outcome) => {
      if (outcome.ok) void outcome.value.gone.then(forget);
      else forget();
    });
    return shared;
  }

  #lease(key: string, way: AdbWay, shared: Shared, device: AdbDevice): Lease {
    let released = false;
    return {
      device,
      way,
      get over() {
        return released || shared.over;
      },
      release: () => {
        if (!released) this.#leave(key, shared);
        released = true;
      },
    };
  }

  #leave(key: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    shared.over = true;
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
    shared.abort.abort();
    void shared.opening.then((outcome) => (outcome.ok ? outcome.value.close() : undefined));
  }
}

const books = new WeakMap<Ways, Leases>();

/** The leases that belong to a book of ways. */
export function leasesOf(ways: Ways): Leases {
  const leases = books.get(ways) ?? new Leases();
  books.set(ways, leases);
  return leases;
}

/** A way that throws is a defect of ours, and still must not end a process that measures elsewhere. */
const opened = (way: AdbWay, signal: AbortSignal): Promise<Outcome<AdbDevice>> =>
  way
    .open(signal)
    .catch((error: unknown) =>
      fail(
        'adb-protocol',
        `${way.via} could not be opened: ${error instanceof Error ? error.message : String(error)}.`,
      ),
    );

function unlessAborted<T>(work: Promise<Outcome<T>>, signal: AbortSignal | undefined): Promise<Outcome<T>> {
  if (signal === undefined) return work;
  return new Promise((resolve) => {
    const aborted = (): void => {
      resolve(fail('cancelled', 'Connecting to the board was cancelled.'));
    };
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
    void work.then((outcome) => {
      signal.removeEventListener('abort', aborted);
      resolve(outcome);
    });
  });
}

const gone = (board: string): Outcome<never> =>
  fail(
    'unknown-board',
    `No way to the board ${board} is there now.`,
    'Look at the cable and whether the board runs: qda-lab boards',
  );
