import type { PointStatus } from './run.ts';

/**
 * What the agent says of a running plan, in order. `block` numbers all of them (1, 2, 3 ... over the plan): the host
 * acknowledges a block once it is stored, and a gap in the numbers is a gap in the data.
 */
export type PlanEvent =
  | {
      readonly kind: 'started';
      readonly block: number;
      readonly index: number;
      readonly series: readonly string[];
    }
  | {
      readonly kind: 'samples';
      readonly block: number;
      readonly index: number;
      readonly series: number;
      /** Place of the first sample in its series. */
      readonly first: number;
      /** Packed little-endian u64 nanoseconds, as they came over the wire. */
      readonly bytes: Uint8Array;
      readonly simulated: boolean;
    }
  | ({ readonly kind: 'done'; readonly block: number } & PointEnd)
  | {
      readonly kind: 'plan-done';
      readonly block: number;
      readonly runId: string;
      readonly cancelled: boolean;
      readonly reason: string;
    };

export interface PointEnd {
  readonly index: number;
  readonly status: PointStatus;
  readonly error: number;
  readonly call: string;
  readonly reason: string;
  readonly limit: number | null;
  readonly verified: number;
  readonly mismatches: number;
  readonly bytesPerSample: number;
  readonly leftBehind: number;
  readonly dropped: number;
  readonly simulated: boolean;
  readonly startedNs: number;
  readonly endedNs: number;
}
