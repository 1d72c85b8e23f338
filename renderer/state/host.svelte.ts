import type { CallArgs, CallName, CallResult } from '../../electron/contract/calls.ts';
import { decode, encode } from '../../electron/contract/codec.ts';
import type { Reply } from '../../electron/contract/face.ts';
import type { Push, PushName, Pushes } from '../../electron/contract/pushes.ts';
import type { Outcome, Problem } from '../../electron/model/outcome.ts';
import { backoffMs } from './backoff.ts';
import type { Door } from './doors/door.ts';
import { NOT_CONNECTED, Pending } from './pending.ts';

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Times are UTC ms; `retryAtMs` is null where the door opens by itself. */
  | {
      readonly kind: 'lost';
      readonly sinceMs: number;
      readonly attempt: number;
      readonly retryAtMs: number | null;
    }
  | { readonly kind: 'refused'; readonly problem: Problem };

type Listener = (value: never) => void;

/** The host as the window sees it: calls, pushes and how the connection stands. */
export class Host {
  connection = $state.raw<Connection>({ kind: 'connecting' });
  /** The page belongs to another version of the host than the one that answers. */
  outdated = $state(false);
  open = $derived(this.connection.kind === 'open');

  readonly door: Door;
  readonly #pending = new Pending();
  readonly #listeners = new Map<PushName, Set<Listener>>();
  readonly #onOpen = new Set<() => void>();
  #retry: ReturnType<typeof setTimeout> | null = null;
  #attempt = 0;
  #lostSince = 0;

  constructor(door: Door) {
    this.door = door;
  }

  /** Begins to connect; from then on it connects again by itself. */
  connect(): void {
    this.door.open({
      opened: () => {
        this.#opened();
      },
      text: (text) => {
        this.#take(decode(text));
      },
      closed: (refused) => {
        this.#closed(refused);
      },
    });
  }

  /** Tries again now rather than after the wait. */
  retryNow(): void {
    if (this.#retry === null) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    this.connect();
  }

  /** Asks the host. Never rejects: what went wrong comes back as a problem. */
  async call<N extends CallName>(name: N, args: CallArgs<N>): Promise<Outcome<CallResult<N>>> {
    if (this.connection.kind !== 'open') return NOT_CONNECTED;
    const { request, outcome } = this.#pending.add(name, args);
    this.door.send(encode(request));
    const answer = (await outcome) as Outcome<CallResult<N>>;
    if (!answer.ok && answer.problem.code === 'unknown-call') this.outdated = true;
    return answer;
  }

  /** Listens to a push; the result ends it. */
  on<N extends PushName>(push: N, listener: (value: Pushes[N]) => void): () => void {
    const listeners = this.#listeners.get(push) ?? new Set();
    this.#listeners.set(push, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Calls the listener each time the connection stands, the first time and again. */
  onOpen(listener: () => void): () => void {
    this.#onOpen.add(listener);
    if (this.connection.kind === 'open') listener();
    return () => this.#onOpen.delete(listener);
  }

  #opened(): void {
    // Nothing waits yet, unless another host took the place of the one before at once.
    this.#pending.fail();
    this.#attempt = 0;
    this.#lostSince = 0;
    this.connection = { kind: 'open' };
    for (const listener of this.#onOpen) listener();
  }

  #take(message: unknown): void {
    const parsed = message as Push | Reply;
    if ('push' in parsed) {
      for (const listener of this.#listeners.get(parsed.push) ?? []) listener(parsed.value as never);
    } else this.#pending.settle(parsed);
  }

  #closed(refused: Problem | null): void {
    this.#pending.fail();
    if (refused !== null) {
      this.connection = { kind: 'refused', problem: refused };
      return;
    }
    this.#attempt += 1;
    this.#lostSince ||= Date.now();
    const wait = this.door.opensItself ? null : backoffMs(this.#attempt);
    this.connection = {
      kind: 'lost',
      sinceMs: this.#lostSince,
      attempt: this.#attempt,
      retryAtMs: wait === null ? null : Date.now() + wait,
    };
    if (wait === null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.connect();
    }, wait);
  }
}
