import type { BoardState } from '../../../electron/model/board.ts';
import type { Outcome, Problem } from '../../../electron/model/outcome.ts';
import type { PlanEvent } from '../../../electron/model/plan-events.ts';
import type { PlanPoint } from '../../../electron/model/plan.ts';
import type { Gap } from '../../../electron/model/run.ts';
import { openSession } from '../../../electron/session/open.ts';
import type { Session } from '../../../electron/session/session.ts';
import { packSamples } from '../../../electron/wire/samples.ts';
import { FakeAgent } from './fake-agent.ts';
import { FakeClock, settle } from './fake-clock.ts';

export interface Harness {
  readonly agent: FakeAgent;
  readonly clock: FakeClock;
  readonly session: Session;
  readonly states: BoardState[];
  readonly plan: PlanEvent[];
  readonly gaps: Gap[];
  readonly aborted: { readonly runId: string; readonly problem: Problem }[];
  readonly notices: Problem[];
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.problem.code}: ${outcome.problem.message}`);
  return outcome.value;
}

export function problemOf(outcome: Outcome<unknown>): Problem {
  if (outcome.ok) throw new Error('no problem');
  return outcome.problem;
}

/** A session that stands, with everything that it says written down. */
export async function stand(agent = new FakeAgent()): Promise<Harness> {
  const clock = new FakeClock();
  const states: BoardState[] = [];
  const session = valueOf(
    await openSession(agent, {
      clock,
      onState: (state) => {
        states.push(state);
      },
    }),
  );
  const harness: Harness = { agent, clock, session, states, plan: [], gaps: [], aborted: [], notices: [] };
  session.on('plan', (event) => harness.plan.push(event));
  session.on('gap', (gap) => harness.gaps.push(gap));
  session.on('aborted', (end) => harness.aborted.push(end));
  session.on('notice', (problem) => harness.notices.push(problem));
  return harness;
}

const point: PlanPoint = {
  index: 0,
  benchmark: 'mem.alloc',
  size: 4096,
  source: 'qda',
  count: 0,
  variant: 0,
  samples: 8,
  warmups: 0,
  budgetNs: 1e9,
  minSamples: 1,
  repeat: 0,
  seed: '1',
  verify: false,
};

export const plan = { runId: 'r1', dsp: 'cdsp', points: [point] };

/** As `stand`, with a plan that the agent has taken. */
export async function running(): Promise<Harness> {
  const harness = await stand();
  valueOf(await harness.session.startPlan(plan));
  await settle();
  return harness;
}

export const samples = (block: number) =>
  ({ case: 'samples', value: { block: BigInt(block), ns: packSamples([block]), simulated: true } }) as const;

export const planDone = (block: number, runId = 'r1') =>
  ({ case: 'planDone', value: { block: BigInt(block), runId } }) as const;

export const blocksOf = (events: readonly PlanEvent[]): number[] => events.map(({ block }) => block);
