import { tooFew, type TooFew } from './figures.ts';
import { percentile } from './percentile.ts';
import { lowerBound, upperBound } from './sort.ts';

/**
 * Outliers by Tukey's fences: outside q1 - 1.5 IQR or q3 + 1.5 IQR mild, outside 3 IQR severe; a sample on a
 * fence is inside. They are counted and named, and every sample stays in every other figure. Where more than
 * half of the samples are equal, IQR can be 0 and then every other value is severe: that says "one tick of
 * the clock apart", not "broken".
 */
export interface TukeyClasses {
  readonly kind: 'tukey';
  readonly n: number;
  readonly q1: number;
  readonly q3: number;
  readonly lowSevere: number;
  readonly lowMild: number;
  readonly highMild: number;
  readonly highSevere: number;
}

/**
 * Of three samples none can lie outside the fences, whatever they are: "no outliers" would be an empty
 * statement.
 */
const NEEDS = 4;

/** Counts of ascending samples; the quartiles are type 7 as everywhere here. */
export function tukeyOfSorted(sorted: Float64Array): TukeyClasses | TooFew {
  const n = sorted.length;
  if (n < NEEDS) return tooFew('samples', n, NEEDS);
  const q1 = percentile(sorted, 0.25);
  const q3 = percentile(sorted, 0.75);
  const iqr = q3 - q1;
  const lowSevere = countBelow(sorted, q1 - 3 * iqr);
  const highSevere = countAbove(sorted, q3 + 3 * iqr);
  return {
    kind: 'tukey',
    n,
    q1,
    q3,
    lowSevere,
    lowMild: countBelow(sorted, q1 - 1.5 * iqr) - lowSevere,
    highMild: countAbove(sorted, q3 + 1.5 * iqr) - highSevere,
    highSevere,
  };
}

function countBelow(sorted: Float64Array, fence: number): number {
  return lowerBound(sorted, fence);
}

function countAbove(sorted: Float64Array, fence: number): number {
  return sorted.length - upperBound(sorted, fence);
}
