import { ok, type Outcome } from '../../../model/outcome.ts';
import { sleep, type Clock } from '../../../session/clock.ts';
import { Store } from '../../../store/store.ts';
import { isThere, touchedAt } from '../../../store/touched.ts';

/** How long SQLite may hold the host's one thread up for another program, and how often it is tried again in between. */
const TRY = { waitMs: 40, pauseMs: 160, times: 25 } as const;
/** Between two looks whether another program wrote. */
const LOOK_MS = 1_000;

/** Short work on the store from the host's own thread: never waits there for another program that writes. */
export class StoreAccess {
  readonly #path: string;
  readonly #clock: Clock;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  read<T>(work: (store: Store) => Outcome<T>): Promise<Outcome<T>> {
    return this.#patiently(() => attempt(Store.openToRead(this.#path, TRY.waitMs), work));
  }

  /** null where there is no store yet: looking at it makes none. */
  async readIfThere<T>(work: (store: Store) => Outcome<T>): Promise<Outcome<T | null>> {
    return isThere(this.#path) ? await this.read(work) : ok(null);
  }

  write<T>(work: (store: Store) => Outcome<T>): Promise<Outcome<T>> {
    return this.#patiently(() => attempt(Store.open(this.#path, TRY.waitMs), work));
  }

  async #patiently<T>(work: () => Outcome<T>): Promise<Outcome<T>> {
    for (let tried = 1; ; tried += 1) {
      const outcome = work();
      if (outcome.ok || outcome.problem.code !== 'store-busy' || tried === TRY.times) return outcome;
      await sleep(this.#clock, TRY.pauseMs);
    }
  }
}

function attempt<T>(store: Outcome<Store>, work: (store: Store) => Outcome<T>): Outcome<T> {
  if (!store.ok) return store;
  try {
    return work(store.value);
  } finally {
    store.value.close();
  }
}

/** Sees that lists of runs would show something else than before, whoever wrote it. */
export class StoreWatch {
  readonly #path: string;
  readonly #access: StoreAccess;
  readonly #changed: () => void;
  #touched = '';
  #seen = -1;

  constructor(path: string, access: StoreAccess, changed: () => void) {
    this.#path = path;
    this.#access = access;
    this.#changed = changed;
  }

  /** Looks now; cheap where nothing was written. A store that cannot be read is told by the calls that need it. */
  async look(): Promise<void> {
    const touched = touchedAt(this.#path);
    if (touched === this.#touched || !isThere(this.#path)) return;
    this.#touched = touched;
    const changes = await this.#access.read((store) => store.changes());
    if (!changes.ok || changes.value === this.#seen) return;
    const first = this.#seen < 0;
    this.#seen = changes.value;
    if (!first) this.#changed();
  }

  /** Keeps looking while `wanted` says so; the result ends that. */
  follow(clock: Clock, wanted: () => boolean): () => void {
    let ended = false;
    let cancel: (() => void) | null = null;
    const look = async (): Promise<void> => {
      // What goes wrong here goes wrong in the calls that need the store, which say it.
      if (wanted()) await this.look().catch(() => undefined);
      if (!ended) cancel = clock.after(LOOK_MS, () => void look());
    };
    void look();
    return () => {
      ended = true;
      cancel?.();
    };
  }
}
