import type { PlanPoint } from './plan.ts';
import type { PointStatus } from './run.ts';

/** A point's independent runs are one group: this is the same for all of them. */
export const pointKey = (point: PlanPoint): string =>
  [
    point.benchmark,
    point.size,
    point.source,
    point.variant,
    ...(point.count === 0 ? [] : [point.count]),
  ].join('/');

/** A group is as bad as its worst run. */
export const SEVERITY: Readonly<Record<PointStatus, number>> = {
  pass: 0,
  skip: 1,
  'not-run': 2,
  cancelled: 3,
  error: 4,
  fail: 5,
};
