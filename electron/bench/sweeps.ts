import { findBenchmark } from './catalogue.ts';
import { theilSen, type Line } from './statistics/theil-sen.ts';
import type { TooFew } from './statistics/figures.ts';
import type { ChartGroup, ChartRow } from './results.ts';
import { isWholePath, variantText } from './variants.ts';

/** One series of one benchmark, source and variant over its sizes, or over its number of buffers. */
export interface Sweep {
  /** benchmark/source/variant/count/series; over buffers the size stands in the place of the count. */
  readonly key: string;
  readonly benchmark: string;
  readonly place: string;
  readonly title: string;
  readonly series: string;
  readonly source: string;
  readonly variant: number;
  readonly variantText: string;
  readonly axis: 'size' | 'count';
  /** Ascending on the axis. */
  readonly rows: readonly ChartRow[];
  /** Time (us) over size (MiB) or buffers: the slope is in us/MiB or us/buffer, the intercept in us. */
  readonly line: Line | TooFew;
}

const MIB = 2 ** 20;
const US = 1000;

/**
 * Every sweep in the results, in their order, with its Theil-Sen line. The points of a line are the p50 of each independent run at
 * each place, so that the spread between runs is in the interval. Times of a point that failed its check are not in it; a line
 * needs two places, its interval at least five points.
 */
export function sweepsOf(groups: readonly ChartGroup[]): Sweep[] {
  const byKey = new Map<string, { title: string; rows: ChartRow[] }>();
  for (const group of groups) {
    if (group.point.size === 0 || group.status === 'fail' || isDrawnElsewhere(group)) continue;
    for (const row of group.rows) {
      if (row.p50s.length === 0) continue;
      const key = [row.benchmark, row.source, row.variant, ...fixed(row), row.series].join('/');
      const known = byKey.get(key);
      if (known) known.rows.push(row);
      else byKey.set(key, { title: group.title, rows: [row] });
    }
  }
  return [...byKey].map(([key, { title, rows }]) => sweepOf(key, title, rows));
}

/** Sizes that mean something are no sweep: a larger frame is another frame. And the stages of a complete path are a waterfall. */
const isDrawnElsewhere = ({ point }: ChartGroup): boolean =>
  findBenchmark(point.benchmark)?.ownSizes === true || isWholePath(point);

const axisOf = (row: ChartRow): Sweep['axis'] => findBenchmark(row.benchmark)?.slope ?? 'size';

/** What stays the same along the sweep. */
function fixed(row: ChartRow): readonly number[] {
  if (axisOf(row) === 'count') return [row.size];
  return row.count === 0 ? [] : [row.count];
}

function sweepOf(key: string, title: string, rows: ChartRow[]): Sweep {
  const first = rows[0];
  if (!first) throw new Error('a sweep has a row');
  const axis = axisOf(first);
  rows.sort((a, b) => a[axis] - b[axis]);
  const unit = axis === 'size' ? MIB : 1;
  const points = rows.flatMap((row) => row.p50s.map((p50) => ({ x: row[axis] / unit, y: p50 / US })));
  return {
    key,
    benchmark: first.benchmark,
    place: first.place,
    title,
    series: first.series,
    source: first.source,
    variant: first.variant,
    variantText: textOf(first, axis),
    axis,
    rows,
    line: theilSen(
      points.map((point) => point.x),
      points.map((point) => point.y),
    ),
  };
}

/** Along the number of buffers that number is no part of the name. */
const textOf = (row: ChartRow, axis: Sweep['axis']): string =>
  axis === 'size' ? row.variantText : variantText({ ...row, count: null });
