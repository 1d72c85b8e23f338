import { mean, sampleStandardDeviation } from 'simple-statistics';
import { tooFew, type NotDefined, type TooFew, type Value } from './figures.ts';
import { asList, sortedCopy, type Samples } from './samples.ts';

/** Coefficient of variation of p50 between the `n` runs (0.05 is 5 %), and whether it is above the limit. */
export interface RunVariation extends Value {
  readonly unstable: boolean;
}

/** Above this coefficient of variation a result carries the flag `unstable`. */
export const UNSTABLE_ABOVE = 0.1;

/**
 * Run-to-run variation: sample standard deviation (n - 1) over mean of the p50 of independent runs. One run
 * says nothing about it: it is then neither stable nor unstable.
 */
export function runVariation(p50s: Samples): RunVariation | TooFew | NotDefined {
  const sorted = sortedCopy(p50s);
  const n = sorted.length;
  if (n < 2) return tooFew('runs', n, 2);
  const centre = mean(asList(sorted));
  if (centre <= 0) {
    return {
      kind: 'not-defined',
      n,
      reason: 'the mean p50 of the runs is not above zero, so a variation relative to it has no meaning',
    };
  }
  const value = sampleStandardDeviation(asList(sorted)) / centre;
  return { kind: 'value', n, value, unstable: value > UNSTABLE_ABOVE };
}
