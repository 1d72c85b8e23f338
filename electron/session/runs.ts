import { fail, type Outcome, type Problem } from '../model/outcome.ts';
import type { PlanEvent } from '../model/plan-events.ts';
import type { Welcome } from '../model/stream.ts';
import type { AgentRequest, PlanRequest } from '../wire/messages.ts';
import type { Channel } from './channel.ts';
import type { Clock } from './clock.ts';
import type { Emitter } from './emitter.ts';
import type { SessionEvents } from './events.ts';
import { foreignRun, runForgotten } from './problems.ts';
import { done, single, type ReplyTaker } from './replies.ts';
import { RunStream, type Absence } from './run-stream.ts';
import type { BoardEvent } from './transition.ts';

export interface RunsOwner {
  readonly channel: () => Channel | null;
  readonly ask: <T>(request: AgentRequest, taker: ReplyTaker<T>) => Promise<Outcome<T>>;
  readonly happened: (event: BoardEvent) => void;
  /** A plan ended in which a point failed with ENODEV. */
  readonly nodeFailed: () => void;
}

/** The plan that runs for this session, if any: one at a time. */
export class Runs {
  readonly #events: Emitter<SessionEvents>;
  readonly #clock: Clock;
  readonly #owner: RunsOwner;
  /** Stays after its end until the next one begins, so that its last blocks can be acknowledged. */
  #run: RunStream | null = null;
  #ackWaits = false;

  constructor(events: Emitter<SessionEvents>, clock: Clock, owner: RunsOwner) {
    this.#events = events;
    this.#clock = clock;
    this.#owner = owner;
  }

  get acked(): number {
    return this.#run?.acked ?? 0;
  }

  async start(plan: PlanRequest): Promise<Outcome<undefined>> {
    const before = this.#active();
    if (before !== null) {
      return fail(
        'busy',
        `The run ${before.runId} goes on on this board.`,
        'Wait for its end, or cancel it.',
      );
    }
    const run = new RunStream(plan, this.#events, this.#clock);
    this.#run = run;
    const started = single('done', () => {
      this.#owner.happened({ kind: 'plan-started', runId: plan.runId });
      return undefined;
    });
    const outcome = await this.#owner.ask({ kind: 'start-plan', plan }, started);
    if (outcome.ok) return outcome;
    if (this.#run === run) this.#run = null;
    // It may have begun all the same: nobody waits for it any more. After a loss `welcomed` sees to that.
    if (outcome.problem.code === 'request-timeout') void this.#owner.ask({ kind: 'cancel' }, done);
    return outcome;
  }

  take(event: PlanEvent): Problem | null {
    const run = this.#active();
    if (this.#run === null) {
      // Of a plan that was given up: the agent shall not keep it.
      this.#owner.channel()?.tell({ kind: 'ack', block: event.block });
    } else if (run !== null) {
      if (event.kind === 'plan-done' && event.runId !== run.runId) return foreignRun(event.runId, run.runId);
      run.take(event);
    }
    if (event.kind === 'plan-done') this.#owner.happened({ kind: 'plan-ended' });
    if (run?.over === true && run.nodeFailed) this.#owner.nodeFailed();
    return null;
  }

  /** A connection stands. The agent names a plan as long as it runs or blocks of it are not acknowledged. */
  welcomed(channel: Channel, welcome: Welcome, absence: Absence | null): void {
    const run = this.#active();
    if (run !== null && absence !== null && !run.resumed(welcome, absence))
      this.abort(runForgotten(run.runId));
    const ours = this.#active();
    const stray = this.#run === null ? welcome.runningPlan : null;
    this.#owner.happened({ kind: 'welcomed', runId: ours?.runId ?? stray });
    if (stray !== null) void channel.request({ kind: 'cancel' }, done);
  }

  /** The end of the run will not come. */
  abort(problem: Problem): void {
    const run = this.#active();
    this.#run = null;
    if (run !== null) this.#events.emit('aborted', { runId: run.runId, problem });
  }

  /** All blocks up to this one are stored. Several calls in one go make one acknowledgement. */
  ackUpTo(block: number): void {
    if (this.#run?.confirm(block) !== true || this.#ackWaits) return;
    this.#ackWaits = true;
    queueMicrotask(() => {
      this.#ackWaits = false;
      if (this.#run !== null) this.#owner.channel()?.tell({ kind: 'ack', block: this.#run.acked });
    });
  }

  #active(): RunStream | null {
    return this.#run === null || this.#run.over ? null : this.#run;
  }
}
