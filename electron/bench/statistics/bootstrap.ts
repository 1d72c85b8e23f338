import { drawBeta } from './draws.ts';
import { LEVEL, tooFew, type Interval, type NotDefined, type TooFew } from './figures.ts';
import { medianOfSorted, percentileUnsorted } from './percentile.ts';
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
  draw: DrawMedians = drawMedians,
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
  const ratios = ratiosOf(upper, lower, draw([upper.length, lower.length], rng, resamples));
  return {
    kind: 'interval',
    ratio: medianOfSorted(upper) / medianOfSorted(lower),
    low: percentileUnsorted(ratios, (1 - LEVEL) / 2),
    high: percentileUnsorted(ratios, (1 + LEVEL) / 2),
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

/** Ratios of the medians of the resamples. */
function ratiosOf(
  upper: Float64Array,
  lower: Float64Array,
  [above, below]: readonly Medians[],
): Float64Array {
  if (!above || !below) throw new Error('both sides are drawn');
  const ratios = new Float64Array(above.middle.length);
  for (let which = 0; which < ratios.length; which += 1)
    ratios[which] = resampledMedian(upper, above, which) / resampledMedian(lower, below, which);
  return ratios;
}

/** Where in a sorted series the middle draws of each of its resamples lie. */
export interface Medians {
  readonly middle: Uint32Array;
  /** The second middle of an even number; of an odd one the same as `middle`. */
  readonly next: Uint32Array;
}

/** Draws the resamples of series of those lengths, the series of one resample after the other. */
export type DrawMedians = (
  lengths: readonly number[],
  rng: SeededRng,
  resamples: number,
) => readonly Medians[];

export const drawMedians: DrawMedians = (lengths, rng, resamples) => {
  const medians = lengths.map(() => ({
    middle: new Uint32Array(resamples),
    next: new Uint32Array(resamples),
  }));
  for (let which = 0; which < resamples; which += 1)
    for (const [series, length] of lengths.entries()) {
      const into = medians[series];
      if (into) drawInto(into, which, length, rng);
    }
  return medians;
};

/** Draws that were made are given again for the same lengths, seed and number: what is drawn does not depend on the samples. */
export function rememberedDraws(most = 8): DrawMedians {
  const known = new Map<string, readonly Medians[]>();
  return (lengths, rng, resamples) => {
    const key = [rng.algorithm, rng.seed, resamples, ...lengths].join(' ');
    const found = known.get(key) ?? drawMedians(lengths, rng, resamples);
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return found;
  };
}

/** The median of one resample of ascending samples. */
export const resampledMedian = (sorted: Float64Array, medians: Medians, which: number): number =>
  ((sorted[medians.middle[which] ?? 0] ?? 0) + (sorted[medians.next[which] ?? 0] ?? 0)) / 2;

/**
 * The middle of one resample (n draws with replacement) of n ascending samples, without making the resample:
 * draw i takes the sample at floor(n u) of a uniform u, and that is increasing, so the middle draw is the
 * sample at the middle of n sorted uniforms. Those are Beta distributed (of an even n the second one is the
 * least of the rest, uniform above the first). Exact in distribution, and a draw costs the same for ten
 * samples and for a million.
 */
function drawInto(medians: Medians, which: number, n: number, rng: SeededRng): void {
  const half = Math.ceil(n / 2);
  const u = drawBeta(rng, half, n + 1 - half);
  medians.middle[which] = placeOf(u, n);
  medians.next[which] = n % 2 === 1 ? placeOf(u, n) : placeOf(1 - (1 - u) * rng.uniform() ** (1 / half), n);
}

const placeOf = (u: number, n: number): number => Math.min(Math.floor(u * n), n - 1);
