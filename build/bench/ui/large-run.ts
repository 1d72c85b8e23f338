// A stored run of every benchmark of the catalogue, made up: so many samples a point.
import { CATALOGUE, findBenchmark } from '../../../electron/bench/catalogue.ts';
import { makePlan } from '../../../electron/bench/plan.ts';
import { drawNormal } from '../../../electron/bench/statistics/draws.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import type { Identity } from '../../../electron/model/board.ts';
import type { Plan, PlanPoint } from '../../../electron/model/plan.ts';
import type { PointResult, Run, Series } from '../../../electron/model/run.ts';
import { sampleDigest } from '../../../electron/store/digest.ts';
import { must } from '../bench-lab.ts';

const NOTHING = { counters: [], proof: null, limit: null, dropped: 0, leftBehind: 0, mismatches: 0 };
const MEAN_NS = 20_000;

function seriesOf(name: string, samples: number, rng: Xoshiro128): Series {
  const ns = Float64Array.from({ length: samples }, () =>
    Math.round(Math.max(200, MEAN_NS * (1 + 0.1 * drawNormal(rng)))),
  );
  return { name, ns, sha256: sampleDigest(ns) };
}

const resultOf = (point: PlanPoint, samples: number, rng: Xoshiro128): PointResult => ({
  ...NOTHING,
  point,
  status: 'pass',
  error: 0,
  call: '',
  reason: '',
  verified: 1,
  bytesPerSample: 0,
  simulated: true,
  series: (findBenchmark(point.benchmark)?.series ?? []).map(({ name }) => seriesOf(name, samples, rng)),
});

function planOf(samples: number): Plan {
  const request = { name: 'quick', dsp: 'cdsp', only: [], budgetS: null, sizes: null } as const;
  const offered = CATALOGUE.map(({ id, exhaustive }) => ({ id, exhaustive }));
  return must(
    makePlan({ ...request, samples, exhaustive: true, verify: true, shell: '', seed: '20261122' }, offered),
  );
}

const IDENTITY: Identity = {
  serial: null,
  model: 'made up',
  kernel: '',
  machine: '',
  simulated: true,
  nodes: [],
  heaps: [],
  pageSize: 4096,
  clockCostNs: 20,
  readings: [],
  benchmarks: [],
};

/** Head of a run of a board that nobody has. */
const headOf = (plan: Plan): Omit<Run, 'points'> => ({
  schema: 'qda-lab/run/1',
  id: 'made-up-for-the-window',
  label: 'made up',
  notes: '',
  simulated: true,
  status: 'complete',
  reason: '',
  startedAt: '2026-11-22T10:00:00.000Z',
  endedAt: '2026-11-22T10:01:00.000Z',
  app: { version: '', buildId: '' },
  agent: { version: '', buildId: '' },
  board: { id: 'made-up', transport: 'virtual', label: 'made up', identity: IDENTITY },
  node: { path: '/dev/accel/accel0', dsp: 'cdsp', generation: 'qda-v1', proof: '', error: 0 },
  clockOffsetNs: null,
  before: [],
  after: [],
  plan,
  gaps: [],
  memory: null,
  dsp: null,
  dspLog: { lines: [], omitted: 0 },
  command: '',
});

/** Every benchmark of the catalogue, each point with so many samples. */
export function largeRun(samples: number): Run {
  const plan = planOf(samples);
  const rng = new Xoshiro128(7);
  return { ...headOf(plan), points: plan.points.map((point) => resultOf(point, samples, rng)) };
}

export const benchmarksOf = ({ points }: Run): number =>
  new Set(points.map(({ point }) => point.benchmark)).size;
