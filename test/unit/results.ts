import { groupsOf, type PointGroup } from '../../electron/bench/results.ts';
import type { PlanPoint } from '../../electron/model/plan.ts';
import type { PointResult } from '../../electron/model/run.ts';
import { header, point } from './samples.ts';

/** One point that passed, with the samples of each series. */
export const pointResult = (
  place: Partial<PlanPoint>,
  series: Readonly<Record<string, readonly number[]>>,
  more: Partial<PointResult> = {},
): PointResult => ({
  point: point(0, place),
  status: 'pass',
  error: 0,
  call: '',
  reason: '',
  limit: null,
  verified: 1,
  mismatches: 0,
  bytesPerSample: 0,
  leftBehind: 0,
  dropped: 0,
  simulated: true,
  counters: [],
  proof: null,
  series: Object.entries(series).map(([name, ns]) => ({ name, ns: Float64Array.from(ns), sha256: '' })),
  ...more,
});

/** The groups of a run of these points. */
export const groupsFrom = (...points: readonly PointResult[]): PointGroup[] =>
  groupsOf({ ...header('r', []), points });

/** The same time so often. */
export const steady = (ns: number, n = 10): number[] => Array.from({ length: n }, () => ns);
