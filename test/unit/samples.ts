import type { PlanEvent } from '../../electron/model/plan-events.ts';
import type { Plan, PlanPoint } from '../../electron/model/plan.ts';
import type { Identity } from '../../electron/model/board.ts';
import type { Run } from '../../electron/model/run.ts';

/** Shapes that several unit tests need; every test changes what it is about. */

export const point = (index: number, more: Partial<PlanPoint> = {}): PlanPoint => ({
  index,
  benchmark: 'mem.alloc',
  size: 4096,
  source: 'qda',
  count: 0,
  variant: 0,
  samples: 4,
  warmups: 1,
  budgetNs: 1e9,
  minSamples: 4,
  repeat: 0,
  seed: '1',
  verify: true,
  ...more,
});

export const plan = (points: readonly PlanPoint[]): Plan => ({
  name: 'custom',
  dsp: 'cdsp',
  seed: '1',
  repeats: 1,
  verify: true,
  budgetS: 1,
  shell: '',
  dspFiles: '',
  points,
});

export const identity: Identity = {
  serial: 'SIM-1',
  model: 'Virtual QDA board',
  kernel: '6.18.0',
  machine: 'x86_64',
  simulated: true,
  nodes: [{ path: '/dev/accel/accel0', dsp: 'cdsp', generation: 'qda-v1', proof: 'by BTF', error: 0 }],
  heaps: ['system'],
  pageSize: 4096,
  clockCostNs: 20,
  readings: [],
  benchmarks: [
    { id: 'base.ioctl', exhaustive: false },
    { id: 'mem.alloc', exhaustive: false },
    { id: 'mem.import_scale', exhaustive: true },
  ],
};

export const header = (
  id: string,
  points: readonly PlanPoint[],
  more: Partial<Run> = {},
): Omit<Run, 'points'> => ({
  schema: 'qda-lab/run/1',
  id,
  label: '',
  notes: '',
  simulated: true,
  status: 'running',
  reason: '',
  startedAt: '2026-11-22T10:00:00.000Z',
  endedAt: null,
  app: { version: '0.1.0', buildId: 'app' },
  agent: { version: '0.1.0', buildId: 'agent' },
  board: { id: 'virtual', transport: 'virtual', label: 'virtual', identity },
  node: { path: '/dev/accel/accel0', dsp: 'cdsp', generation: 'qda-v1', proof: 'by BTF', error: 0 },
  clockOffsetNs: null,
  before: [],
  after: [],
  plan: plan(points),
  gaps: [],
  memory: null,
  dsp: null,
  dspLog: { lines: [], omitted: 0 },
  command: 'qda-lab bench',
  ...more,
});

export const started = (index: number, series: readonly string[], block = 1): PlanEvent => ({
  kind: 'started',
  index,
  block,
  series,
});

export const samples = (index: number, series: number, first: number, ns: readonly number[]): PlanEvent => ({
  kind: 'samples',
  block: 2,
  index,
  series,
  first,
  ns: Float64Array.from(ns),
  simulated: true,
});

export const done = (index: number, more: Partial<Extract<PlanEvent, { kind: 'done' }>> = {}): PlanEvent => ({
  kind: 'done',
  index,
  block: 3,
  status: 'pass',
  error: 0,
  call: '',
  reason: '',
  limit: null,
  verified: 1,
  mismatches: 0,
  bytesPerSample: 0,
  leftBehind: 0,
  samplesTaken: 4,
  samplesDropped: 0,
  startedNs: 0,
  endedNs: 1,
  simulated: true,
  counters: [],
  proof: null,
  ...more,
});
