import { drawBeta } from './draws.ts';
import { LEVEL, tooFew, type Interval, type NotDefined, type TooFew } from './figures.ts';
import { medianOfSorted, percentile } from './percentile.ts';
import type { SeededRng } from './rng.ts';
import { at, sortedCopy, type Samples } from './samples.ts';

/**
 * How many times larger the median of one series is than that of another, and all that makes the interval
 * again.
 */
export interface MedianRatio extends Omit<Interval, 'n'> {
  readonly ratio: number;
  readonly nNumerator: number;
  readonly nDenominator: number;
  readonly resamples: number;
  readonly seed: number;
  readonly algorithm: string;
}

/** Fewest resamples that this project accepts. */
export const MIN_RESAMPLES = 10_000;

/**
 * Fewest samples a side: no resample reaches beyond the samples, and the span of five misses the median with
 * 2/32 (6.3 %).
 */
const NEEDS = 6;

/**
 * Percentile-bootstrap 95 % interval of median(numerator) / median(denominator), the two resampled
 * independently. Percentiles of the resampled ratios are of type 7. All samples of the denominator must be
 * above zero. `rng` must be fresh: the recorded seed then makes the same interval again.
 */
export function bootstrapMedianRatio(
  numerator: Samples,
  denominator: Samples,
  rng: SeededRng,
  resamples: number = MIN_RESAMPLES,
): MedianRatio | TooFew | NotDefined {
  checkArguments(rng, resamples);
  const upper = sortedCopy(numerator);
  const lower = sortedCopy(denominator);
  const fewest = Math.min(upper.length, lower.length);
  if (fewest < NEEDS) return tooFew('samples', fewest, NEEDS);
  if (at(lower, 0) <= 0) {
    return {
      kind: 'not-defined',
      n: lower.length,
      reason: 'a sample of the denominator is not above zero, so the ratio can be anything',
    };
  }
  const ratios = drawRatios(upper, lower, rng, resamples);
  return {
    kind: 'interval',
    ratio: medianOfSorted(upper) / medianOfSorted(lower),
    low: percentile(ratios, (1 - LEVEL) / 2),
    high: percentile(ratios, (1 + LEVEL) / 2),
    level: LEVEL,
    nNumerator: upper.length,
    nDenominator: lower.length,
    resamples,
    seed: rng.seed,
    algorithm: rng.algorithm,
  };
}

function checkArguments(rng: SeededRng, resamples: number): void {
  if (!(Number.isSafeInteger(resamples) && resamples >= MIN_RESAMPLES)) {
    throw new RangeError(
      `bootstrapMedianRatio: ${resamples} resamples, at least ${MIN_RESAMPLES} are asked for`,
    );
  }
  if (rng.drawn !== 0)
    throw new RangeError(
      'bootstrapMedianRatio: numbers were drawn before, the seed would not make the result again',
    );
}

/** Ascending ratios of the medians of that many resamples. */
function drawRatios(
  upper: Float64Array,
  lower: Float64Array,
  rng: SeededRng,
  resamples: number,
): Float64Array {
  const ratios = new Float64Array(resamples);
  for (let i = 0; i < resamples; i += 1) {
    ratios[i] = drawResampledMedian(upper, rng) / drawResampledMedian(lower, rng);
  }
  return ratios.sort();
}

/**
 * The median of one resample (n draws with replacement) of ascending samples, without making the resample:
 * draw i takes the sample at floor(n u) of a uniform u, and that is increasing, so the middle draw is the
 * sample at the middle of n sorted uniforms. Those are Beta distributed (of an even n the second one is the
 * least of the rest, uniform above the first). Exact in distribution, and a draw costs the same for ten
 * samples and for a million.
 */
export function drawResampledMedian(sorted: Float64Array, rng: SeededRng): number {
  const n = sorted.length;
  const half = Math.ceil(n / 2);
  const u = drawBeta(rng, half, n + 1 - half);
  const middle = sampleAt(sorted, u);
  if (n % 2 === 1) return middle;
  const next = 1 - (1 - u) * rng.uniform() ** (1 / half);
  return (middle + sampleAt(sorted, next)) / 2;
}

function sampleAt(sorted: Float64Array, u: number): number {
  return at(sorted, Math.min(Math.floor(u * sorted.length), sorted.length - 1));
}
