import { mean } from 'simple-statistics';
import { figure, tooFew, type Figure, type TooFew } from './figures.ts';
import { medianIntervalOfSorted, type MedianInterval } from './median-interval.ts';
import { medianOfSorted, tailPercentile } from './percentile.ts';
import { asList, at, sortedCopy, type Samples } from './samples.ts';
import { medianDistance } from './sort.ts';
import { tukeyOfSorted, type TukeyClasses } from './tukey.ts';

/**
 * What one series of samples says, in the samples' own unit. Percentiles are of type 7 (see `percentile`).
 */
export interface Summary {
  readonly kind: 'summary';
  readonly n: number;
  readonly min: number;
  readonly p50: number;
  readonly p50Interval: MedianInterval | TooFew;
  readonly mean: number;
  /** Sample standard deviation, n - 1 in the denominator; needs 2. */
  readonly sd: Figure;
  /**
   * Median absolute deviation from p50, raw: not multiplied by 1.4826, so it is not an estimate of sd; needs
   * 2.
   */
  readonly mad: Figure;
  /** Needs 10. */
  readonly p90: Figure;
  /** Needs 100. */
  readonly p99: Figure;
  /** Needs 1000. */
  readonly p999: Figure;
  readonly max: number;
  readonly tukey: TukeyClasses | TooFew;
}

/** The summary of at least one sample. The input is not written to; its order does not matter. */
export function summary(samples: Samples): Summary | TooFew {
  return summaryOfSorted(sortedCopy(samples));
}

/** The same for samples that are known to be ascending. */
export function summaryOfSorted(sorted: Float64Array): Summary | TooFew {
  const n = sorted.length;
  if (n === 0) return tooFew('samples', 0, 1);
  const p50 = medianOfSorted(sorted);
  const centre = mean(asList(sorted));
  return {
    kind: 'summary',
    n,
    min: at(sorted, 0),
    p50,
    p50Interval: medianIntervalOfSorted(sorted),
    mean: centre,
    sd: figure(n, 2, () => deviation(sorted, centre)),
    mad: figure(n, 2, () => medianDistance(sorted, p50)),
    p90: tailPercentile(sorted, 10),
    p99: tailPercentile(sorted, 100),
    p999: tailPercentile(sorted, 1000),
    max: at(sorted, n - 1),
    tukey: tukeyOfSorted(sorted),
  };
}

/** Sample standard deviation, where the mean is known already. */
function deviation(samples: Float64Array, centre: number): number {
  let sum = 0;
  for (let which = 0; which < samples.length; which += 1) {
    const distance = (samples[which] ?? 0) - centre;
    sum += distance * distance;
  }
  return Math.sqrt(sum / (samples.length - 1));
}
