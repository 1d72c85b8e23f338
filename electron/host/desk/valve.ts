/** Lines that may come at once, and a second, in the long run. */
const AT_ONCE = 2_000;
const A_SECOND = 400;

export interface Passing {
  readonly pass: boolean;
  /** Something to say: the flood begins, or it has ended and so many lines were left out. */
  readonly said: string | null;
}

/** Lets a source's lines through as long as they are not a flood; then none until it had time to calm down. Pure. */
export class Valve {
  #room = AT_ONCE;
  #atMs: number | null = null;
  #left = 0;

  take(steadyMs: number): Passing {
    const since = steadyMs - (this.#atMs ?? steadyMs);
    this.#atMs = steadyMs;
    this.#room = Math.min(AT_ONCE, this.#room + (since * A_SECOND) / 1000);
    if (this.#left > 0) return this.#room < AT_ONCE / 2 ? this.#leave() : this.#open();
    if (this.#room < 1) return { ...this.#leave(), said: FLOOD };
    this.#room -= 1;
    return { pass: true, said: null };
  }

  #leave(): Passing {
    this.#left += 1;
    return { pass: false, said: null };
  }

  #open(): Passing {
    const said = `${this.#left} lines were left out of the log.`;
    this.#left = 0;
    this.#room -= 1;
    return { pass: true, said };
  }
}

const FLOOD =
  'Lines come faster than can be kept. They are left out of the log for some seconds, and counted; nothing else is lost.';
