import { expect, test } from 'vitest';
import { groupsOf } from '../../../electron/bench/results.ts';
import { STAGES } from '../../../electron/bench/stages.ts';
import { waterfallOf, type Stage, type WaterfallRow } from '../../../electron/bench/waterfall.ts';
import type { PlanPoint } from '../../../electron/model/plan.ts';
import type { PointResult, Run } from '../../../electron/model/run.ts';
import { header, point } from '../samples.ts';

type Times = Readonly<Record<string, number>>;

/** One point with constant samples of each series. */
const result = (
  benchmark: string,
  times: Times,
  more: Partial<PointResult> = {},
  place: Partial<PlanPoint> = {},
): PointResult => ({
  point: point(0, { benchmark, ...place }),
  status: 'pass',
  error: 0,
  call: '',
  reason: '',
  limit: null,
  verified: 1,
  mismatches: 0,
  bytesPerSample: 0,
  leftBehind: 0,
  dropped: 0,
  counters: [],
  proof: null,
  simulated: true,
  series: Object.entries(times).map(([name, ns]) => ({
    name,
    ns: Float64Array.from({ length: 10 }, () => ns),
    sha256: '',
  })),
  ...more,
});

const ALLOC = result('mem.alloc', { alloc: 1, close: 2 });
const CPUMAP = result('mem.cpumap', { mmap: 4, touch: 8, munmap: 16 });
const EXPORT = result('mem.export', { first: 32, repeat: 64, close: 128 });
const IMPORT = result('mem.import', { cold: 256, warm: 512, close: 1024 });
const HANDOFF = result('mem.handoff', { handoff: 3000, receive: 2048, import: 250, read: 7 });

const fall = (...points: PointResult[]): ReturnType<typeof waterfallOf> => {
  const run: Run = { ...header('r', []), points };
  return waterfallOf(groupsOf(run));
};

const only = (...points: PointResult[]): ReturnType<typeof waterfallOf>[number] => {
  const [size, ...more] = fall(...points);
  if (!size || more.length > 0) throw new Error('expected one size');
  return size;
};

const stage = (row: WaterfallRow, key: string): Stage['time'] => {
  const found = row.stages.find((one) => one.key === key);
  if (!found) throw new Error(`no stage ${key}`);
  return found.time;
};

test('cold adds every stage once, warm only what is paid again', () => {
  const { size, cold, warm } = only(ALLOC, CPUMAP, EXPORT, IMPORT, HANDOFF);
  expect(size).toBe(4096);
  expect(cold.sumNs).toBe(1 + 2 + 4 + 8 + 16 + 32 + 128 + 256 + 1024 + 2048);
  expect(warm.sumNs).toBe(64 + 128 + 512 + 2048);
  expect([cold.missing, warm.missing]).toEqual([[], []]);
  expect(stage(warm, 'allocate')).toEqual({
    kind: 'not-paid',
    word: 'kept',
    reason: 'not paid again: the buffer is kept',
  });
  expect(stage(cold, 'import')).toMatchObject({ benchmark: 'mem.import', series: 'cold', ns: 256, n: 10 });
});

test('every row has every stage, in the order of the path', () => {
  const { cold, warm } = only(ALLOC);
  const keys = STAGES.filter((one) => one.dsp !== true).map((one) => one.key);
  expect(cold.stages.map((one) => one.key)).toEqual(keys);
  expect(warm.stages.map((one) => one.key)).toEqual(keys);
});

test('a stage that is not there stays, with its reason, and the sum says what it lacks', () => {
  const skipped = result('mem.cpumap', {}, { status: 'skip', reason: 'mmap is not offered here' });
  const { cold } = only(ALLOC, EXPORT, skipped);
  expect(cold.missing).toEqual(['hand over', 'import', 'map', 'first touch', 'unmap', 'detach']);
  expect(cold.sumNs).toBe(1 + 2 + 32 + 128);
  expect(stage(cold, 'map')).toEqual({
    kind: 'missing',
    reason: 'mem.cpumap is "skip": mmap is not offered here',
  });
  expect(stage(cold, 'import')).toMatchObject({ reason: 'mem.import was not in the plan at this size' });
});

