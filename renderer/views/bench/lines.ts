import { findBenchmark } from '../../../electron/bench/catalogue.ts';
import type { Rate } from '../../../electron/bench/rate.ts';
import type { Flag } from '../../../electron/bench/results.ts';
import { pointKey } from '../../../electron/model/point-group.ts';
import type { GroupView, RowView, RunView } from '../../../electron/bench/run-view.ts';
import { variantShort, variantText } from '../../../electron/bench/variants.ts';
import type { Histogram, LivePoint, LiveRun, LiveSeries } from '../../../electron/model/live-run.ts';
import type { Plan, PlanPoint } from '../../../electron/model/plan.ts';
import type { PointStatus } from '../../../electron/model/run.ts';

export type LineStatus = LivePoint['status'];

/** A figure of a series, with its interval where there is one. */
export interface Bounded {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** One series of a point as the views show it. Nanoseconds. */
export interface SeriesLine {
  readonly name: string;
  /** What one sample is. */
  readonly what: string;
  readonly n: number;
  readonly p50: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** null: n too small. */
  readonly p99: number | null;
  readonly histogram: Histogram | null;
  /** p50 of each independent run so far. */
  readonly p50s: readonly number[];
  /** GB/s; null where it moves no bytes, or is not known yet. */
  readonly bandwidth: Bounded | null;
  readonly rate: Rate | null;
}

/** One point of the plan with its independent runs joined, while it runs or from the store. */
export interface PointLine {
  readonly key: string;
  readonly point: PlanPoint;
  readonly place: string;
  readonly title: string;
  readonly variantText: string;
  readonly variantShort: string;
  readonly status: LineStatus;
  readonly reason: string;
  readonly flags: readonly Flag[];
  /** Independent runs that were measured or tried, of how many. */
  readonly ended: number;
  readonly repeats: number;
  /** The independent run whose figures are shown (from 1); null: of all of them together. */
  readonly shownRun: number | null;
  readonly series: readonly SeriesLine[];
}

const EMPTY: Omit<SeriesLine, 'name' | 'what'> = {
  n: 0,
  p50: null,
  low: null,
  high: null,
  p99: null,
  histogram: null,
  p50s: [],
  bandwidth: null,
  rate: null,
};

/** Indices of the points of a plan that are independent runs of one another. */
const GROUPS = new WeakMap<Plan, ReadonlyMap<string, readonly number[]>>();

function groupsOf(plan: Plan): ReadonlyMap<string, readonly number[]> {
  const known = GROUPS.get(plan);
  if (known) return known;
  const made = new Map<string, number[]>();
  plan.points.forEach((point, index) => {
    const key = pointKey(point);
    const list = made.get(key);
    if (list) list.push(index);
    else made.set(key, [index]);
  });
  GROUPS.set(plan, made);
  return made;
}

/** A line a point group, in the order of the plan. The figures are those of its newest independent run that has any. */
export function liveLines({ plan, points, simulated }: LiveRun): PointLine[] {
  const given = givenSeries(plan, points);
  return [...groupsOf(plan)].flatMap(([key, indices]) => {
    const first = plan.points[indices[0] ?? -1];
    if (!first) return [];
    const runs = indices.flatMap((index) => points[index] ?? []);
    return [{ ...lineOf(key, first, runs, given), flags: simulated ? (['simulated'] as const) : [] }];
  });
}

function lineOf(
  key: string,
  point: PlanPoint,
  runs: readonly LivePoint[],
  given: Given,
): Omit<PointLine, 'flags'> {
  const benchmark = findBenchmark(point.benchmark);
  const newest = runs.findLastIndex((run) => run.series.some((series) => series.n > 0));
  const worst = worstOf(runs);
  return {
    key,
    point,
    place: benchmark?.place ?? '',
    title: benchmark?.title ?? point.benchmark,
    variantText: variantText(point),
    variantShort: variantShort(point),
    status: worst.status,
    reason: worst.reason,
    ended: runs.filter(({ status }) => hasEnded(status)).length,
    repeats: runs.length,
    shownRun: newest < 0 || runs.length < 2 ? null : newest + 1,
    series: seriesOf(point, runs, newest, given),
  };
}

const hasEnded = (status: LineStatus): boolean =>
  status !== 'waiting' && status !== 'running' && status !== 'not-run';

/** The run ended before all of its independent runs were measured. */
export const isPartly = ({ status, ended, series }: PointLine): boolean =>
  status === 'not-run' && ended > 0 && series.length > 0;

export const reasonOf = (line: PointLine): string =>
  isPartly(line)
    ? `Measured in ${line.ended} of ${line.repeats} independent runs: the run ended before the others.`
    : line.reason;

/** Names of the series of each kind of point, as the first of that kind gave them. */
type Given = ReadonlyMap<string, readonly string[]>;

const kindOf = ({ benchmark, variant, source }: PlanPoint): string => `${benchmark}/${variant}/${source}`;

function givenSeries(plan: Plan, points: readonly LivePoint[]): Given {
  const given = new Map<string, readonly string[]>();
  for (const { index, series } of points) {
    const point = plan.points[index];
    if (point !== undefined && series.length > 0 && !given.has(kindOf(point)))
      given.set(
        kindOf(point),
        series.map(({ name }) => name),
      );
  }
  return given;
}

/** The series stand there from the start, so that no row moves when they come: as others of that kind have them, or the catalogue. */
function seriesOf(point: PlanPoint, runs: readonly LivePoint[], newest: number, given: Given): SeriesLine[] {
  const named = findBenchmark(point.benchmark)?.series ?? [];
  const own = runs[newest]?.series ?? [];
  const names = newest < 0 ? given.get(kindOf(point)) : own.map(({ name }) => name);
  return (names ?? named.map(({ name }) => name)).map((name) => {
    const what = named.find((row) => row.name === name)?.what ?? '';
    const live = own.find((one) => one.name === name);
    if (live === undefined) return { ...EMPTY, name, what };
    const p50s = runs.flatMap((run) => run.series.find((one) => one.name === name)?.p50 ?? []);
    return { ...EMPTY, ...figuresOf(live), name, what, p50s };
  });
}

const figuresOf = ({ n, p50, interval, p99, histogram }: LiveSeries): Partial<SeriesLine> => ({
  n,
  p50,
  low: interval?.low ?? null,
  high: interval?.high ?? null,
  p99,
  histogram,
});

const SEVERITY: Readonly<Record<LineStatus, number>> = {
  waiting: -1,
  running: 10,
  pass: 0,
  skip: 1,
  'not-run': 2,
  cancelled: 3,
  error: 4,
  fail: 5,
};

/** What runs now comes first; else a group is as bad as its worst run that has ended. */
function worstOf(runs: readonly LivePoint[]): { readonly status: LineStatus; readonly reason: string } {
  return runs.reduce<{ status: LineStatus; reason: string }>(
    (worst, run) => (SEVERITY[run.status] > SEVERITY[worst.status] ? run : worst),
    { status: 'waiting', reason: '' },
  );
}

/** Lines of a stored run: figures over all its independent runs. */
export const storedLines = ({ header, groups }: Pick<RunView, 'header' | 'groups'>): PointLine[] =>
  groups.map((group) => storedLine(group, header.plan.repeats));

function storedLine(group: GroupView, repeats: number): PointLine {
  const { key, point, title, status, reason, flags, rows } = group;
  const benchmark = findBenchmark(point.benchmark);
  return {
    key,
    point,
    place: benchmark?.place ?? '',
    title,
    variantText: variantText(point),
    variantShort: variantShort(point),
    status,
    reason,
    flags,
    ended: Math.max(...rows.map((row) => row.p50s.length), 0),
    repeats,
    shownRun: null,
    series: rows.map((row) => storedSeries(row)),
  };
}

function storedSeries(row: RowView): SeriesLine {
  const what = findBenchmark(row.benchmark)?.series.find((series) => series.name === row.series)?.what ?? '';
  const { summary, histogram, p50s, rate } = row;
  const common = { ...EMPTY, name: row.series, what, histogram, p50s, rate, bandwidth: bandwidthOf(row) };
  if (summary.kind !== 'summary') return common;
  const { n, p50, p50Interval: interval, p99 } = summary;
  const [low, high] = interval.kind === 'interval' ? [interval.low, interval.high] : [null, null];
  return { ...common, n, p50, low, high, p99: p99.kind === 'value' ? p99.value : null };
}

function bandwidthOf({ bandwidth }: RowView): Bounded | null {
  if (bandwidth?.kind !== 'value') return null;
  const { value, interval } = bandwidth;
  const [low, high] = interval.kind === 'interval' ? [interval.low, interval.high] : [null, null];
  return { value, low, high };
}

/** How many point groups stand in which word, in the order of severity. */
export function tallyOf(
  lines: readonly { readonly status: LineStatus }[],
): { readonly status: LineStatus; readonly count: number }[] {
  return (Object.keys(SEVERITY) as LineStatus[])
    .map((status) => ({ status, count: lines.filter((line) => line.status === status).length }))
    .filter(({ count }) => count > 0);
}

/** Lines that hold every word of the filter. */
export function filtered(
  lines: readonly PointLine[],
  filter: string,
  onlyTrouble: boolean,
): readonly PointLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && !onlyTrouble) return lines;
  return lines.filter((line) => {
    if (onlyTrouble && !isTrouble(line)) return false;
    const text = `${line.place} ${line.point.benchmark} ${line.title} ${line.point.source} ${line.variantText} ${line.status} ${line.flags.join(' ')} ${line.series.map((one) => one.name).join(' ')}`;
    return words.every((word) => text.toLowerCase().includes(word));
  });
}

export const isTrouble = ({ status, flags }: PointLine): boolean =>
  (['fail', 'error', 'skip', 'cancelled', 'not-run'] satisfies PointStatus[] as readonly string[]).includes(
    status,
  ) || flags.some((flag) => flag !== 'simulated');
