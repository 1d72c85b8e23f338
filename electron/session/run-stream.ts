import type { PlanEvent } from '../model/plan-events.ts';
import type { Welcome } from '../model/stream.ts';
import { BlockOrder } from './blocks.ts';
import type { Clock } from './clock.ts';
import type { Emitter } from './emitter.ts';
import type { SessionEvents } from './events.ts';

/** The loss that a new connection has mended. */
export interface Absence {
  readonly sinceMs: number;
  readonly reason: string;
}

const overflow =
  'The agent had to drop samples: its memory for them is bounded and they were not fetched or stored fast enough.';

/** The plan that runs for us: its blocks in order, its gaps, its acknowledgements. */
export class RunStream {
  readonly runId: string;
  readonly dsp: string;
  readonly #order = new BlockOrder();
  readonly #events: Emitter<SessionEvents>;
  readonly #clock: Clock;
  #over = false;
  #nodeFailed = false;

  constructor(
    plan: { readonly runId: string; readonly dsp: string },
    events: Emitter<SessionEvents>,
    clock: Clock,
  ) {
    this.runId = plan.runId;
    this.dsp = plan.dsp;
    this.#events = events;
    this.#clock = clock;
  }

  /** Its plan-done has come. */
  get over(): boolean {
    return this.#over;
  }

  /** A point failed with ENODEV: perhaps the node is gone, perhaps there was no bank. */
  get nodeFailed(): boolean {
    return this.#nodeFailed;
  }

  get acked(): number {
    return this.#order.acked;
  }

  take(event: PlanEvent): void {
    const missing = this.#order.take(event.block);
    if (missing === null) return;
    if (missing > 0) this.#gap(this.#clock.nowMs(), missing, overflow);
    if (event.kind === 'done' && event.error === ENODEV) this.#nodeFailed = true;
    if (event.kind === 'plan-done') this.#over = true;
    this.#events.emit('plan', event);
  }

  /** A new connection stands. False: the agent knows this run no more, and its end will not come. */
  resumed(welcome: Welcome, absence: Absence): boolean {
    const missing = this.#order.resumed(welcome.oldestBlock, welcome.lastBlock);
    this.#gap(absence.sinceMs, missing, absence.reason);
    return welcome.runningPlan === this.runId || welcome.lastBlock > this.#order.received;
  }

  /** All up to `block` is stored. False where that says nothing new. */
  confirm(block: number): boolean {
    return this.#order.confirm(block);
  }

  #gap(fromMs: number, droppedBlocks: number, reason: string): void {
    this.#events.emit('gap', { fromMs, toMs: this.#clock.nowMs(), droppedBlocks, reason });
  }
}

const ENODEV = -19;
