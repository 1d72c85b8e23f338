import type { Clock } from '../../session/clock.ts';

const FASTEST_MS = 100;
const SLOWEST_MS = 2_000;
/** Share of the time that snapshots may take of the board. */
const SNAPSHOT_SHARE = 0.15;
/** And of this process's time that making pictures may take. */
const PICTURE_SHARE = 0.2;
/** Weight of the newest of the measured times. */
const NEWEST = 0.3;

/** How often a snapshot is taken: as often as it is cheap, by what the last ones took. */
export class Cadence {
  #tookMs: number | null = null;

  took(ms: number): void {
    this.#tookMs = this.#tookMs === null ? ms : this.#tookMs + NEWEST * (ms - this.#tookMs);
  }

  /** Milliseconds that a snapshot takes. */
  get snapshotMs(): number {
    return this.#tookMs ?? 0;
  }

  /** From the begin of one snapshot to the begin of the next. */
  get everyMs(): number {
    return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, this.snapshotMs / SNAPSHOT_SHARE));
  }
}

/** Does something soon after it was asked for: at most ten times a second, and never for more than a share of the time. */
export class Ticker {
  readonly #clock: Clock;
  readonly #work: () => void;
  #notBefore = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, work: () => void) {
    this.#clock = clock;
    this.#work = work;
  }

  ask(): void {
    const inMs = Math.max(0, this.#notBefore - this.#clock.steadyMs());
    this.#cancel ??= this.#clock.after(inMs, () => {
      this.#do();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #do(): void {
    this.#cancel = null;
    const began = this.#clock.steadyMs();
    this.#work();
    const end = this.#clock.steadyMs();
    this.#notBefore = Math.max(began + FASTEST_MS, began + (end - began) / PICTURE_SHARE);
  }
}
