import { LEVEL, tooFew, type Interval, type TooFew } from './figures.ts';
import { at, sortedCopy, type Samples } from './samples.ts';

/**
 * An interval between two samples: the `lowRank`-th and the `highRank`-th smallest (from 1), which covers
 * with probability `coverage` or more.
 */
export interface MedianInterval extends Interval {
  readonly lowRank: number;
  readonly highRank: number;
  readonly coverage: number;
}

/**
 * Fewest samples for 95 %: all six lie on one side of the median with probability 2/64, all five already with
 * 2/32.
 */
const NEEDS = 6;

/** Binomial weights, relative to the middle one, below this are lost in the sum's rounding. */
const NEGLIGIBLE = 1e-25;

/**
 * Order-statistic 95 % confidence interval of the population median. It assumes independent samples of one
 * distribution and nothing about its shape; ties only raise the coverage. The ranks come from the exact
 * binomial distribution at every n, never from its normal approximation; the interval is the shortest
 * symmetric one with at least 95 %.
 */
export function medianInterval(samples: Samples): MedianInterval | TooFew {
  return medianIntervalOfSorted(sortedCopy(samples));
}

/** The same for samples that are known to be ascending. */
export function medianIntervalOfSorted(sorted: Float64Array): MedianInterval | TooFew {
  const n = sorted.length;
  if (n < NEEDS) return tooFew('samples', n, NEEDS);
  const { rank, tail } = lowRankOfMedian(n);
  const highRank = n + 1 - rank;
  return {
    kind: 'interval',
    n,
    low: at(sorted, rank - 1),
    high: at(sorted, highRank - 1),
    level: LEVEL,
    lowRank: rank,
    highRank,
    coverage: 1 - 2 * tail,
  };
}

/**
 * Ranks (from 1) of the two samples that bound the interval among `n`; null where there are too few. For samples that are only
 * counted in bins.
 */
export function medianRanks(n: number): { readonly low: number; readonly high: number } | null {
  if (n < NEEDS) return null;
  const { rank } = lowRankOfMedian(n);
  return { low: rank, high: n + 1 - rank };
}

interface LowRank {
  readonly rank: number;
  readonly tail: number;
}

/** The ranks of the number of samples that was asked for last: most series of a run have as many. */
let last: { readonly n: number; readonly low: LowRank } | null = null;

function lowRankOfMedian(n: number): LowRank {
  if (last?.n !== n) last = { n, low: findLowRank(n) };
  return last.low;
}

/** The largest rank r with P(B <= r - 1) <= 2.5 % for B binomial(n, 1/2), and that probability. */
function findLowRank(n: number): LowRank {
  const { first, weights, total } = lowerHalfWeights(n);
  let rank = first;
  let tail = 0;
  for (const weight of weights) {
    const next = tail + weight / total;
    if (next > (1 - LEVEL) / 2) break;
    tail = next;
    rank += 1;
  }
  return { rank, tail };
}

/**
 * C(n, j) for j from `first` to floor(n/2), divided by the last of them, and the same for the sum over all j.
 * Made from the middle outwards by C(n, j - 1) = C(n, j) j / (n - j + 1): no factorials, so no overflow at
 * any n.
 */
function lowerHalfWeights(n: number): { first: number; weights: number[]; total: number } {
  const middle = Math.floor(n / 2);
  const outwards = [1];
  let j = middle;
  for (let weight = 1; j > 0; j -= 1) {
    weight *= j / (n - j + 1);
    if (weight < NEGLIGIBLE) break;
    outwards.push(weight);
  }
  const weights = outwards.reverse();
  const half = weights.reduce((sum, weight) => sum + weight, 0);
  return { first: j, weights, total: n % 2 === 0 ? 2 * half - 1 : 2 * half };
}
