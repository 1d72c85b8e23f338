import type { AccelNode, Identity } from './board.ts';
import type { MemoryPicture } from './memory.ts';
import type { Reading } from './outcome.ts';
import type { Plan, PlanPoint } from './plan.ts';

export type PointStatus = 'pass' | 'fail' | 'error' | 'skip' | 'cancelled' | 'not-run';

/** Raw samples of one series of one point, in the order taken, nanoseconds. */
export interface Series {
  readonly name: string;
  readonly ns: Float64Array | readonly number[];
  /** SHA-256, lower-case hex, over the samples as packed little-endian u64. */
  readonly sha256: string;
}

export interface PointResult {
  readonly point: PlanPoint;
  readonly status: PointStatus;
  /** -errno of the failing call, 0 where none failed. */
  readonly error: number;
  readonly call: string;
  readonly reason: string;
  readonly limit: number | null;
  readonly verified: number;
  readonly mismatches: number;
  readonly bytesPerSample: number;
  /** Bytes that the point leaves held in the driver until reboot. */
  readonly leftBehind: number;
  readonly dropped: number;
  readonly simulated: boolean;
  readonly series: readonly Series[];
}

/** Where the stream was away: what was lost stands as a gap, never as silence. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly droppedBlocks: number;
  readonly reason: string;
}

export interface ToolIdentity {
  readonly version: string;
  readonly buildId: string;
}

/** A stored run, schema version 1 (published as electron/report/run.schema.json). Times are UTC, ISO 8601 with Z. */
export interface Run {
  readonly schema: 'qda-lab/run/1';
  readonly id: string;
  readonly label: string;
  readonly notes: string;
  readonly simulated: boolean;
  readonly status: 'running' | 'complete' | 'incomplete' | 'cancelled';
  /** Why it is not complete; empty where it is. */
  readonly reason: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly app: ToolIdentity;
  readonly agent: ToolIdentity;
  readonly board: {
    readonly id: string;
    readonly transport: string;
    readonly label: string;
    readonly identity: Identity;
  };
  readonly node: AccelNode;
  /** Board clock minus host clock, ns; null where unknown. */
  readonly clockOffsetNs: number | null;
  readonly before: readonly Reading[];
  readonly after: readonly Reading[];
  readonly plan: Plan;
  readonly points: readonly PointResult[];
  readonly gaps: readonly Gap[];
  /** The memory managers as seen right before the plan ran; null where nobody looked. */
  readonly memory: MemoryPicture | null;
  /** The exact command that runs it again. */
  readonly command: string;
}
