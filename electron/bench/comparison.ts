import type { TooFew } from './statistics/figures.ts';

/** Median of one side of a comparison, nanoseconds, with its 95 % interval. */
export interface Side {
  readonly n: number;
  readonly p50: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** One thing measured in both runs. */
export interface ComparedRow {
  /** benchmark/size/source/variant/count/series */
  readonly key: string;
  readonly benchmark: string;
  readonly series: string;
  readonly size: number;
  readonly source: string;
  readonly variantText: string;
  readonly a: Side;
  readonly b: Side;
  /** p50 of b over p50 of a, with its bootstrap interval. */
  readonly ratio: number;
  readonly interval: { readonly low: number; readonly high: number } | TooFew;
}

/** Two runs side by side: figures, no verdict. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  /** What is not the same in both: board, driver, kernel, simulated or not, ... as sentences. */
  readonly differences: readonly string[];
  readonly rows: readonly ComparedRow[];
  /** Keys measured in one of them only. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
}
