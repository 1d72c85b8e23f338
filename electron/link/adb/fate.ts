import { fail, type Outcome, type Problem } from '../../model/outcome.ts';
import { cancelled, timedOut } from './problems.ts';

/** How something long-lived ends: once, with a problem. Listeners can leave, so that a thousand short pieces of work leave nothing behind. */
export class Fate {
  readonly promise: Promise<Problem>;
  #settle!: (problem: Problem) => void;
  #problem: Problem | null = null;
  readonly #listeners = new Set<(problem: Problem) => void>();

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** null: not over. */
  get problem(): Problem | null {
    return this.#problem;
  }

  /** Only the first counts. */
  end(problem: Problem): void {
    if (this.#problem !== null) return;
    this.#problem = problem;
    this.#settle(problem);
    for (const listener of [...this.#listeners]) listener(problem);
    this.#listeners.clear();
  }

  /** Calls the listener at the end, at once where that was; the result takes it back. */
  on(listener: (problem: Problem) => void): () => void {
    if (this.#problem !== null) listener(this.#problem);
    else this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** What moves shows it here: a time limit then counts from the last beat. */
export class Beat {
  #timer: NodeJS.Timeout | undefined;

  /** For `bounded`. */
  attach(timer: NodeJS.Timeout | undefined): void {
    this.#timer = timer;
  }

  touch(): void {
    this.#timer?.refresh();
  }
}

export interface Bounds {
  /** What is done, as the beginning of a sentence: "Pushing /tmp/agent". */
  readonly what: string;
  readonly fate: Fate;
  readonly signal?: AbortSignal | undefined;
  /** Left out: no limit. */
  readonly timeoutMs?: number;
  readonly beat?: Beat;
}

/** Result of the work, or the problem of whatever ends it before: the transport, the caller, the clock. `stop` is called then. */
export function bounded<T>(
  work: Promise<Outcome<T>>,
  { what, fate, signal, timeoutMs, beat }: Bounds,
  stop: () => void,
): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    let over = false;
    const finish = (outcome: Outcome<T>): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      leave();
      resolve(outcome);
    };
    const early = (problem: Problem): void => {
      if (over) return;
      // First the promise: what `stop` ends must not look like a result.
      finish({ ok: false, problem });
      stop();
    };
    const aborted = (): void => {
      early(cancelled(what));
    };
    const ms = timeoutMs ?? 0;
    const late = (): void => {
      early(timedOut(what, ms));
    };
    const timer = ms > 0 ? setTimeout(late, ms) : undefined;
    beat?.attach(timer);
    let leave: () => void = () => undefined;
    signal?.addEventListener('abort', aborted);
    leave = fate.on(early);
    if (signal?.aborted === true) aborted();
    work.then(finish, (error: unknown) => {
      finish(
        fail('adb-protocol', `${what} failed: ${error instanceof Error ? error.message : String(error)}`),
      );
    });
  });
}
