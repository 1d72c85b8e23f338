import type { AccelNode, BenchmarkInfo, Identity } from '../model/board.ts';
import type { Reading } from '../model/outcome.ts';
import type { Plan, PlanPoint, Source } from '../model/plan.ts';
import type {
  DspLog,
  DspLogLine,
  DspMoment,
  Gap,
  PointResult,
  PointStatus,
  Run,
  Series,
  ToolIdentity,
} from '../model/run.ts';
import type { Counter, LogLevel, ZeroCopyProof } from '../model/stream.ts';
import {
  address,
  count,
  flag,
  integer64,
  list,
  nullable,
  object,
  optional,
  optionalList,
  real,
  samples,
  text,
  textLike,
  whole,
  word,
} from './codec.ts';
import { dspSession, memoryCodec } from './memory-codec.ts';

export const SCHEMA = 'qda-lab/run/1';

/** Keys of a run file that are made of the others, and so not read back. */
export const DERIVED_KEYS: readonly string[] = ['statement', 'derived'];

const time = textLike(
  'a UTC time like "2026-01-31T12:00:00.000Z"',
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
);
const seed = textLike('a seed: decimal digits of an unsigned 64-bit number', /^\d{1,20}$/);

const reading = object<Reading>({
  key: text,
  value: nullable(text),
  unit: text,
  reason: text,
  source: text,
});

export const node = object<AccelNode>({
  path: text,
  dsp: text,
  generation: nullable(text),
  proof: text,
  error: whole,
});

export const identity = object<Identity>({
  serial: nullable(text),
  model: text,
  kernel: text,
  machine: text,
  simulated: flag,
  nodes: list(node),
  heaps: list(text),
  pageSize: count,
  clockCostNs: real,
  readings: list(reading),
  benchmarks: list(object<BenchmarkInfo>({ id: text, exhaustive: flag })),
});

const planPoint = object<PlanPoint>({
  index: count,
  benchmark: text,
  size: count,
  source: word<Source>({
    qda: true,
    'heap-system': true,
    'heap-cma': true,
    udmabuf: true,
    render: true,
    malloc: true,
    dmabuf: true,
  }),
  count,
  variant: count,
  samples: count,
  warmups: count,
  budgetNs: count,
  minSamples: count,
  repeat: count,
  seed,
  verify: flag,
});

export const plan = object<Plan>({
  name: text,
  dsp: text,
  seed,
  repeats: count,
  verify: flag,
  budgetS: real,
  shell: optional(text, '', (value) => value === ''),
  dspFiles: optional(text, '', (value) => value === ''),
  points: list(planPoint),
});

const series = object<Series>({
  name: text,
  ns: samples,
  sha256: textLike('a SHA-256: 64 lower-case hex digits', /^[0-9a-f]{64}$/),
});

const proof = object<ZeroCopyProof>({
  ino: count,
  importIno: nullable(count),
  dmaAddress: nullable(address),
  dmaReason: text,
  dspAddress: nullable(address),
  nonceToDsp: flag,
  nonceFromDsp: flag,
});

const pointResult = object<PointResult>({
  point: planPoint,
  status: word<PointStatus>({
    pass: true,
    fail: true,
    error: true,
    skip: true,
    cancelled: true,
    'not-run': true,
  }),
  error: whole,
  call: text,
  reason: text,
  limit: nullable(count),
  verified: count,
  mismatches: count,
  bytesPerSample: count,
  leftBehind: count,
  dropped: count,
  simulated: flag,
  series: list(series),
  counters: optionalList(object<Counter>({ name: text, unit: text, value: count })),
  proof: optional(nullable(proof), null, (value) => value === null),
});

const moment = object<DspMoment>({ takenNs: real, atPoint: count, sessions: list(dspSession) });

const dspLog = object<DspLog>({
  lines: list(
    object<DspLogLine>({
      level: word<LogLevel>({ debug: true, info: true, warn: true, error: true }),
      utcNs: integer64,
      source: text,
      text,
    }),
  ),
  omitted: count,
});

const NO_LOG: DspLog = { lines: [], omitted: 0 };

const gap = object<Gap>({ fromMs: real, toMs: real, droppedBlocks: count, reason: text });

const tool = object<ToolIdentity>({ version: text, buildId: text });

export const runCodec = object<Run>(
  {
    schema: word<typeof SCHEMA>({ [SCHEMA]: true }),
    simulated: flag,
    id: text,
    label: text,
    notes: text,
    status: word<Run['status']>({ running: true, complete: true, incomplete: true, cancelled: true }),
    reason: text,
    startedAt: time,
    endedAt: nullable(time),
    app: tool,
    agent: tool,
    board: object<Run['board']>({ id: text, transport: text, label: text, identity }),
    node,
    clockOffsetNs: nullable(real),
    before: list(reading),
    after: list(reading),
    plan,
    gaps: list(gap),
    memory: nullable(memoryCodec),
    dsp: optional(nullable(moment), null, (value) => value === null),
    dspLog: optional(dspLog, NO_LOG, (value) => value.lines.length === 0 && value.omitted === 0),
    command: text,
    points: list(pointResult),
  },
  DERIVED_KEYS,
);
