import { CATALOGUE, findBenchmark } from '../../../electron/bench/catalogue.ts';
import { makePlan } from '../../../electron/bench/plan.ts';
import { STAGES } from '../../../electron/bench/stages.ts';
import { drawNormal } from '../../../electron/bench/statistics/draws.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import { HANDOFF, isWholePath } from '../../../electron/bench/variants.ts';
import { MemoryModel } from '../../../electron/memory/model.ts';
import type { MemoryPicture } from '../../../electron/model/memory.ts';
import type { Reading } from '../../../electron/model/outcome.ts';
import type { PlanPoint } from '../../../electron/model/plan.ts';
import type { PointResult, Run, Series } from '../../../electron/model/run.ts';
import { sampleDigest } from '../../../electron/store/digest.ts';
import { header, identity } from '../samples.ts';
import { dspCost, dspFigures, dspLog, dspMoment } from './fixture-dsp.ts';
import { memoryInputs } from './fixture-memory.ts';

/** A synthetic run with everything a report has to show; the same seed gives the same run. */

export interface FixtureOptions {
  readonly plan: 'quick' | 'full';
  readonly samples: number | null;
  readonly sizes: readonly number[] | null;
  readonly simulated: boolean;
}

const SMALL: FixtureOptions = { plan: 'quick', samples: 40, sizes: [4096, 65536, 1048576], simulated: true };

export function fixtureRun(options: Partial<FixtureOptions> = {}, more: Partial<Run> = {}): Run {
  const all = { ...SMALL, ...options };
  const made = makePlan(
    {
      name: all.plan,
      dsp: 'cdsp',
      only: [],
      samples: all.samples,
      budgetS: null,
      sizes: all.sizes,
      exhaustive: true,
      verify: true,
      shell: '',
      seed: '20261122',
    },
    CATALOGUE.map(({ id, exhaustive }) => ({ id, exhaustive })),
  );
  if (!made.ok) throw new Error(made.problem.message);
  const rng = new Xoshiro128(7);
  const points = made.value.points.map((point) => resultOf(point, rng, all.simulated));
  const head = header('01JD9QK3S7-fixture', [], {
    label: 'fixture',
    notes: 'Synthetic numbers, made by a test.',
    simulated: all.simulated,
    status: 'complete',
    endedAt: '2026-11-22T10:01:12.345Z',
    app: { version: '0.1.0', buildId: 'app-4f1d' },
    agent: { version: '0.1.0', buildId: 'agent-99c2' },
    clockOffsetNs: -1_250_000,
    before: readings(0),
    after: readings(1),
    gaps: [
      { fromMs: 20_100, toMs: 23_400, droppedBlocks: 2, reason: 'The connection to the board was lost.' },
    ],
    memory: fixtureMemory(),
    dsp: dspMoment,
    dspLog,
    command: 'qda-lab bench --board virtual --plan quick --seed 20261122',
  });
  const board = { ...head.board, identity: { ...identity, simulated: all.simulated } };
  return { ...head, board, plan: made.value, points, ...more };
}

export function fixtureMemory(): MemoryPicture {
  const model = new MemoryModel();
  for (const input of memoryInputs()) model.apply(input);
  return model.picture();
}

function readings(after: number): Reading[] {
  const reading = (key: string, value: string, unit: string, source: string): Reading => ({
    key,
    value,
    unit,
    reason: '',
    source,
  });
  const cpu = '/sys/devices/system/cpu/cpufreq/policy0';
  return [
    reading('kernel.cmdline', 'console=ttyMSM0 iommu.passthrough=0', '', '/proc/cmdline'),
    reading('cpu0.governor', 'schedutil', '', `${cpu}/scaling_governor`),
    reading('cpu0.freq', after ? '1804800' : '2400000', 'kHz', `${cpu}/scaling_cur_freq`),
    reading('cpu4.freq', '2100000', 'kHz', '/sys/devices/system/cpu/cpufreq/policy4/scaling_cur_freq'),
    reading('thermal.cpu0', after ? '61200' : '48300', 'm°C', '/sys/class/thermal/thermal_zone0/temp'),
    reading('thermal.cdsp', after ? '47100' : '46000', 'm°C', '/sys/class/thermal/thermal_zone7/temp'),
    reading('memory.free', after ? '3511808000' : '3520000000', 'bytes', '/proc/meminfo'),
    reading('load.1min', after ? '1.40' : '0.12', '', '/proc/loadavg'),
    {
      key: 'iommu.mode',
      value: null,
      unit: '',
      reason: '/sys/kernel/iommu_groups: EACCES',
      source: '/sys/kernel/iommu_groups',
    },
  ];
}

