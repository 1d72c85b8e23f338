import type { Run } from '../model/run.ts';
import { driverText } from '../model/board.ts';
import { groupsOf, type ResultRow } from './results.ts';
import {
  bootstrapMedianRatio,
  MIN_RESAMPLES,
  rememberedDraws,
  type DrawMedians,
} from './statistics/bootstrap.ts';
import type { NotDefined, TooFew } from './statistics/figures.ts';
import { Xoshiro128 } from './statistics/rng.ts';

/** Median of one side of a comparison, nanoseconds, with its 95 % interval. */
export interface Side {
  readonly n: number;
  readonly p50: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** One thing measured in both runs. */
export interface ComparedRow {
  /** benchmark/size/source/variant/count/series */
  readonly key: string;
  readonly benchmark: string;
  readonly series: string;
  readonly size: number;
  readonly source: string;
  readonly variantText: string;
  readonly a: Side;
  readonly b: Side;
  /** p50 of b over p50 of a, with its bootstrap interval; null where that of a is 0. */
  readonly ratio: number | null;
  readonly interval: { readonly low: number; readonly high: number } | TooFew | NotDefined;
}

/** Two runs side by side: figures, no verdict. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  /** What is not the same in both: board, driver, kernel, simulated or not, ... as sentences. */
  readonly differences: readonly string[];
  readonly rows: readonly ComparedRow[];
  /** Keys measured in one of them only. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
}

/** Any number serves: the same runs then give the same intervals. */
const SEED = 20_261_122;

/** Every series that both runs measured, and what else is different between them. */
export function compareRuns(a: Run, b: Run): Comparison {
  const [inA, inB] = [measuredRows(a), measuredRows(b)];
  const draw = rememberedDraws();
  return {
    a: a.id,
    b: b.id,
    differences: differencesOf(a, b),
    rows: [...inA].flatMap(([key, row]) => {
      const other = inB.get(key);
      return other ? [compared(row, other, draw)] : [];
    }),
    onlyA: [...inA.keys()].filter((key) => !inB.has(key)),
    onlyB: [...inB.keys()].filter((key) => !inA.has(key)),
  };
}

const measuredRows = (run: Run): ReadonlyMap<string, ResultRow> =>
  new Map(
    groupsOf(run)
      .flatMap((group) => group.rows)
      .filter((row) => row.samples.length > 0)
      .map((row) => [row.key, row]),
  );

function compared(a: ResultRow, b: ResultRow, draw: DrawMedians): ComparedRow {
  const ratio = bootstrapMedianRatio(b.samples, a.samples, new Xoshiro128(SEED), MIN_RESAMPLES, draw);
  const [left, right] = [sideOf(a), sideOf(b)];
  return {
    key: a.key,
    benchmark: a.benchmark,
    series: a.series,
    size: a.size,
    source: a.source,
    variantText: a.variantText,
    a: left,
    b: right,
    ratio: left.p50 > 0 ? right.p50 / left.p50 : null,
    interval: ratio.kind === 'interval' ? { low: ratio.low, high: ratio.high } : ratio,
  };
}

function sideOf({ summary }: ResultRow): Side {
  if (summary.kind !== 'summary') throw new Error('a row with samples has a summary');
  const { n, p50, p50Interval } = summary;
  const interval = p50Interval.kind === 'interval' ? p50Interval : null;
  return { n, p50, low: interval?.low ?? null, high: interval?.high ?? null };
}

/** What has to be the same for the figures to say something about one of the others; `named` is how a sentence calls it. */
const CONDITIONS: readonly { readonly named: string; readonly of: (run: Run) => string }[] = [
  { named: 'The board', of: (run) => run.board.id },
  { named: 'The model', of: (run) => run.board.identity.model },
  { named: 'The kernel', of: (run) => run.board.identity.kernel },
  { named: 'The DSP', of: (run) => run.node.dsp },
  {
    named: 'The driver',
    of: ({ node }) =>
      node.generation === null ? 'unproven' : driverText(node.generation.replace('qda-', '')),
  },
  { named: 'The plan', of: (run) => run.plan.name },
  { named: 'The check of the data', of: (run) => (run.plan.verify ? 'on' : 'off') },
  { named: 'The number of independent runs', of: (run) => String(run.plan.repeats) },
  { named: 'The build of the agent', of: (run) => run.agent.buildId },
];

function differencesOf(a: Run, b: Run): string[] {
  const conditions = CONDITIONS.flatMap(({ named, of }) =>
    of(a) === of(b) ? [] : [`${named} is not the same: ${shown(of(a))} and ${shown(of(b))}.`],
  );
  const kind = (run: Run): string => (run.simulated ? 'a simulated board' : 'hardware');
  const simulated =
    a.simulated === b.simulated
      ? []
      : [`One was measured on ${kind(a)}, the other on ${kind(b)}: their times cannot be compared.`];
  const ends = [a, b].flatMap((run) =>
    run.status === 'complete'
      ? []
      : [`The run ${run.id} is ${run.status}: it does not hold all that was planned.`],
  );
  return [...simulated, ...conditions, ...ends];
}

const shown = (text: string): string => (text === '' ? 'nothing' : text.slice(0, 200));
