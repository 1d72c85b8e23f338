import type { PlanDone, PointDone, PointStarted, SampleBlock } from './stream.ts';

/**
 * What the agent says of a running plan, in order. `block` numbers all of them (1, 2, 3 ... over the plan): the host
 * acknowledges a block once it is stored, and a gap in the numbers is a gap in the data.
 */
export type PlanEvent =
  | ({ readonly kind: 'started' } & PointStarted)
  | ({ readonly kind: 'samples' } & SampleBlock)
  | ({ readonly kind: 'done' } & PointDone)
  | ({ readonly kind: 'plan-done' } & PlanDone);