test('the time of a point that failed its check is not used', () => {
  const { cold } = only({ ...IMPORT, status: 'fail', reason: 'word 7 differs' }, ALLOC);
  expect(stage(cold, 'import')).toEqual({
    kind: 'missing',
    reason: 'mem.import failed its check, so its time is not used: word 7 differs',
  });
});

test('a point that ended early counts with what it has, and says so', () => {
  const { cold } = only({ ...ALLOC, status: 'cancelled', reason: 'Ctrl-C' });
  expect(stage(cold, 'allocate')).toMatchObject({
    kind: 'measured',
    ns: 1,
    status: 'cancelled',
    note: 'a run of this point ended as "cancelled"',
  });
});

test('a stage whose runs differ says so', () => {
  const slower = {
    ...ALLOC,
    point: point(1, { repeat: 1 }),
    series: ALLOC.series.map((one) => ({ ...one, ns: one.name === 'alloc' ? [5, 5, 5] : one.ns })),
  };
  const { cold } = only(ALLOC, slower);
  expect([stage(cold, 'allocate'), stage(cold, 'free')]).toMatchObject([
    { unstable: true },
    { unstable: false },
  ]);
});

test('a hand-over in one piece contains the import, which is then not added again', () => {
  const { cold, warm, endToEnd } = only(IMPORT, result('mem.handoff', { handoff: 3000 }));
  expect(stage(cold, 'hand-over')).toMatchObject({ series: 'handoff', ns: 3000 });
  expect(stage(cold, 'import')).toMatchObject({ ns: 256, inSum: false });
  expect(cold.sumNs).toBe(3000 + 1024);
  expect(warm.sumNs).toBe(3000);
  expect(endToEnd).toEqual([]);
});

test('stages measured in one go stand beside their sum, with the difference', () => {
  const { endToEnd } = only(ALLOC, CPUMAP, EXPORT, IMPORT, HANDOFF);
  expect(endToEnd[0]?.also).toEqual([{ benchmark: 'mem.handoff', series: 'read' }]);
  expect(endToEnd).toMatchObject([
    { covers: ['hand-over', 'import'], whole: { ns: 3000 }, sumNs: 2311, differenceNs: 689, missing: [] },
  ]);
});

test('the path in one go is held against its stages, without those that map for the CPU', () => {
  const handoff = result('mem.handoff', { handoff: 3000, receive: 2048, import: 250, read: 7, path: 4000 });
  const { cold, endToEnd } = only(ALLOC, CPUMAP, EXPORT, IMPORT, handoff);
  const sumNs = 1 + 32 + 2048 + 256 + 1024 + 128 + 2;
  expect(endToEnd[0]).toMatchObject({
    covers: ['allocate', 'export', 'hand-over', 'import', 'detach', 'close-fd', 'free'],
    also: [],
    whole: { benchmark: 'mem.handoff', series: 'path', ns: 4000 },
    sumNs,
    differenceNs: 4000 - sumNs,
    missing: [],
    isPath: true,
  });
  expect(endToEnd[0]?.differs).toContain('closes its own descriptor');
  expect(cold.sumNs).toBe(sumNs + 4 + 8 + 16);
  expect(endToEnd[1]).toMatchObject({ isPath: false, sumNs: 2311 });
});

test('the path needs no CPU mapping to be held against, but each of its own stages', () => {
  const handoff = result('mem.handoff', { handoff: 3000, receive: 2048, import: 250, read: 7, path: 4000 });
  expect(only(ALLOC, EXPORT, IMPORT, handoff).endToEnd[0]).toMatchObject({ sumNs: 3491, differenceNs: 509 });
  const partly = only(ALLOC, CPUMAP, IMPORT, handoff);
  expect(partly.endToEnd[0]).toMatchObject({
    sumNs: null,
    differenceNs: null,
    missing: ['export', 'close fd'],
  });
});

const DSP_MAP = result('dsp.map', { map: 4096, unmap: 8192 });
const INVOKE = result('rpc.argsize', { call: 16384, dsp: 1, overhead: 2 }, {}, { variant: 4 });

