import type { AdbCredentialStore } from '@yume-chan/adb';
import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import { loginDaemon } from '../adb/daemon.ts';
import type { AdbDevice, AdbWay } from '../adb/device.ts';
import { cancelled, closedByUs, unanswered } from '../adb/problems.ts';
import type { TcpAddress } from './address.ts';
import { SharedDevice } from './lease.ts';
import { connectTcp } from './pipe.ts';

/** What is known of a daemon at an address. */
export type LineState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'ready'; readonly device: AdbDevice; readonly shared: SharedDevice }
  /** The board waits for its user; the connection stays until the answer. */
  | { readonly kind: 'asked'; readonly problem: Problem }
  | { readonly kind: 'failed'; readonly problem: Problem };

export interface LineOptions {
  readonly keys: AdbCredentialStore;
  /** First pause after a failure, ms; it doubles. */
  readonly retryMs?: number;
  /** How long `open` waits for the answer on the board's screen, ms. */
  readonly answerMs?: number;
}

const RETRY_MS = 1_000;
const MOST_RETRY_MS = 10_000;
const ANSWER_MS = 30_000;

/** After these another try would only ask the board's user again, or read the same broken file: it waits for somebody who wants the board. */
const SETTLED = ['unauthorized', 'key-broken', 'key-open', 'key-not-made'];

/**
 * One connection to one daemon, kept and made anew: it shows when the board comes and goes without any asking, and a user who allowed
 * this computer once is not asked for every session.
 */
export class TcpLine implements AdbWay {
  readonly transport = 'tcp';
  readonly serial: string;
  readonly via: string;
  readonly #address: TcpAddress;
  readonly #options: LineOptions;
  readonly #listeners = new Set<() => void>();
  #state: LineState = { kind: 'connecting' };
  #trying = false;
  #timer: NodeJS.Timeout | undefined;
  #pause: number;
  #abort = new AbortController();

  constructor(address: TcpAddress, options: LineOptions) {
    this.#address = address;
    this.#options = options;
    this.#pause = options.retryMs ?? RETRY_MS;
    this.serial = address.name;
    this.via = `TCP ${address.name}`;
  }

  get state(): LineState {
    return this.#state;
  }

  get usable(): boolean {
    return this.#state.kind === 'ready';
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Connects, unless that is done or under way. */
  start(): void {
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    if (this.#trying || this.#state.kind === 'ready') return;
    clearTimeout(this.#timer);
    void this.#try();
  }

  /** Resolves when there is something to say: it is there, it asks, it failed; or when it is closed. */
  settled(signal?: AbortSignal): Promise<void> {
    return this.#until(({ kind }) => kind !== 'connecting', signal);
  }

  async open(signal?: AbortSignal): Promise<Outcome<AdbDevice>> {
    this.start();
    const late = AbortSignal.timeout(this.#options.answerMs ?? ANSWER_MS);
    const end = signal === undefined ? late : AbortSignal.any([late, signal]);
    const over = this.#abort.signal;
    await this.#until(({ kind }) => kind === 'ready' || (kind === 'failed' && !this.#trying), end);
    if (signal?.aborted === true) return { ok: false, problem: cancelled(`Connecting to ${this.serial}`) };
    if (over.aborted) return { ok: false, problem: closedByUs };
    const state = this.#state;
    if (state.kind === 'ready') return ok(state.shared.lease());
    return { ok: false, problem: state.kind === 'connecting' ? unanswered(this.serial) : state.problem };
  }

  /** Ends it, and every waiting for it; `start` and `open` begin anew. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const last = this.#state;
    this.#state = { kind: 'connecting' };
    this.#trying = false;
    this.#abort.abort();
    if (last.kind === 'ready') await last.device.close();
  }

  /** Until it holds, the caller gives up, or the line is closed. */
  #until(holds: (state: LineState) => boolean, signal?: AbortSignal): Promise<void> {
    const ends = signal === undefined ? [this.#abort.signal] : [this.#abort.signal, signal];
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds(this.#state) && !ends.some(({ aborted }) => aborted)) return;
        off();
        for (const end of ends) end.removeEventListener('abort', look);
        resolve();
      };
      const off = this.onChange(look);
      for (const end of ends) end.addEventListener('abort', look);
      look();
    });
  }

  #is(state: LineState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  async #try(): Promise<void> {
    this.#trying = true;
    const { signal } = this.#abort;
    const device = await this.#connect(signal);
    if (signal.aborted) {
      // Closed meanwhile; another try may be under way.
      if (device.ok) await device.value.close();
      return;
    }
    this.#trying = false;
    if (device.ok) this.#isReady(device.value, signal);
    else this.#failed(device.problem);
  }

  async #connect(signal: AbortSignal): Promise<Outcome<AdbDevice>> {
    const pipe = await connectTcp(this.#address, signal);
    if (!pipe.ok) return pipe;
    const { keys } = this.#options;
    const onAsked = (): void => {
      if (!signal.aborted) this.#is({ kind: 'asked', problem: unanswered(this.serial) });
    };
    return loginDaemon(pipe.value, { serial: this.serial, keys, answerMs: Infinity, onAsked, signal });
  }

  #isReady(device: AdbDevice, signal: AbortSignal): void {
    this.#pause = this.#options.retryMs ?? RETRY_MS;
    this.#is({ kind: 'ready', device, shared: new SharedDevice(device) });
    void device.gone.then((problem) => {
      if (!signal.aborted) this.#failed(problem);
    });
  }

  #failed(problem: Problem): void {
    this.#is({ kind: 'failed', problem });
    if (SETTLED.includes(problem.code)) return;
    this.#timer = setTimeout(() => {
      this.start();
    }, this.#pause).unref();
    this.#pause = Math.min(2 * this.#pause, MOST_RETRY_MS);
  }
}
