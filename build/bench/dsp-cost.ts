// What the way to the virtual DSP costs, beside the same emulator without it.
import { medianOfSorted } from '../../electron/bench/statistics/percentile.ts';
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import type { Session } from '../../electron/session/session.ts';
import { at } from '../run.ts';
import { must, pin, progress, type BenchLab } from './bench-lab.ts';
import { digits, median, medianRatio, type Figure, type Pair } from './figure.ts';
import { point, PROCESSOR, roundOf, samplesOf, us } from './ioctl-cost.ts';

const EMULATOR = ['qemu-hexagon', '-cpu', 'v67'] as const;
const bare = (name: string): string => at('.build/host/test/native/hexagon', name);
const PINGS = 4000;
const WARMUPS = 400;
const READ_BYTES = 4 * 2 ** 20;
const READS = 60;
/** rpc.argsize: a buffer that stands mapped on the DSP, passed in (native/run/run.h). */
const MAPPED_IN = 4;
/** The result that travels inline with each of its calls: struct qbench_result (native/dsp/qbench.h). */
const PARAMETER_BYTES = 80;
const KERNELS = ['scalar', 'HVX', 'HVX with l2fetch'] as const;

const unbound = { samples: PINGS, warmups: WARMUPS, minSamples: PINGS } as const;

/** Rounds of a call to the virtual DSP and of a round trip over pipes to a loop in the same emulator, in turn. */
async function pingPairs(
  lab: BenchLab,
  session: Session,
  rounds: number,
  processor: number | null,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const where = processor === null ? 'left to the scheduler' : 'on one processor';
  for (let round = 0; round < rounds; round++) {
    progress(`a call to the DSP against a bare round trip, ${where}: round ${round + 1} of ${rounds}`);
    const loop = [String(PINGS), String(WARMUPS), ...EMULATOR, bare('ping_bare')];
    const sides = {
      ours: async () =>
        medianOfSorted(await samplesOf(session, point({ benchmark: 'rpc.ping', ...unbound }))),
      bare: () => lab.p50('pipe_hop', loop, processor),
    };
    pairs.push(await roundOf(sides, round));
  }
  return pairs;
}

const pairText = (pairs: readonly Pair[]): string =>
  `${us(pairs.map(({ ours }) => ours))} / ${us(pairs.map(({ bare: loop }) => loop))}`;

/** Everything on one processor: what the processes of a session are made of inherits it from board and agent. */
async function pinnedPings(lab: BenchLab, rounds: number): Promise<Pair[]> {
  const board = await lab.board();
  const { session, pid } = await lab.session(board);
  await pin(board.pid, PROCESSOR);
  await pin(pid, PROCESSOR);
  return pingPairs(lab, session, rounds, PROCESSOR);
}

/** A call to the virtual DSP against a round trip over pipes to a loop in the same emulator. */
async function pings(lab: BenchLab, session: Session, rounds: number): Promise<Figure> {
  const free = await pingPairs(lab, session, rounds, null);
  const pinned = await pinnedPings(lab, rounds);
  return {
    what: 'virtual rpc.ping, p50 / a pipe round trip to a loop in the same emulator',
    value: medianRatio(free),
    unit: '',
    goal: { sense: 'at most', value: 2 },
    how:
      `${pairText(free)}, left to the scheduler, which decides how much the waking of another processor costs; all on one processor ` +
      `${pairText(pinned)}, ratio ${digits(medianRatio(pinned))}; ${rounds} rounds of ${PINGS} in turn, median of the rounds' ratios`,
  };
}

/** The DSP's own read bandwidth through the whole stack against the same kernel in a bare emulator. */
async function reads(lab: BenchLab, session: Session, rounds: number, variant: number): Promise<Figure> {
  const name = KERNELS[variant] ?? '';
  const pairs: Pair[] = [];
  const want = point({
    benchmark: 'dsp.read',
    size: READ_BYTES,
    variant,
    count: 1,
    samples: READS,
    warmups: 5,
    minSamples: READS,
  });
  const program = [bare('qbench_bare'), String(READ_BYTES), String(variant), String(READS)];
  for (let round = 0; round < rounds; round++) {
    progress(`dsp.read (${name}) against the bare kernel: round ${round + 1} of ${rounds}`);
    const sides = {
      ours: async () => medianOfSorted(await samplesOf(session, want, 1)),
      bare: async () => median(await lab.numbers(EMULATOR[0], [...EMULATOR.slice(1), ...program])),
    };
    pairs.push(await roundOf(sides, round));
  }
  const speed = (ns: readonly number[]): string => `${digits(READ_BYTES / median(ns))} GB/s`;
  return {
    what: `dsp.read (${name}, 4 MiB) / the same kernel in a bare emulator, bandwidth`,
    value: 1 / medianRatio(pairs),
    unit: '',
    goal: variant === 0 ? null : { sense: 'at least', value: 0.8 },
    how: `${speed(pairs.map(({ ours }) => ours))} / ${speed(pairs.map(({ bare: loop }) => loop))}; on the DSP's clock; ${rounds} rounds of ${READS} in turn`,
  };
}

/** What the board copied for calls with a shared buffer, beyond their parameter blocks. */
async function copies(board: VirtualBoard, session: Session): Promise<Figure> {
  const size = 2 ** 20;
  const calls = 500;
  const copied = async (): Promise<number> => must(await board.control.status()).copiedBytes;
  const run = (samples: number): Promise<Float64Array> =>
    samplesOf(
      session,
      point({ benchmark: 'rpc.argsize', size, variant: MAPPED_IN, samples, warmups: 0, minSamples: samples }),
    );
  // What the point does before and after its calls is the same however many they are.
  const before = await copied();
  await run(calls);
  const between = await copied();
  await run(2 * calls);
  const each = ((await copied()) - between - (between - before)) / calls;
  return {
    what: 'bytes of a shared 1 MiB buffer that a call copies (rpc.argsize, mapped)',
    value: each - PARAMETER_BYTES,
    unit: 'bytes',
    goal: { sense: 'at most', value: 0 },
    how: `the virtual board counted ${digits(each)} bytes copied a call, of which ${PARAMETER_BYTES} are the result of the method`,
  };
}

export async function dspCost(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const board = await lab.board();
  const { session } = await lab.session(board);
  const ping = await pings(lab, session, rounds);
  const scalar = await reads(lab, session, rounds, 0);
  const hvx = await reads(lab, session, rounds, 1);
  const ahead = await reads(lab, session, rounds, 2);
  return [ping, scalar, hvx, ahead, await copies(board, session)];
}
