// What an ioctl costs through the agent and its plan, beside the bare loop; and beside a bare socket hop.
// Both ends of a call are kept on one processor: which of the others is idle at the moment, and how deeply it sleeps, would
// decide the numbers otherwise.
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import { medianOfSorted } from '../../electron/bench/statistics/percentile.ts';
import type { PlanPoint } from '../../electron/model/plan.ts';
import type { Session } from '../../electron/session/session.ts';
import { cpus } from 'node:os';
import { must, pin, progress, vqdaSocket, type BenchLab } from './bench-lab.ts';
import { digits, median, medianRatio, type Figure, type Pair } from './figure.ts';

const SAMPLES = 4000;
const WARMUPS = 400;
const CALLS = ['VERSION', 'QUERY'] as const;
type Call = (typeof CALLS)[number];

export const point = (more: Partial<PlanPoint>): PlanPoint => ({
  index: 0,
  benchmark: 'base.ioctl',
  size: 0,
  source: 'qda',
  count: 0,
  variant: 0,
  samples: SAMPLES,
  warmups: WARMUPS,
  budgetNs: 60e9,
  minSamples: SAMPLES,
  repeat: 0,
  seed: '1',
  verify: false,
  ...more,
});

export const PROCESSOR = cpus().length - 1;

let plans = 0;

/** Runs one point and gives the samples of one of its series, sorted; acknowledged as they come. */
export async function samplesOf(session: Session, what: PlanPoint, series = 0): Promise<Float64Array> {
  const parts: number[] = [];
  const over = Promise.withResolvers<void>();
  const off = [
    session.on('plan', (event) => {
      session.ackUpTo(event.block);
      if (event.kind === 'samples' && event.series === series) parts.push(...event.ns);
      if (event.kind === 'done' && event.status !== 'pass')
        over.reject(new Error(`${event.call}: ${event.reason}`));
      if (event.kind === 'plan-done') over.resolve();
    }),
    session.on('aborted', ({ problem }) => {
      over.reject(new Error(problem.message));
    }),
  ];
  try {
    plans += 1;
    must(await session.startPlan({ runId: `tool-${plans}`, dsp: 'cdsp', points: [what] }));
    await over.promise;
    return Float64Array.from(parts).sort();
  } finally {
    for (const stop of off) stop();
  }
}

export interface Sides {
  readonly ours: () => Promise<number>;
  readonly bare: () => Promise<number>;
}

/** One round: A then B, the next B then A. */
export async function roundOf({ ours, bare }: Sides, round: number): Promise<Pair> {
  if (round % 2 === 0) return { ours: await ours(), bare: await bare() };
  const first = await bare();
  return { ours: await ours(), bare: first };
}

export const us = (values: readonly number[]): string => `${digits(median(values) / 1000)} us`;

/** A1 through agent and plan against the bare loop. */
export async function toolCost(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const board = await lab.board();
  const { session, pid } = await lab.session(board);
  await pin(board.pid, PROCESSOR);
  await pin(pid, PROCESSOR);
  const measured = new Map<Call, Pair[]>(CALLS.map((call) => [call, []]));
  for (let round = 0; round < rounds; round++) {
    progress(`ioctl through agent and plan against the bare loop: round ${round + 1} of ${rounds}`);
    for (const [variant, call] of CALLS.entries()) {
      const args = [vqdaSocket(board), call.toLowerCase(), String(SAMPLES), String(WARMUPS)];
      const pair = await roundOf(
        {
          ours: async () => medianOfSorted(await samplesOf(session, point({ variant }))),
          bare: () => lab.p50('bare_ioctl', args, PROCESSOR),
        },
        round,
      );
      measured.get(call)?.push(pair);
    }
  }
  return CALLS.map((call) => ratioFigure(call, measured.get(call) ?? []));
}

const ratioFigure = (call: Call, rounds: readonly Pair[]): Figure => ({
  what: `base.ioctl (${call}), p50 through agent and plan / bare loop`,
  value: medianRatio(rounds),
  unit: '',
  goal: { sense: 'at most', value: 1.03 },
  how:
    `${us(rounds.map(({ ours }) => ours))} / ${us(rounds.map(({ bare }) => bare))}; one process beside the virtual board ` +
    `each, both on one processor; ${rounds.length} rounds of ${SAMPLES} in turn, median of the rounds' ratios`,
});

/** Rounds of the virtual ioctl and of a bare socket hop in turn; both ends of each on that processor, or on any. */
async function hops(
  lab: BenchLab,
  board: VirtualBoard,
  rounds: number,
  processor: number | null,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const sizes = [String(SAMPLES), String(WARMUPS)];
  for (let round = 0; round < rounds; round++) {
    progress(`virtual ioctl against a bare socket hop: round ${round + 1} of ${rounds}`);
    const sides: Sides = {
      ours: () => lab.p50('bare_ioctl', [vqdaSocket(board), 'query', ...sizes], processor),
      bare: () => lab.p50('socket_hop', sizes, processor),
    };
    pairs.push(await roundOf(sides, round));
  }
  return pairs;
}

const hopText = (pairs: readonly Pair[]): string =>
  `${us(pairs.map(({ ours }) => ours))}, a bare socket hop ${us(pairs.map(({ bare }) => bare))}, ratio ${digits(medianRatio(pairs))}`;

/** The virtual ioctl's round trip beside a bare socket hop. */
export async function roundTrip(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const board = await lab.board();
  const free = await hops(lab, board, rounds, null);
  await pin(board.pid, PROCESSOR);
  const pinned = await hops(lab, board, rounds, PROCESSOR);
  return [
    {
      what: 'virtual ioctl round trip, p50',
      value: median(pinned.map(({ ours }) => ours)) / 1000,
      unit: 'us',
      goal: { sense: 'at most', value: 20 },
      how:
        `QUERY in a bare loop, both ends on one processor: ${hopText(pinned)}; left to the scheduler: ${hopText(free)}; ` +
        `${rounds} rounds of ${SAMPLES} in turn`,
    },
  ];
}
