import { sortAscending } from './sort.ts';

/** Input of the statistics: checked, copied and sorted once; what the caller gave is never written to. */

/** Measured values of one unit (nanoseconds, unless said otherwise), in any order. */
export type Samples = Float64Array | readonly number[];

/**
 * An ascending copy. NaN or an infinity is a defect of the caller (a reading that could not be had must not
 * reach the statistics) and throws.
 */
export function sortedCopy(samples: Samples): Float64Array {
  return checkEnds(sortAscending(new Float64Array(samples)));
}

function checkEnds(sorted: Float64Array): Float64Array {
  // Sorted, -Infinity comes first, and Infinity and then NaN come last: the two ends tell about all.
  const ends = sorted.length === 0 || (Number.isFinite(sorted[0]) && Number.isFinite(sorted.at(-1)));
  if (!ends) throw new RangeError('statistics: a sample is not a finite number');
  return sorted;
}

/** All samples of several lists, ascending. */
export function sortedTogether(lists: readonly Samples[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0));
  let from = 0;
  for (const list of lists) {
    all.set(list, from);
    from += list.length;
  }
  return checkEnds(sortAscending(all));
}

/** The element that the caller knows to be there. */
export function at(samples: Samples, index: number): number {
  const value = samples[index];
  if (value === undefined) throw new RangeError(`statistics: no element ${index} in ${samples.length}`);
  return value;
}

/**
 * The same memory as simple-statistics' types want it. Its functions used here (quantileSorted, mean,
 * sampleStandardDeviation) only index and measure their input, which a Float64Array does alike.
 */
export function asList(sorted: Float64Array): readonly number[] {
  return sorted as unknown as readonly number[];
}
