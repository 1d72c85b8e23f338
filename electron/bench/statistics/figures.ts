/**
 * The shapes every statistic answers with. A figure that the data does not allow is a value with its reason,
 * never 0 or NaN.
 */

/** What was counted when there was too little of it. */
export type Counted = 'samples' | 'runs' | 'points' | 'distinct x values';

/** `n` of `what` are there and the figure needs `needs` of them, or more. */
export interface TooFew {
  readonly kind: 'too-few';
  readonly what: Counted;
  readonly n: number;
  readonly needs: number;
}

/** There is enough data, but the figure has no value for it (a division by zero); `reason` is a sentence. */
export interface NotDefined {
  readonly kind: 'not-defined';
  readonly n: number;
  readonly reason: string;
}

/** One number made of `n` samples, in the unit that its function names. */
export interface Value {
  readonly kind: 'value';
  readonly n: number;
  readonly value: number;
}

/** A two-sided confidence interval, both ends included, at the nominal confidence `level`. */
export interface Interval {
  readonly kind: 'interval';
  readonly n: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

export type Figure = Value | TooFew;

/** The one confidence level of this project. */
export const LEVEL = 0.95;

export function tooFew(what: Counted, n: number, needs: number): TooFew {
  return { kind: 'too-few', what, n, needs };
}

/** The figure, where `n` reaches `needs`; it is computed only then. */
export function figure(n: number, needs: number, compute: () => number): Figure {
  return n < needs ? tooFew('samples', n, needs) : { kind: 'value', n, value: compute() };
}
