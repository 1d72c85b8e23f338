import type { Deployment } from '../link/interfaces/link.ts';
import type { Outcome, Problem } from '../model/outcome.ts';
import type { Welcome } from '../model/stream.ts';
import type { AgentBody } from '../wire/messages.ts';
import type { Channel, ChannelEnd } from './channel.ts';
import type { Clock, Limits } from './clock.ts';
import { greet } from './greet.ts';
import { stillThere, tooManyDefects } from './problems.ts';
import { done } from './replies.ts';

/** Who lives by a lifeline. Everything is called at once, in the order of the stream. */
export interface LifelineOwner {
  /** Last block that is safely stored. */
  readonly resumeAfter: () => number;
  /** `problem`: what the connection before ended with; null on the first. */
  readonly welcomed: (channel: Channel, welcome: Welcome, loss: Problem | null) => void;
  readonly push: (body: AgentBody) => Problem | null;
  readonly lost: (problem: Problem) => void;
  /** It is over for good; called once, and not after `stop`. */
  readonly over: (problem: Problem) => void;
}

/** A new connection cannot mend these. */
const final: readonly string[] = [
  'bad-token',
  'build-mismatch',
  'protocol-mismatch',
  'rebooted',
  'agent-died',
  'not-built',
];

/** Keeps one connection to one agent: makes it, makes it anew within the grace period, and cleans up. */
export class Lifeline {
  readonly #deployment: Deployment;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #owner: LifelineOwner;
  #channel: Channel | null = null;
  #greeted: Channel | null = null;
  #session: string | null = null;
  #returning: Promise<void> = Promise.resolve();
  #agentEnded: Problem | null = null;
  #stopDraining: () => void = () => undefined;
  #defects = 0;
  #over = false;

  constructor(deployment: Deployment, clock: Clock, limits: Limits, owner: LifelineOwner) {
    this.#deployment = deployment;
    this.#clock = clock;
    this.#limits = limits;
    this.#owner = owner;
    void deployment.ended.then((problem) => {
      this.#agentGone(problem);
    });
  }

  /** The open connection; null while the board is lost or after the end. */
  get channel(): Channel | null {
    return this.#channel;
  }

  /** The first connection. After a failure the caller stops the lifeline. */
  async start(): Promise<Outcome<Channel>> {
    const outcome = await this.#greet(null);
    return outcome.ok || this.#agentEnded === null ? outcome : { ok: false, problem: this.#agentEnded };
  }

  /** Resolves when no attempt to come back is going on: connected again, or over. */
  settled(): Promise<void> {
    return this.#returning;
  }

  /** Ends the agent; nothing is left of it afterwards. */
  async stop(): Promise<void> {
    this.#over = true;
    await this.#channel?.request({ kind: 'shutdown' }, done, this.#limits.drainMs);
    this.#drop();
    await this.#deployment.stop();
    await this.#returning;
  }

  #greet(loss: Problem | null): Promise<Outcome<Channel>> {
    return greet({
      deployment: this.#deployment,
      clock: this.#clock,
      limits: this.#limits,
      resumeAfter: this.#owner.resumeAfter(),
      session: this.#session,
      opened: (channel) => {
        this.#greeted = channel;
        if (this.#over) channel.close();
      },
      welcomed: (channel, welcome) => {
        this.#channel = channel;
        this.#session = welcome.session;
        this.#owner.welcomed(channel, welcome, loss);
      },
      push: this.#owner.push,
      ended: (_channel, end) => {
        this.#ended(end);
      },
    });
  }

  #ended({ kind, problem }: ChannelEnd): void {
    this.#channel = null;
    if (this.#over) return;
    if (this.#agentEnded !== null) {
      this.#finish(this.#agentEnded);
      return;
    }
    if (kind === 'defect') this.#defects += 1;
    if (this.#defects > this.#limits.defects) {
      this.#finish(tooManyDefects(problem, this.#defects));
      return;
    }
    this.#owner.lost(problem);
    this.#returning = this.#comeBack(problem);
  }

  async #comeBack(loss: Problem): Promise<void> {
    const until = this.#clock.steadyMs() + this.#limits.graceMs;
    while (!this.#over) {
      const outcome = await this.#greet(loss);
      if (outcome.ok || this.#over) return;
      const last = outcome.problem;
      if (final.includes(last.code)) this.#finish(last);
      else if (this.#clock.steadyMs() >= until) this.#finish(stillThere(last.message, this.#limits.graceMs));
      else await this.#hope();
    }
  }

  /** Until the next try: a while, or less where the board shows itself. */
  #hope(): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        stop();
        off?.();
        resolve();
      };
      const stop = this.#clock.after(this.#limits.retryMs, finish);
      const off = this.#deployment.onHope?.(finish);
    });
  }

  /** The agent's process is gone. What it wrote before may still be under way. */
  #agentGone(problem: Problem): void {
    this.#agentEnded = problem;
    if (this.#channel === null) this.#finish(problem);
    else if (!this.#over) {
      this.#stopDraining = this.#clock.after(this.#limits.drainMs, () => {
        this.#finish(problem);
      });
    }
  }

  #finish(problem: Problem): void {
    if (this.#over) return;
    this.#over = true;
    this.#drop(problem);
    this.#owner.over(problem);
  }

  #drop(why?: Problem): void {
    this.#stopDraining();
    this.#greeted?.close(why);
    this.#channel?.close(why);
    this.#channel = null;
  }
}
