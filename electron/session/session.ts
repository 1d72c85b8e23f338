import type { Deployment } from '../link/interfaces/link.ts';
import type { BoardState, Check, Identity } from '../model/board.ts';
import type { MemorySnapshot, Tier } from '../model/memory.ts';
import { ok, type Outcome, type Problem, type Reading } from '../model/outcome.ts';
import type { Welcome } from '../model/stream.ts';
import type { AgentRequest, PlanRequest } from '../wire/messages.ts';
import type { Clock, Limits } from './clock.ts';
import { Emitter } from './emitter.ts';
import type { SessionEvents } from './events.ts';
import { Lifeline } from './lifeline.ts';
import { changedDsp, isGone } from './nodes.ts';
import { closedByUs, notConnected } from './problems.ts';
import { pushTaker } from './pushes.ts';
import { collectMemory, done, single, type ReplyTaker } from './replies.ts';
import { Runs } from './runs.ts';
import { transition, type BoardEvent } from './transition.ts';

/**
 * One board, from the first handshake to the end: its state, its requests, the plan that runs on it. Made by
 * `openSession`; knows links only by their interfaces.
 */
export class Session {
  readonly #events = new Emitter<SessionEvents>();
  readonly #clock: Clock;
  readonly #lifeline: Lifeline;
  readonly #runs: Runs;
  #state: BoardState = { kind: 'connecting', step: 'greeting the agent' };
  #welcome: Welcome | null = null;
  #identity: Identity | null = null;
  #closing: Promise<void> | null = null;

  constructor(deployment: Deployment, clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#runs = new Runs(this.#events, clock, {
      channel: () => this.#lifeline.channel,
      ask: (request, taker) => this.#ask(request, taker),
      happened: (event) => {
        this.#happened(event);
      },
      nodeFailed: () => void this.identity(),
    });
    this.#lifeline = new Lifeline(deployment, clock, limits, {
      resumeAfter: () => this.#runs.acked,
      welcomed: (channel, welcome, loss) => {
        this.#welcome = welcome;
        this.#runs.welcomed(channel, welcome, loss === null ? null : this.#absence(loss));
      },
      push: pushTaker(this.#runs, this.#events),
      lost: (problem) => {
        this.#happened({ kind: 'stream-lost', atMs: clock.nowMs() });
        this.#events.emit('notice', problem);
      },
      over: (problem) => {
        this.#over(problem);
      },
    });
  }

  get state(): BoardState {
    return this.#state;
  }

  /** What the agent said of itself last; null before the first handshake. */
  get welcome(): Welcome | null {
    return this.#welcome;
  }

  /** Listens; the returned function ends that. Listeners are called in the order of the stream. */
  on<K extends keyof SessionEvents>(kind: K, listener: (value: SessionEvents[K]) => void): () => void {
    return this.#events.on(kind, listener);
  }

  /** The first connection; `openSession` calls it. After a failure nothing is left to close. */
  async start(): Promise<Outcome<undefined>> {
    const outcome = await this.#lifeline.start();
    if (outcome.ok) return ok(undefined);
    this.#over(outcome.problem);
    await this.close();
    return outcome;
  }

  async identity(): Promise<Outcome<Identity>> {
    const taker = single('identity', (body) => body.identity);
    const outcome = await this.#ask({ kind: 'get-identity' }, taker);
    if (outcome.ok) this.#identified(outcome.value);
    return outcome;
  }

  checks(): Promise<Outcome<readonly Check[]>> {
    const taker = single('checks', (body) => body.checks);
    return this.#ask({ kind: 'get-checks' }, taker);
  }

  environment(): Promise<Outcome<readonly Reading[]>> {
    const taker = single('environment', (body) => body.readings);
    return this.#ask({ kind: 'get-environment' }, taker);
  }

  /** No tiers: all of them. */
  memory(tiers: readonly Tier[] = []): Promise<Outcome<MemorySnapshot>> {
    return this.#ask({ kind: 'get-memory', tiers }, collectMemory());
  }

  startEvents(): Promise<Outcome<undefined>> {
    return this.#ask({ kind: 'start-events' }, done);
  }

  stopEvents(): Promise<Outcome<undefined>> {
    return this.#ask({ kind: 'stop-events' }, done);
  }

  ping(): Promise<Outcome<undefined>> {
    return this.#ask({ kind: 'ping' }, done);
  }

  /** Starts a plan; what comes of it are `plan` events up to plan-done, or one `aborted`. */
  startPlan(plan: PlanRequest): Promise<Outcome<undefined>> {
    return this.#runs.start(plan);
  }

  /** Ends the running plan early: its plan-done comes. While the board is lost this waits until it is back or given up. */
  async cancel(): Promise<Outcome<undefined>> {
    await this.#lifeline.settled();
    return this.#ask({ kind: 'cancel' }, done);
  }

  /** All blocks of the running plan up to this one are stored: the agent may forget them. */
  ackUpTo(block: number): void {
    this.#runs.ackUpTo(block);
  }

  /** Ends the run (for that reason), the agent and the connection. Nothing of them is left afterwards; may be called again. */
  close(why: Problem = closedByUs): Promise<void> {
    this.#closing ??= this.#close(why);
    return this.#closing;
  }

  async #close(why: Problem): Promise<void> {
    this.#runs.abort(why);
    await this.#lifeline.stop();
    this.#happened({ kind: 'closed' });
  }

  #ask<T>(request: AgentRequest, taker: ReplyTaker<T>): Promise<Outcome<T>> {
    const { channel } = this.#lifeline;
    if (channel !== null) return channel.request(request, taker);
    return Promise.resolve({ ok: false, problem: notConnected(this.#state.kind) });
  }

  #happened(event: BoardEvent): void {
    const next = transition(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    this.#events.emit('state', next);
  }

  /** It cannot go on: what is left of the agent is ended. */
  #over(problem: Problem): void {
    this.#happened(problem.code === 'rebooted' ? { kind: 'agent-changed' } : { kind: 'problem', problem });
    this.#runs.abort(problem);
    void this.close();
  }

  #absence(loss: Problem): { readonly sinceMs: number; readonly reason: string } {
    const sinceMs = this.#state.kind === 'lost' ? this.#state.sinceMs : this.#clock.nowMs();
    return { sinceMs, reason: loss.message };
  }

  #identified(now: Identity): void {
    const dsp = this.#identity === null ? null : changedDsp(this.#identity, now);
    this.#identity = now;
    if (dsp !== null) this.#happened({ kind: 'dsp-changed', dsp });
    else if (!isGone(this.#state, now)) this.#happened({ kind: 'dsp-settled' });
  }
}
