import { passOf } from '../../../electron/bench/variants.ts';
import { sessionsOf } from '../../../electron/memory/dsp.ts';
import type { MemoryFact } from '../../../electron/model/memory.ts';
import type { PlanPoint } from '../../../electron/model/plan.ts';
import type { DspLog, DspMoment, PointResult } from '../../../electron/model/run.ts';

/** The DSP's part of the synthetic run. */

type Cost = readonly [base: number, perByte: number];

const MS = 1e6;

const PLAIN: Readonly<Record<string, Cost>> = {
  'session.create/open': [22_000, 0],
  'session.create/create': [29 * MS, 0],
  'session.create/close': [3.1 * MS, 0],
  'rpc.null/call': [27_000, 0],
  'rpc.null_mt/call': [41_000, 0],
  'dsp.map/map': [24_000, 0.013],
  'dsp.map/unmap': [19_000, 0.006],
  'dsp.map_limit/map': [61_000, 0],
  'skel.load/open': [4.6 * MS, 0],
  'skel.load/close': [0.4 * MS, 0],
  'rpc.ping/call': [31_000, 0],
  'rpc.ping/dsp': [900, 0],
  'rpc.ping/rest': [30_100, 0],
  'dsp.cache/call': [33_000, 0.031],
  'dsp.cache/dsp': [1_900, 0.03],
  'e2e.frame/write': [0, 0.11],
  'e2e.frame/sync-to-dsp': [14_000, 0.004],
  'e2e.frame/sync-from-dsp': [13_000, 0.002],
  'e2e.frame/read': [0, 0.08],
  'shm.doorbell/bounce': [1_700, 0],
  'coh.stress/turn': [52_000, 0],
};

/** Copying costs by the byte; a buffer costs a fixed amount, more where each call has to look it up. */
const PASSING: Readonly<Record<string, Cost>> = {
  copy: [30_000, 0.06],
  buffer: [52_000, 0.0012],
  mapped: [36_000, 0.0004],
  dma: [41_000, 0.0004],
};

export function dspCost(point: PlanPoint, series: string): Cost | null {
  const plain = PLAIN[`${point.benchmark}/${series}`];
  if (plain) return series === 'call' && point.count >= 1000 ? [plain[0] * 1.8, 0] : plain;
  const passing = PASSING[passOf(point.variant)] ?? [0, 0];
  if (point.benchmark === 'rpc.argsize') return series === 'dsp' ? [1_100, 0] : passing;
  if (point.benchmark === 'rpc.argc') return argcCost(point, passing);
  if (point.benchmark === 'e2e.frame')
    return series === 'invoke' ? [passing[0], 0.15 + passing[1]] : [0, 0.36];
  if (['dsp.read', 'dsp.write', 'dsp.copy'].includes(point.benchmark)) return kernelCost(point, series);
  return null;
}

function argcCost({ count, size }: PlanPoint, [base, perByte]: Cost): Cost {
  return [30_000 + count * (base / 60), size === 0 ? 0 : perByte * count];
}

function kernelCost({ benchmark, variant, count }: PlanPoint, series: string): Cost {
  const perByte = ([0.9, 0.11, 0.07][variant & 3] ?? 1) * (benchmark === 'dsp.copy' ? 1.9 : 1);
  return [series === 'dsp' ? 1_000 : 32_000, perByte / Math.max(1, count)];
}

const BYTES: Readonly<Record<string, number>> = {
  'dsp.read': 1,
  'dsp.write': 1,
  'dsp.copy': 2,
  'e2e.frame': 1,
};
const COUNTED = ['rpc.ping', 'rpc.argsize', 'dsp.read', 'dsp.write', 'dsp.copy', 'dsp.cache'];
const CLAIMING = ['rpc.argsize', 'dsp.read', 'dsp.write', 'dsp.copy', 'e2e.frame', 'shm.doorbell'];

/** What a point of the DSP has besides its samples. */
export function dspFigures(point: PlanPoint): Partial<PointResult> {
  const perByte = [1.25, 0.033, 0.034][point.variant & 3] ?? 1;
  const instructions = 412 + Math.round(point.benchmark.startsWith('dsp.') ? point.size * perByte : 0);
  const copied = passOf(point.variant) === 'copy' && ['rpc.argsize', 'e2e.frame'].includes(point.benchmark);
  return {
    bytesPerSample: point.size * (BYTES[point.benchmark] ?? 0),
    counters: [
      ...(COUNTED.includes(point.benchmark) ? [{ name: 'instructions', unit: '', value: instructions }] : []),
      ...(point.benchmark === 'rpc.null_mt'
        ? [{ name: 'calls-per-second', unit: '1/s', value: 24_000 * point.count + point.repeat }]
        : []),
      ...(point.benchmark === 'skel.load' ? [{ name: 'reverse-calls', unit: 'calls', value: 57 }] : []),
    ],
    proof: !CLAIMING.includes(point.benchmark) || copied ? null : proofOf(point),
  };
}

const proofOf = (point: PlanPoint): PointResult['proof'] => ({
  ino: 4000 + point.index,
  importIno: 4000 + point.index,
  dmaAddress: point.benchmark === 'dsp.read' ? 0x3_8120_0000n : null,
  dmaReason: point.benchmark === 'dsp.read' ? '' : 'no trace was read while it was mapped',
  dspAddress: passOf(point.variant) === 'buffer' ? null : 0x4010_0000n,
  nonceToDsp: true,
  nonceFromDsp: true,
});

export const dspFacts: readonly MemoryFact[] = [
  {
    kind: 'dsp-session',
    pid: 4711,
    node: '/dev/accel/accel0',
    unsignedPd: true,
    shell: '/usr/lib/dsp/cdsp/fastrpc_shell_unsigned_3',
    shellBytes: 812_344,
    shellSha256: '9f'.repeat(32),
    processMemory: 4_194_304,
    sinceNs: 81_200_000_000,
    addressSpace: 2_130_706_432,
    reverseCalls: 57,
    ended: false,
  },
  {
    kind: 'dsp-map',
    pid: 4711,
    address: 0x4010_0000n,
    size: 16_777_216,
    ino: 4321,
    what: 'buffer',
    sinceNs: 81_900_000_000,
  },
  {
    kind: 'dsp-map',
    pid: 4711,
    address: 0x4000_0000n,
    size: 1_048_576,
    ino: null,
    what: 'heap',
    sinceNs: 81_300_000_000,
  },
  { kind: 'dsp-call', pid: 4711, tid: 4713, handle: 3, scalars: 0x0302_0200, sinceNs: 82_000_000_000 },
];

export const dspMoment: DspMoment = {
  takenNs: 82_150_000_000,
  atPoint: 61,
  sessions: sessionsOf(dspFacts),
};

export const dspLog: DspLog = {
  lines: [
    { level: 'info', utcNs: 1_795_341_612_000_000_001n, source: 'cdsp', text: 'qbench: open, build 5f0c' },
    {
      level: 'error',
      utcNs: 1_795_341_613_000_000_001n,
      source: 'cdsp',
      text: 'qbench: <b>no</b> thread left',
    },
  ],
  omitted: 3,
};
