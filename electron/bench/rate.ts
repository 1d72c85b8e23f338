import type { Summary } from './statistics/summary.ts';
import { findBenchmark } from './catalogue.ts';
import type { PlanPoint } from '../model/plan.ts';

/** How many of something come a second. */
export interface Rate {
  /** 'calls', 'frames'. */
  readonly of: string;
  readonly perSecond: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Threads over p50, with the interval of p50 turned over. null where a series is no rate, and where a call waits for its idle gap: how
 * many of those come a second is what was asked for, not what was measured.
 */
export function rateOf(point: PlanPoint, series: string, times: Summary): Rate | null {
  const benchmark = findBenchmark(point.benchmark);
  const what = benchmark?.series.find((row) => row.name === series)?.rate;
  if (what === undefined || times.p50 <= 0 || (benchmark?.leastNs(point) ?? 0) > 0) return null;
  const threads = point.benchmark === 'rpc.null_mt' ? point.count : 1;
  const { p50Interval: interval } = times;
  const at = (ns: number): number => (threads * 1e9) / ns;
  const bounded = interval.kind === 'interval' && interval.low > 0;
  return {
    of: what,
    perSecond: at(times.p50),
    low: bounded ? at(interval.high) : null,
    high: bounded ? at(interval.low) : null,
  };
}
