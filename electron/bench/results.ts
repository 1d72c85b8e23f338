import type { PlanPoint } from '../model/plan.ts';
import { pointKey, SEVERITY } from '../model/point-group.ts';
import type { PointResult, PointStatus, Run } from '../model/run.ts';
import type { Counter, ZeroCopyProof } from '../model/stream.ts';
import { drifted } from './drift.ts';
import { RATE_COUNTER, rateOf, type Rate } from './rate.ts';
import { bandwidth, type Bandwidth } from './statistics/bandwidth.ts';
import type { Interval, NotDefined, TooFew } from './statistics/figures.ts';
import { runVariation } from './statistics/runs.ts';
import { medianOf, medianOfSorted } from './statistics/percentile.ts';
import { sortedTogether } from './statistics/samples.ts';
import { summaryOfSorted, type Summary } from './statistics/summary.ts';
import { findBenchmark } from './catalogue.ts';
import { variantShort, variantText } from './variants.ts';

export type Flag = 'simulated' | 'unstable' | 'drifted' | 'dropped';

/** One measured thing: one series of one point, its independent runs pooled. Times in nanoseconds. */
export interface ResultRow {
  /** benchmark/size/source/variant/count/series: the same in every run of the same plan. */
  readonly key: string;
  readonly benchmark: string;
  readonly place: string;
  readonly series: string;
  readonly size: number;
  readonly source: string;
  readonly variant: number;
  readonly count: number;
  readonly variantText: string;
  /** For narrow tables. */
  readonly variantShort: string;
  readonly summary: Summary | TooFew;
  /** p50 of each independent run, in their order. */
  readonly p50s: readonly number[];
  readonly variation: ReturnType<typeof runVariation>;
  /** null where the benchmark moves no bytes. */
  readonly bandwidth: Bandwidth | NotDefined | TooFew | null;
  /** null where the series is no rate. */
  readonly rate: Rate | null;
  /** Of all runs, ascending. */
  readonly samples: Float64Array;
}

/** What charts need of a row: while a run goes on, little more is known of its series. */
export interface ChartRow extends Omit<ResultRow, 'samples' | 'sorted' | 'summary'> {
  readonly summary: ChartSummary | TooFew;
}

export interface ChartSummary extends Pick<Summary, 'kind' | 'n' | 'p50'> {
  readonly p50Interval: Interval | TooFew;
}

export interface ChartGroup extends Omit<PointGroup, 'rows'> {
  readonly rows: readonly ChartRow[];
}

/** A figure that is neither time nor rate, of each independent run that gave it. */
export interface GroupCounter extends Omit<Counter, 'value'> {
  readonly values: readonly number[];
}

/** One point of the plan with its independent runs joined: its word, and a row a series. */
export interface PointGroup {
  readonly key: string;
  readonly point: PlanPoint;
  readonly title: string;
  readonly status: PointStatus;
  readonly flags: readonly Flag[];
  readonly reason: string;
  readonly call: string;
  readonly error: number;
  readonly limit: number | null;
  readonly verified: number;
  readonly mismatches: number;
  readonly leftBehind: number;
  readonly dropped: number;
  readonly counters: readonly GroupCounter[];
  /** Of each independent run that claims that nothing was copied. */
  readonly proofs: readonly ZeroCopyProof[];
  readonly rows: readonly ResultRow[];
}

/** Everything that a view or a report shows of a run, made of the stored run alone. */
export function groupsOf(run: Run): PointGroup[] {
  const byKey = new Map<string, PointResult[]>();
  for (const result of run.points) {
    const key = pointKey(result.point);
    byKey.set(key, [...(byKey.get(key) ?? []), result]);
  }
  const drift = drifted(run);
  return [...byKey].map(([key, results]) => groupOf(key, results, drift));
}

function groupOf(key: string, results: readonly PointResult[], drift: boolean): PointGroup {
  const first = results[0];
  if (!first) throw new Error('a group has at least one result');
  const worst = results.reduce((a, b) => (SEVERITY[b.status] > SEVERITY[a.status] ? b : a));
  const rows = seriesNames(results).map((name) => rowOf(key, name, results));
  const sum = (of: (result: PointResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const dropped = sum((result) => result.dropped);
  return {
    key,
    point: first.point,
    title: findBenchmark(first.point.benchmark)?.title ?? first.point.benchmark,
    status: worst.status,
    flags: flagsOf(results, rows, { drift, dropped: dropped > 0 }),
    reason: worst.reason,
    call: worst.call,
    error: worst.error,
    limit: worst.limit ?? first.limit,
    verified: sum((result) => result.verified),
    mismatches: sum((result) => result.mismatches),
    leftBehind: sum((result) => result.leftBehind),
    dropped,
    counters: countersOf(results),
    proofs: results.flatMap((result) => (result.proof === null ? [] : [result.proof])),
    rows,
  };
}

function countersOf(results: readonly PointResult[]): GroupCounter[] {
  const byName = new Map<string, { unit: string; values: number[] }>();
  const all = results.flatMap((result) => result.counters).filter(({ name }) => name !== RATE_COUNTER);
  for (const { name, unit, value } of all) {
    const known = byName.get(name);
    if (known) known.values.push(value);
    else byName.set(name, { unit, values: [value] });
  }
  return [...byName].map(([name, one]) => ({ name, ...one }));
}

const seriesNames = (results: readonly PointResult[]): string[] => [
  ...new Set(results.flatMap((result) => result.series.map((row) => row.name))),
];

function rowOf(key: string, name: string, results: readonly PointResult[]): ResultRow {
  const runs = results.flatMap((result) =>
    result.series.filter((row) => row.name === name && row.ns.length > 0),
  );
  const samples = sortedTogether(runs.map((row) => row.ns));
  const p50s = runs.map((row) => (runs.length === 1 ? medianOfSorted(samples) : medianOf(row.ns)));
  const point = results[0]?.point;
  if (!point) throw new Error('a row has a point');
  const whole = summaryOfSorted(samples);
  const bytes = bytesOf(name, point, results);
  return {
    key: `${key}/${name}`,
    benchmark: point.benchmark,
    place: findBenchmark(point.benchmark)?.place ?? '',
    series: name,
    size: point.size,
    source: point.source,
    variant: point.variant,
    count: point.count,
    variantText: variantText(point),
    variantShort: variantShort(point),
    summary: whole,
    p50s,
    variation: runVariation(p50s),
    bandwidth: bytes === 0 ? null : whole.kind === 'summary' ? bandwidth(bytes, whole) : whole,
    rate: rateOf(point, name, whole, results),
    samples,
  };
}

/** Bytes that one sample of the series moves, as the agent said; of a frame its own. 0: none. */
function bytesOf(series: string, point: PlanPoint, results: readonly PointResult[]): number {
  const benchmark = findBenchmark(point.benchmark);
  if (benchmark?.series.find((row) => row.name === series)?.still === true) return 0;
  const said = Math.max(...results.map((result) => result.bytesPerSample));
  return said === 0 && benchmark?.ownSizes === true ? point.size : said;
}

function flagsOf(
  results: readonly PointResult[],
  rows: readonly ResultRow[],
  seen: { drift: boolean; dropped: boolean },
): Flag[] {
  const flags: Flag[] = [];
  if (results.some((result) => result.simulated)) flags.push('simulated');
  if (rows.some((row) => row.variation.kind === 'value' && row.variation.unstable)) flags.push('unstable');
  if (seen.drift) flags.push('drifted');
  if (seen.dropped) flags.push('dropped');
  return flags;
}
