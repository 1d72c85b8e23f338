import type { Outcome, Problem } from '../../electron/model/outcome.ts';

/** Something that is fetched: what is known of it, and whether it is on its way. */
export interface Fetched<T> {
  readonly value: T | null;
  readonly problem: Problem | null;
  readonly asking: boolean;
}

/** Nobody has asked for it. */
export const none = <T>(): Fetched<T> => ({ value: null, problem: null, asking: false });

/** Asked for, and nothing known before. */
export const awaited = <T>(): Fetched<T> => ({ value: null, problem: null, asking: true });

/** What came of it. */
export const fetched = <T>(outcome: Outcome<T>): Fetched<T> =>
  outcome.ok
    ? { value: outcome.value, problem: null, asking: false }
    : { value: null, problem: outcome.problem, asking: false };
