import type * as v from 'valibot';

/** A call of a face: how its argument has to look, and what comes back where it succeeds. */
export interface CallSpec<A, R> {
  readonly args: v.GenericSchema<unknown, A>;
  /** Never there: it carries the type. */
  readonly result?: R;
}

export const call =
  <R>() =>
  <S extends v.GenericSchema>(args: S): CallSpec<v.InferOutput<S>, R> => ({
    args: args,
  });
