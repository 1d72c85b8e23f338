import type { Reply, Request } from '../../electron/contract/face.ts';
import { fail, type Outcome } from '../../electron/model/outcome.ts';

/** Requests that wait for their reply, by number. */
export class Pending {
  readonly #waiting = new Map<number, (outcome: Outcome<unknown>) => void>();
  #last = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /** Numbers a request; its promise resolves with the reply of that number, and never rejects. */
  add(
    call: string,
    args: unknown,
  ): { readonly request: Request; readonly outcome: Promise<Outcome<unknown>> } {
    const id = ++this.#last;
    const outcome = new Promise<Outcome<unknown>>((resolve) => this.#waiting.set(id, resolve));
    return { request: { id, call, args }, outcome };
  }

  /** False where nothing waits for it. */
  settle({ id, outcome }: Reply): boolean {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(outcome);
    return resolve !== undefined;
  }

  /** The host is away: what waits will get no answer. */
  fail(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) resolve(LOST);
  }
}

export const LOST = fail(
  'host-away',
  'The host went away before it answered; whether it did what was asked is not known.',
  'The window connects again by itself; ask again then.',
);

export const NOT_CONNECTED = fail(
  'not-connected',
  'There is no connection to the host, so nothing was asked of it.',
  'The window connects again by itself; ask again then.',
);