test('with the DSP in the plan its stages stand in the path, cold and warm', () => {
  const { cold, warm } = only(ALLOC, CPUMAP, EXPORT, IMPORT, HANDOFF, DSP_MAP, INVOKE);
  expect(cold.stages.map((one) => one.key)).toEqual(STAGES.map((one) => one.key));
  expect(cold.missing).toEqual([]);
  expect(cold.sumNs).toBe(1 + 2 + 4 + 8 + 16 + 32 + 128 + 256 + 1024 + 2048 + 4096 + 8192 + 16384);
  expect(warm.sumNs).toBe(64 + 128 + 512 + 2048 + 16384);
  expect(stage(warm, 'dsp-map')).toMatchObject({ kind: 'not-paid' });
});

test('another way to pass a buffer is no stage of the path', () => {
  const copied = result('rpc.argsize', { call: 1 }, {}, { variant: 0 });
  expect(only(ALLOC, copied).cold.stages.map((one) => one.key)).not.toContain('invoke');
});

test('the request with attributes is the one of the path; the other one stands in where it was not measured', () => {
  const attr = result('dsp.map', { map: 1, unmap: 1 }, {}, { variant: 1 });
  const skipped = { ...DSP_MAP, status: 'skip', reason: 'no legacy request', series: [] } as const;
  expect(stage(only(ALLOC, attr, DSP_MAP).cold, 'dsp-map')).toMatchObject({ ns: 1 });
  expect(stage(only(ALLOC, DSP_MAP).cold, 'dsp-map')).toMatchObject({ ns: 4096 });
  expect(stage(only(ALLOC, attr, skipped).cold, 'dsp-unmap')).toMatchObject({ ns: 1 });
  expect(
    stage(only(ALLOC, { ...attr, status: 'error', reason: 'AEE', series: [] }, skipped).cold, 'dsp-map'),
  ).toEqual({
    kind: 'missing',
    reason: 'dsp.map is "error": AEE',
  });
});

test('a DSP that could not run leaves its stages there, with the reason', () => {
  const skipped = { status: 'skip', reason: 'qemu-hexagon is not installed' } as const;
  const { cold } = only(ALLOC, { ...DSP_MAP, ...skipped, series: [] }, { ...INVOKE, ...skipped, series: [] });
  expect(stage(cold, 'dsp-map')).toEqual({
    kind: 'missing',
    reason: 'dsp.map is "skip": qemu-hexagon is not installed',
  });
  expect(cold.missing).toContain('invoke');
});

test('the sizes of a call make no entry of their own; the path in one go is without the DSP', () => {
  const large = { ...INVOKE, point: point(0, { benchmark: 'rpc.argsize', variant: 4, size: 8_388_608 }) };
  const handoff = result('mem.handoff', { handoff: 3000, receive: 2048, import: 250, read: 7, path: 4000 });
  const { endToEnd, size } = only(ALLOC, EXPORT, IMPORT, handoff, DSP_MAP, INVOKE, large);
  expect(size).toBe(4096);
  expect(endToEnd[0]).toMatchObject({ isPath: true, sumNs: 3491 });
});

test('sizes ascend; other sources and benchmarks without a size make none', () => {
  const sizes = fall(
    { ...ALLOC, point: point(0, { size: 65536 }) },
    result('mem.import', { cold: 1 }, {}, { size: 1048576, source: 'udmabuf' }),
    result('base.ioctl', { ioctl: 1 }, {}, { size: 0 }),
    result('cpu.bw', { read: 1 }, {}, { size: 1048576 }),
    ALLOC,
  ).map((one) => one.size);
  expect(sizes).toEqual([4096, 65536]);
});

test('a run without any of it has no waterfall', () => {
  expect(fall()).toEqual([]);
});

