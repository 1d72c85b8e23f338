import { makePlan, type PlanRequest } from '../../../electron/bench/plan.ts';
import type { LivePoint, LiveRun, LiveSeries } from '../../../electron/model/live-run.ts';
import type { Plan } from '../../../electron/model/plan.ts';

/** A live run as the host tells of it. */

const REQUEST: PlanRequest = {
  name: 'quick',
  dsp: 'cdsp',
  only: ['mem.alloc', 'e2e.frame'],
  samples: null,
  budgetS: 1,
  sizes: [4096, 65_536],
  exhaustive: false,
  verify: true,
  shell: '',
  seed: '1',
};

export function planOf(only: readonly string[] = REQUEST.only): Plan {
  const offered = only.map((id) => ({ id, exhaustive: false }));
  const plan = makePlan({ ...REQUEST, only }, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  return plan.value;
}

export const liveRun = (changes: Partial<LiveRun> = {}, plan: Plan = planOf()): LiveRun => ({
  runId: 'run-1',
  board: 'lab',
  label: '',
  simulated: true,
  plan,
  node: { path: '/dev/accel/accel0', dsp: 'cdsp', generation: 'v1', proof: '', error: 0 },
  leaves: 0,
  estimateS: 60,
  startedMs: 1000,
  phase: 'running',
  points: plan.points.map(({ index }) => ({ index, status: 'waiting', reason: '', series: [] })),
  notices: [],
  end: null,
  ...changes,
});

export const series = (name: string, p50: number, changes: Partial<LiveSeries> = {}): LiveSeries => ({
  name,
  n: 100,
  p50,
  interval: { low: p50 - 1, high: p50 + 1 },
  p99: p50 * 2,
  histogram: { fromNs: p50 / 2, toNs: p50 * 2, counts: [1, 5, 2] },
  ...changes,
});

export const point = (
  index: number,
  status: LivePoint['status'],
  of: readonly LiveSeries[] = [],
): LivePoint => ({
  index,
  status,
  reason: status === 'fail' ? 'the bytes differ' : '',
  series: of,
});