/** Base cost (ns) and cost a byte (ns) of each series. */
const COST: Readonly<Record<string, readonly [base: number, perByte: number]>> = {
  'base.ioctl/ioctl': [15_000, 0],
  'mem.alloc/alloc': [21_000, 0.012],
  'mem.alloc/close': [14_000, 0.004],
  'mem.cpumap/mmap': [18_000, 0],
  'mem.cpumap/touch': [900, 0.11],
  'mem.cpumap/munmap': [4_000, 0.018],
  'mem.export/first': [19_000, 0],
  'mem.export/repeat': [13_500, 0],
  'mem.export/close': [1_100, 0],
  'mem.import/cold': [29_000, 0.021],
  'mem.import/warm': [13_900, 0],
  'mem.import/close': [16_000, 0.008],
  'mem.import_scale/import': [31_000, 0],
  'mem.handoff/handoff': [61_000, 0.022],
  'mem.handoff/receive': [24_000, 0],
  'mem.handoff/import': [29_500, 0.021],
  'mem.handoff/read': [7_500, 0],
  'mem.handoff/path': [131_000, 0.05],
  'cpu.bw/read': [300, 0.071],
  'cpu.bw/write': [320, 0.093],
  'cpu.bw/copy': [400, 0.14],
  'cpu.sync/start': [12_800, 0.002],
  'cpu.sync/end': [12_900, 0.004],
};

const SOURCE_FACTOR: Readonly<Record<string, number>> = { 'heap-system': 1.3, udmabuf: 2.2, malloc: 0.94 };

function resultOf(point: PlanPoint, rng: Xoshiro128, simulated: boolean): PointResult {
  const failure = failureOf(point);
  const names = failure?.status === 'skip' || failure?.status === 'not-run' ? [] : seriesNames(point);
  return {
    point,
    status: 'pass',
    error: 0,
    call: '',
    reason: '',
    limit: point.benchmark === 'mem.import_scale' ? 1024 : null,
    verified: 66,
    mismatches: 0,
    bytesPerSample: point.benchmark === 'cpu.bw' ? point.size : 0,
    leftBehind: point.benchmark === 'mem.cpumap' ? point.size : 0,
    dropped: 0,
    counters: [],
    proof: null,
    simulated,
    ...(findBenchmark(point.benchmark)?.dsp ? dspFigures(point) : {}),
    ...failure,
    series: names.map((name) => seriesOf(point, name, rng)),
  };
}

function seriesNames(point: PlanPoint): readonly string[] {
  const names = findBenchmark(point.benchmark)?.series.map((row) => row.name) ?? [];
  if (point.benchmark !== 'mem.handoff') return names;
  if (point.variant === HANDOFF.plain) return PLAIN_HANDOFF;
  return [...stagesOf(point.variant), 'between', 'path'];
}

const PLAIN_HANDOFF = ['handoff', 'receive', 'import', 'read', 'path'];

/** Of the complete path: what is paid there, in the agent's order. */
const stagesOf = (variant: number): readonly string[] =>
  STAGES.filter(({ warm }) => variant === HANDOFF.cold || typeof warm !== 'string').flatMap(
    ({ key, inPath }) => (key === 'touch' ? [inPath, 'sync'] : [inPath]),
  );

/** The cost of each stage in the complete path: what it costs apart, and the whole of them. */
function pathCost(variant: number, series: string): readonly [number, number] {
  if (series === 'path') {
    const parts = [...stagesOf(variant), 'between'].map((name) => pathCost(variant, name));
    return [parts.reduce((sum, [base]) => sum + base, 0), parts.reduce((sum, [, byte]) => sum + byte, 0)];
  }
  return PATH_COST[series] ?? [9_000, 0];
}

const PATH_COST: Readonly<Record<string, readonly [number, number]>> = {
  alloc: [22_000, 0.012],
  touch: [950, 0.12],
  'dsp-map': [44_000, 0.02],
  invoke: [48_000, 0],
  between: [60_000, 0],
};

function failureOf(point: PlanPoint): Partial<PointResult> | null {
  if (point.source === 'render')
    return {
      status: 'skip',
      reason: 'There is no DRM render node on this board (/dev/dri/renderD128: ENOENT).',
    };
  if (point.source === 'heap-cma' && point.size >= 1048576) {
    return {
      status: 'error',
      error: -12,
      call: 'DMA_HEAP_IOCTL_ALLOC',
      reason: 'The CMA heap has no 1 MiB left in one piece (ENOMEM).',
    };
  }
  if (point.benchmark === 'cpu.sync' && point.variant === 15 && point.size === 65536 && point.repeat === 2) {
    return {
      status: 'fail',
      mismatches: 3,
      reason: '3 words of 8192 read back another value than was written, first at offset 0x1f40.',
    };
  }
  if (point.benchmark === 'cpu.sync' && point.variant === 15 && point.size === 1048576)
    return { status: 'not-run', reason: 'The run ended before this point.' };
  return null;
}

const costOf = (point: PlanPoint, name: string): readonly [number, number] =>
  dspCost(point, name) ?? COST[`${point.benchmark}/${name}`] ?? [10_000, 0];

function seriesOf(point: PlanPoint, name: string, rng: Xoshiro128): Series {
  const whole = isWholePath(point);
  const [base, perByte] = whole ? pathCost(point.variant, name) : costOf(point, name);
  const shift =
    point.benchmark === 'mem.handoff' && !whole && point.repeat === 2 ? 1.4 : 1 + 0.02 * drawNormal(rng);
  const centre = (base + perByte * point.size) * (SOURCE_FACTOR[point.source] ?? 1) * shift;
  const ns = Float64Array.from({ length: point.samples }, () => {
    const tail = rng.uniform() < 0.02 ? 1 + 3 * rng.uniform() : 1;
    return Math.round(centre * tail * Math.exp(0.04 * drawNormal(rng)));
  });
  return { name, ns, sha256: sampleDigest(ns) };
}
