/**
 * Runs something at most every `least` ms, and less often where it is costly: it takes a fortieth of the time at most, a quarter
 * while the user waits for it.
 */
export class Pace {
  readonly #run: () => void;
  readonly #least: number;
  #timer = 0;
  /** When the timer is due. */
  #dueMs = Infinity;
  #endedMs = -Infinity;
  #costMs = 0;

  constructor(run: () => void, least = 100) {
    this.#run = run;
    this.#least = least;
  }

  /** Runs at once where it may, else as soon as it may. `awaited`: by the user, who scrubs or opened something. */
  request(awaited = false): void {
    const pause = awaited ? 3 * this.#costMs : Math.max(this.#least, 40 * this.#costMs);
    const due = this.#endedMs + pause;
    const wait = due - performance.now();
    if (wait <= 0) this.#go();
    else if (due < this.#dueMs) {
      clearTimeout(this.#timer);
      this.#dueMs = due;
      this.#timer = window.setTimeout(() => this.#go(), wait);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Infinity;
  }

  #go(): void {
    this.close();
    const began = performance.now();
    this.#run();
    this.#endedMs = performance.now();
    this.#costMs = this.#endedMs - began;
  }
}
