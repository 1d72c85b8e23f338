import type { PlanPoint } from '../model/plan.ts';
import type { PointResult, PointStatus, Run } from '../model/run.ts';
import type { Reading } from '../model/outcome.ts';
import { bandwidth, type Bandwidth } from './statistics/bandwidth.ts';
import type { NotDefined, TooFew } from './statistics/figures.ts';
import { runVariation } from './statistics/runs.ts';
import { summary, type Summary } from './statistics/summary.ts';
import { findBenchmark, variantText } from './catalogue.ts';

export type Flag = 'simulated' | 'unstable' | 'drifted' | 'dropped';

/** One measured thing: one series of one point, its independent runs pooled. Times in nanoseconds. */
export interface ResultRow {
  /** benchmark/size/source/variant/series: the same in every run of the same plan. */
  readonly key: string;
  readonly benchmark: string;
  readonly place: string;
  readonly series: string;
  readonly size: number;
  readonly source: string;
  readonly variant: number;
  readonly variantText: string;
  readonly summary: Summary | TooFew;
  /** p50 of each independent run, in their order. */
  readonly p50s: readonly number[];
  readonly variation: ReturnType<typeof runVariation>;
  /** null where the benchmark moves no bytes. */
  readonly bandwidth: Bandwidth | NotDefined | TooFew | null;
  readonly samples: Float64Array;
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

export const pointKey = (point: PlanPoint): string =>
  [point.benchmark, point.size, point.source, point.variant].join('/');

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
    rows,
  };
}

/** A group is as bad as its worst run. */
const SEVERITY: Record<PointStatus, number> = {
  pass: 0,
  skip: 1,
  'not-run': 2,
  cancelled: 3,
  error: 4,
  fail: 5,
};

const seriesNames = (results: readonly PointResult[]): string[] => [
  ...new Set(results.flatMap((result) => result.series.map((row) => row.name))),
];

function rowOf(key: string, name: string, results: readonly PointResult[]): ResultRow {
  const runs = results.flatMap((result) =>
    result.series.filter((row) => row.name === name && row.ns.length > 0),
  );
  const samples = joined(runs.map((row) => row.ns));
  const p50s = runs.flatMap((row) => {
    const one = summary(row.ns);
    return one.kind === 'summary' ? [one.p50] : [];
  });
  const point = results[0]?.point;
  if (!point) throw new Error('a row has a point');
  const whole = summary(samples);
  const bytes = Math.max(...results.map((result) => result.bytesPerSample));
  return {
    key: `${key}/${name}`,
    benchmark: point.benchmark,
    place: findBenchmark(point.benchmark)?.place ?? '',
    series: name,
    size: point.size,
    source: point.source,
    variant: point.variant,
    variantText: variantText(point.benchmark, point.variant),
    summary: whole,
    p50s,
    variation: runVariation(p50s),
    bandwidth: bytes === 0 ? null : whole.kind === 'summary' ? bandwidth(bytes, whole) : whole,
    samples,
  };
}

function joined(parts: readonly (Float64Array | readonly number[])[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
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

/** A clock moved by more than a twentieth, or a temperature by more than 5 degrees. */
const CLOCK_MOVED = 0.05;
const DEGREES_MOVED = 5000;

/** True where a temperature or a clock of the board moved between the readings before and after the run. */
export const drifted = (run: Pick<Run, 'before' | 'after'>): boolean =>
  moved(run.before, run.after).length > 0;

/** Keys of the readings that moved. */
export function moved(before: readonly Reading[], after: readonly Reading[]): string[] {
  return before
    .filter((reading) =>
      hasMoved(
        reading,
        after.find((other) => other.key === reading.key),
      ),
    )
    .map((reading) => reading.key);
}

function hasMoved(before: Reading, after: Reading | undefined): boolean {
  if (before.value === null || after === undefined || after.value === null) return false;
  const [a, b] = [Number(before.value), Number(after.value)];
  if (before.unit === 'kHz') return Math.abs(b - a) > CLOCK_MOVED * a;
  if (before.unit === 'm°C') return Math.abs(b - a) > DEGREES_MOVED;
  return before.key.endsWith('.governor') && before.value !== after.value;
}
