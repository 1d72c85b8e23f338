/** An expected failure: a value that a lab engineer can act on. Bugs are thrown assertions instead. */
export interface Problem {
  /** Stable word for programs: 'unknown-board', 'build-mismatch', 'store-read-only', ... */
  readonly code: string;
  /** What happened and what it means for the data, as sentences. */
  readonly message: string;
  /** What to do about it; empty where nothing can be done. */
  readonly remedy: string;
}

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const fail = (
  code: string,
  message: string,
  remedy = '',
): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem: { code, message, remedy },
});

/** A reading that may be missing: then the reason stands in its place, never a zero. */
export interface Reading {
  readonly key: string;
  readonly value: string | null;
  readonly unit: string;
  /** Why there is no value; empty where there is one. */
  readonly reason: string;
  /** Path or call that it was read from. */
  readonly source: string;
}
