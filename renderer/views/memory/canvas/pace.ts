/**
 * Runs something at most every `least` ms, and less often where it is costly: it never takes more than a twentieth of the time.
 */
export class Pace {
  readonly #run: () => void;
  readonly #least: number;
  #timer = 0;
  #nextMs = -Infinity;

  constructor(run: () => void, least = 100) {
    this.#run = run;
    this.#least = least;
  }

  /** Runs at once where it may, else as soon as it may. `now`: the user waits for it. */
  request(now = false): void {
    const wait = now ? 0 : this.#nextMs - performance.now();
    if (wait <= 0) this.#go();
    else if (this.#timer === 0) this.#timer = window.setTimeout(() => this.#go(), wait);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #go(): void {
    this.close();
    const began = performance.now();
    this.#run();
    const ended = performance.now();
    this.#nextMs = ended + Math.max(this.#least, 20 * (ended - began));
  }
}