const SPLIT = {
  alloc: 2,
  export: 33,
  'hand-over': 2050,
  import: 260,
  'dsp-map': 4100,
  map: 5,
  touch: 9,
  sync: 70,
  invoke: 17000,
  'dsp-unmap': 8200,
  unmap: 17,
  detach: 1030,
  'close-fd': 130,
  free: 3,
  between: 500,
};
const total = (times: Times): number => Object.values(times).reduce((sum, ns) => sum + ns, 0);
const COLD = result('mem.handoff', { ...SPLIT, path: total(SPLIT) }, {}, { variant: 1 });
const WARM_SPLIT = {
  export: 65,
  'hand-over': 2051,
  import: 515,
  invoke: 16500,
  'close-fd': 131,
  between: 90,
};
const WARM = result('mem.handoff', { ...WARM_SPLIT, path: total(WARM_SPLIT) }, {}, { variant: 2 });
const PLAIN = result('mem.handoff', { handoff: 3000, receive: 2048, import: 250, read: 7, path: 4000 });
const APART = [ALLOC, CPUMAP, EXPORT, IMPORT, PLAIN, DSP_MAP, INVOKE];

test('the complete path in one go is held against all stages, cold and warm, with the difference', () => {
  const { cold, warm, endToEnd } = only(...APART, COLD, WARM);
  const [first, second, third] = endToEnd;
  expect(first).toMatchObject({
    temperature: 'cold',
    isPath: true,
    covers: STAGES.map((one) => one.key),
    whole: { ns: total(SPLIT) },
    sumNs: cold.sumNs,
    differenceNs: total(SPLIT) - cold.sumNs,
    missing: [],
  });
  expect(second).toMatchObject({
    temperature: 'warm',
    isPath: true,
    covers: ['export', 'hand-over', 'import', 'invoke', 'close-fd'],
    sumNs: warm.sumNs,
    differenceNs: total(WARM_SPLIT) - warm.sumNs,
  });
  expect(third).toMatchObject({ temperature: 'cold', isPath: false, sumNs: 3491 });
});

test('the stages of the complete path and what it has besides are the whole of it', () => {
  for (const end of only(...APART, COLD, WARM).endToEnd.filter((one) => one.isPath)) {
    const parts = [...end.split, ...end.besides];
    expect(parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(end.whole.ns);
  }
  expect(only(...APART, COLD).endToEnd[0]?.besides.map(({ ns }) => ns)).toEqual([70, 500]);
});

test('without the complete path the one from create to close is the path; a failed one counts as none', () => {
  const failed = { ...COLD, status: 'fail', reason: 'another inode' } as const;
  for (const points of [APART, [...APART, failed]]) {
    const paths = only(...points).endToEnd.filter((one) => one.isPath);
    expect(paths).toMatchObject([{ whole: { ns: 4000 }, split: [] }]);
  }
});

test('a stage that only the complete path has is told with its time there, and is nothing to hold the path against', () => {
  const { cold, endToEnd } = only(EXPORT, IMPORT, PLAIN, DSP_MAP, INVOKE, COLD);
  expect(stage(cold, 'allocate')).toMatchObject({ ns: 2, inGo: true, inSum: true });
  expect(stage(cold, 'export')).toMatchObject({ ns: 32, inGo: false });
  expect(cold.missing).toEqual([]);
  expect(endToEnd[0]).toMatchObject({
    sumNs: null,
    differenceNs: null,
    missing: ['allocate', 'map', 'first touch', 'unmap', 'free'],
  });
});

test('a driver whose complete path has no such step pays nothing for it', () => {
  const absent = ['export', 'import', 'detach', 'free'];
  const rest = Object.fromEntries(Object.entries(SPLIT).filter(([name]) => !absent.includes(name)));
  const none = { status: 'skip', reason: 'no GEM here', series: [] } as const;
  const path = result('mem.handoff', { ...rest, path: total(rest) }, {}, { variant: 1 });
  const { cold, endToEnd } = only({ ...EXPORT, ...none }, { ...IMPORT, ...none }, DSP_MAP, INVOKE, path);
  expect(stage(cold, 'export')).toMatchObject({ kind: 'not-paid', word: 'none' });
  expect(stage(cold, 'dsp-map')).toMatchObject({ ns: 4096, inGo: false });
  expect(cold.missing).toEqual([]);
  expect(endToEnd[0]?.covers).not.toContain('import');
});

test('the complete path alone is a waterfall of its own', () => {
  const { cold, warm } = only(COLD, WARM);
  expect(cold.sumNs).toBe(total(SPLIT) - SPLIT.sync - SPLIT.between);
  expect(warm.sumNs).toBe(total(WARM_SPLIT) - WARM_SPLIT.between);
});
