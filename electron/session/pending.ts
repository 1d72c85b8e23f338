import { ok, type Outcome, type Problem } from '../model/outcome.ts';
import type { AgentBody } from '../wire/messages.ts';
import type { Clock } from './clock.ts';
import { ofRefusal, unanswered, unexpectedReply } from './problems.ts';
import type { ReplyTaker } from './replies.ts';

interface Entry {
  /** True: the request is answered. */
  readonly take: (body: AgentBody) => boolean;
  readonly fail: (problem: Problem) => void;
}

/** Requests of one connection that wait for their reply, by id, each with its time-out. */
export class PendingReplies {
  readonly #clock: Clock;
  readonly #entries = new Map<number, Entry>();
  /** Timed out: what still comes for them is no defect. */
  readonly #late = new Set<number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add<T>(id: number, what: string, taker: ReplyTaker<T>, timeoutMs: number): Promise<Outcome<T>> {
    return new Promise((resolve) => {
      const finish = (outcome: Outcome<T>): true => {
        stop();
        this.#entries.delete(id);
        resolve(outcome);
        return true;
      };
      const arm = (): (() => void) =>
        this.#clock.after(timeoutMs, () => {
          this.#late.add(id);
          finish({ ok: false, problem: unanswered(what, timeoutMs) });
        });
      let stop = arm();
      const take = (body: AgentBody): boolean => {
        if (body.kind === 'failure') return finish({ ok: false, problem: ofRefusal(body.refusal) });
        const taken = taker(body);
        if (taken.kind === 'value') return finish(ok(taken.value));
        if (taken.kind === 'unexpected')
          return finish({ ok: false, problem: unexpectedReply(what, body.kind) });
        stop();
        stop = arm();
        return false;
      };
      this.#entries.set(id, { take, fail: (problem) => void finish({ ok: false, problem }) });
    });
  }

  /** False: nobody ever asked that. */
  deliver(id: number, body: AgentBody): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return this.#late.has(id);
    entry.take(body);
    return true;
  }

  failAll(problem: Problem): void {
    for (const entry of [...this.#entries.values()]) entry.fail(problem);
  }
}
