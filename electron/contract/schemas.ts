import * as v from 'valibot';
import type { PlanRequest } from '../bench/plan.ts';

/** Shapes of the arguments of calls. Bounds keep a face from making the host do something enormous. */

export const shortText = v.pipe(v.string(), v.maxLength(200));
export const boardId = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
/** 'lab-pc:5037', '[fe80::1%eth0]:5555'. */
export const address = v.pipe(v.string(), v.minLength(1), v.maxLength(300));
export const runId = v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/));
export const labelText = v.pipe(v.string(), v.maxLength(500));
export const notesText = v.pipe(v.string(), v.maxLength(100_000));
export const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

const whole = (from: number, to: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(from), v.maxValue(to));

export const workload = v.strictObject({
  kind: v.picklist(['producer', 'consumer', 'leaker', 'churn', 'share', 'holder']),
  /** Bytes; 0: its own. */
  size: whole(0, 2 ** 30),
  /** Buffers; 0: its own. */
  count: whole(0, 20_000),
});

export const planRequest = v.strictObject({
  name: v.picklist(['quick', 'full']),
  dsp: v.pipe(v.string(), v.regex(/^\w{1,32}$/)),
  only: v.pipe(v.array(v.pipe(v.string(), v.regex(/^[\w.]{1,64}$/))), v.maxLength(64), v.readonly()),
  samples: v.nullable(whole(1, 10_000_000)),
  budgetS: v.nullable(v.pipe(v.number(), v.minValue(0.001), v.maxValue(3600))),
  sizes: v.nullable(v.pipe(v.array(whole(1, 2 ** 32)), v.minLength(1), v.maxLength(64), v.readonly())),
  exhaustive: v.boolean(),
  verify: v.boolean(),
  shell: v.pipe(v.string(), v.maxLength(4096)),
  dspFiles: v.exactOptional(v.pipe(v.string(), v.maxLength(4096))),
  seed: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
}) satisfies v.GenericSchema<unknown, PlanRequest>;
