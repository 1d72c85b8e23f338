import type { PlanPoint } from '../model/plan.ts';
import type { PointResult } from '../model/run.ts';
import { findBenchmark } from './catalogue.ts';
import type { TooFew } from './statistics/figures.ts';
import { medianOfSorted } from './statistics/percentile.ts';
import { sortedCopy } from './statistics/samples.ts';
import type { Summary } from './statistics/summary.ts';

/** How many of something come a second. */
export interface Rate {
  /** 'calls', 'frames'. */
  readonly of: string;
  readonly perSecond: number;
  readonly low: number | null;
  readonly high: number | null;
  /**
   * 'p50': one over p50, low and high the interval of p50 turned over. 'counted': the agent counted them over the wall time of all
   * threads; the median of the independent runs, low and high the least and the most of them.
   */
  readonly basis: 'p50' | 'counted';
}

/** What the agent calls a rate that it counted. */
export const RATE_COUNTER = 'calls-per-second';

/**
 * null where a series is no rate, and where a call waits for its idle gap: how many of those come a second is what was asked for,
 * not what was measured.
 */
export function rateOf(
  point: PlanPoint,
  series: string,
  times: Summary | TooFew,
  results: readonly PointResult[],
): Rate | null {
  const benchmark = findBenchmark(point.benchmark);
  const of = benchmark?.series.find((row) => row.name === series)?.rate;
  if (of === undefined || (benchmark?.leastNs(point) ?? 0) > 0) return null;
  const counted = results.flatMap((result) =>
    result.counters.filter((counter) => counter.name === RATE_COUNTER).map((counter) => counter.value),
  );
  if (counted.length > 0) return countedRate(of, counted);
  return times.kind === 'summary' && times.p50 > 0 ? rateOfP50(of, times) : null;
}

function countedRate(of: string, values: readonly number[]): Rate {
  const perSecond = medianOfSorted(sortedCopy(values));
  return { of, perSecond, low: Math.min(...values), high: Math.max(...values), basis: 'counted' };
}

function rateOfP50(of: string, { p50, p50Interval: interval }: Summary): Rate {
  const bounded = interval.kind === 'interval' && interval.low > 0;
  return {
    of,
    perSecond: 1e9 / p50,
    low: bounded ? 1e9 / interval.high : null,
    high: bounded ? 1e9 / interval.low : null,
    basis: 'p50',
  };
}
