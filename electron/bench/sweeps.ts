import { theilSen, type Line } from './statistics/theil-sen.ts';
import type { TooFew } from './statistics/figures.ts';
import type { PointGroup, ResultRow } from './results.ts';

/** One series of one benchmark, source and variant over its sizes. */
export interface Sweep {
  /** benchmark/source/variant/series */
  readonly key: string;
  readonly benchmark: string;
  readonly place: string;
  readonly title: string;
  readonly series: string;
  readonly source: string;
  readonly variant: number;
  readonly variantText: string;
  /** Ascending sizes; bytes. */
  readonly rows: readonly ResultRow[];
  /** Time (us) over size (MiB): the slope is in us/MiB, the intercept in us. */
  readonly line: Line | TooFew;
}

const MIB = 2 ** 20;
const US = 1000;

/**
 * Every sweep over sizes in the results, in their order, with its Theil-Sen line. The points of a line are the p50 of each
 * independent run at each size, so that the spread between runs is in the interval. Times of a point that failed its check
 * are not in it; a line needs two sizes, its interval at least five points.
 */
export function sweepsOf(groups: readonly PointGroup[]): Sweep[] {
  const byKey = new Map<string, { title: string; rows: ResultRow[] }>();
  for (const group of groups) {
    if (group.point.size === 0 || group.status === 'fail') continue;
    for (const row of group.rows) {
      if (row.p50s.length === 0) continue;
      const key = [row.benchmark, row.source, row.variant, row.series].join('/');
      const known = byKey.get(key);
      if (known) known.rows.push(row);
      else byKey.set(key, { title: group.title, rows: [row] });
    }
  }
  return [...byKey].map(([key, { title, rows }]) => sweepOf(key, title, rows));
}

function sweepOf(key: string, title: string, rows: ResultRow[]): Sweep {
  const first = rows[0];
  if (!first) throw new Error('a sweep has a row');
  rows.sort((a, b) => a.size - b.size);
  const points = rows.flatMap((row) => row.p50s.map((p50) => ({ x: row.size / MIB, y: p50 / US })));
  return {
    key,
    benchmark: first.benchmark,
    place: first.place,
    title,
    series: first.series,
    source: first.source,
    variant: first.variant,
    variantText: first.variantText,
    rows,
    line: theilSen(
      points.map((point) => point.x),
      points.map((point) => point.y),
    ),
  };
}
