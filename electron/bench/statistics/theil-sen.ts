import { LEVEL, tooFew, type Interval, type TooFew } from './figures.ts';
import { medianOfSorted } from './percentile.ts';
import { at, sortedCopy, type Samples } from './samples.ts';

/**
 * A line through a sweep: y = intercept + slope x. The slope is in units of y per unit of x, the intercept in
 * those of y.
 */
export interface Line {
  readonly kind: 'line';
  readonly n: number;
  readonly slope: number;
  readonly intercept: number;
  readonly slopeInterval: Interval | TooFew;
}

/** Upper 2.5 % point of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * Fewest points for a 95 % interval: even the span of all slopes misses with 2 of 4! orders of four points
 * (8.3 %), with 2 of 5! of five.
 */
const INTERVAL_NEEDS = 5;

/**
 * Theil-Sen line through the points (x[i], y[i]): the slope is the median of the slopes between all pairs
 * with different x, the intercept the median of the residuals y - slope x. One wild point in a sweep moves it
 * little. Needs two different x. All n (n - 1) / 2 slopes are kept while it works: meant for sweeps (up to
 * some thousand points), not for raw samples.
 */
export function theilSen(x: Samples, y: Samples): Line | TooFew {
  if (x.length !== y.length) throw new RangeError(`theilSen: ${x.length} x values and ${y.length} y values`);
  const sortedX = sortedCopy(x);
  const sortedY = sortedCopy(y);
  const distinct = new Set(sortedX).size;
  if (distinct < 2) return tooFew('distinct x values', distinct, 2);
  const slopes = pairSlopes(x, y);
  const slope = medianOfSorted(slopes);
  const residuals = Float64Array.from(y, (value, i) => value - slope * at(x, i));
  return {
    kind: 'line',
    n: x.length,
    slope,
    intercept: medianOfSorted(residuals.sort()),
    slopeInterval: slopeInterval(
      slopes,
      kendallVariance(tieSizes(sortedX), tieSizes(sortedY), x.length),
      x.length,
    ),
  };
}

/** Ascending slopes between all pairs of points with different x. */
function pairSlopes(x: Samples, y: Samples): Float64Array {
  const n = x.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let count = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const dx = at(x, i) - at(x, j);
      if (dx === 0) continue;
      slopes[count] = (at(y, i) - at(y, j)) / dx;
      count += 1;
    }
  }
  return slopes.subarray(0, count).sort();
}

/**
 * Sen's 95 % interval (P. K. Sen, JASA 63, 1968): the slopes whose ranks lie 1.96 standard deviations of
 * Kendall's S around the middle, rounded to whole ranks. Where the lower rank falls below the first slope, no
 * 95 % interval exists and none is given.
 */
function slopeInterval(slopes: Float64Array, variance: number, n: number): Interval | TooFew {
  const half = Z * Math.sqrt(variance);
  const lowRank = Math.round((slopes.length - half) / 2);
  if (n < INTERVAL_NEEDS) return tooFew('points', n, INTERVAL_NEEDS);
  if (lowRank < 1) return tooFew('points', n, n + 1);
  const highIndex = Math.min(Math.round((slopes.length + half) / 2), slopes.length - 1);
  return { kind: 'interval', n, low: at(slopes, lowRank - 1), high: at(slopes, highIndex), level: LEVEL };
}

/**
 * Variance of Kendall's S for independent x and y with groups of ties of the given sizes (M. G. Kendall, Rank
 * Correlation Methods, chapter 4): Sen's formula with the terms for ties in both, without which it can fall
 * below 0.
 */
function kendallVariance(tiesX: readonly number[], tiesY: readonly number[], n: number): number {
  const cubic = (k: number): number => k * (k - 1) * (2 * k + 5);
  const triples = (k: number): number => k * (k - 1) * (k - 2);
  const pairs = (k: number): number => k * (k - 1);
  const over = (sizes: readonly number[], term: (k: number) => number): number =>
    sizes.reduce((sum, k) => sum + term(k), 0);
  const base = (cubic(n) - over(tiesX, cubic) - over(tiesY, cubic)) / 18;
  const both3 = n < 3 ? 0 : (over(tiesX, triples) * over(tiesY, triples)) / (9 * triples(n));
  const both2 = (over(tiesX, pairs) * over(tiesY, pairs)) / (2 * pairs(n));
  return Math.max(0, base + both3 + both2);
}

/** Sizes of the groups of equal values in ascending samples, groups of one left out. */
function tieSizes(sorted: Float64Array): number[] {
  const sizes: number[] = [];
  for (let start = 0, end = 1; start < sorted.length; start = end, end += 1) {
    while (end < sorted.length && sorted[end] === sorted[start]) end += 1;
    if (end - start > 1) sizes.push(end - start);
  }
  return sizes;
}
