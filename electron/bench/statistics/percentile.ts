import { quantileSorted } from 'simple-statistics';
import { figure, type Figure } from './figures.ts';
import { asList, sortedCopy, type Samples } from './samples.ts';
import { middleUnsorted, placeNth } from './sort.ts';

/**
 * The percentile `p` (0 to 1) of ascending samples by Hyndman and Fan's type 7: linear interpolation between
 * the order statistics around rank (n - 1) p + 1, the default of R and of numpy. At least one sample.
 */
export function percentile(sorted: Float64Array, p: number): number {
  return quantileSorted(asList(sorted), p);
}

/** The same of numbers in any order, which are moved about. */
export function percentileUnsorted(numbers: Float64Array, p: number): number {
  const rank = (numbers.length - 1) * p;
  const low = placeNth(numbers, Math.floor(rank));
  const high = placeNth(numbers, Math.ceil(rank));
  return low + (rank - Math.floor(rank)) * (high - low);
}

/**
 * The median of ascending samples: percentile 0.5, of an even number of samples the mean of the middle two.
 */
export function medianOfSorted(sorted: Float64Array): number {
  return percentile(sorted, 0.5);
}

/** The same of samples in any order, which are not written to. */
export function medianOf(samples: Samples): number {
  const middle = middleUnsorted(samples);
  return middle ? (middle[0] + middle[1]) / 2 : medianOfSorted(sortedCopy(samples));
}

/**
 * The percentile 1 - 1/k, which asks for at least k samples: with fewer, less than one sample is expected
 * above it and the number would say more about the maximum than about the tail. So p90 needs 10, p99 100 and
 * p99.9 1000 samples.
 */
export function tailPercentile(sorted: Float64Array, k: 10 | 100 | 1000): Figure {
  return figure(sorted.length, k, () => percentile(sorted, 1 - 1 / k));
}
