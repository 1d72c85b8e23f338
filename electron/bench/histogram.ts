import type { Histogram } from '../model/live-run.ts';
import { lowerBound } from './statistics/sort.ts';

const BINS = 48;
/** Below this no logarithm is taken: the clocks count whole nanoseconds. */
const LEAST = 1;
/** Where all samples are equal, the one value stands in the middle of a span of so much up and down. */
const AROUND = 1.05;

/**
 * Counts of ascending samples in bins of equal width on a logarithmic axis from the least to the largest; every sample is in one
 * of them (those below 1 ns in the first). null where there is none.
 */
export function histogramOf(sorted: Float64Array, bins = BINS): Histogram | null {
  const [least, largest] = [sorted[0], sorted.at(-1)];
  if (least === undefined || largest === undefined) return null;
  const low = Math.max(LEAST, least);
  const high = Math.max(LEAST, largest);
  const [fromNs, toNs] = low < high ? [low, high] : [low / AROUND, low * AROUND];
  const step = Math.log(toNs / fromNs) / bins;
  let below = 0;
  const counts = Array.from({ length: bins }, (_, bin) => {
    const upTo = bin === bins - 1 ? sorted.length : lowerBound(sorted, fromNs * Math.exp(step * (bin + 1)));
    const count = upTo - below;
    below = upTo;
    return count;
  });
  return { fromNs, toNs, counts };
}
