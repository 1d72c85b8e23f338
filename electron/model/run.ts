import type { AccelNode, Identity } from './board.ts';
import type { DspSession, MemoryPicture } from './memory.ts';
import type { Reading } from './outcome.ts';
import type { Plan, PlanPoint } from './plan.ts';
import type { Counter, LogLevel, ZeroCopyProof } from './stream.ts';

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
  readonly counters: readonly Counter[];
  /** null where the figure does not claim that nothing was copied. */
  readonly proof: ZeroCopyProof | null;
}

/** The DSP sessions of a run, looked at once while it ran: the agent's own bookkeeping, without tracing. */
export interface DspMoment {
  /** Board clock, ns. */
  readonly takenNs: number;
  /** The point of the plan that ran then, or had just ended. */
  readonly atPoint: number;
  readonly sessions: readonly DspSession[];
}

/** A line of a DSP's log that came during the run. */
export interface DspLogLine {
  readonly level: LogLevel;
  readonly utcNs: bigint;
  /** The DSP: "cdsp". */
  readonly source: string;
  readonly text: string;
}

export interface DspLog {
  /** The first lines; a bound keeps a chatty DSP from filling the run. */
  readonly lines: readonly DspLogLine[];
  /** How many more there were. */
  readonly omitted: number;
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
  /** null where no DSP session was open when it was looked for. */
  readonly dsp: DspMoment | null;
  readonly dspLog: DspLog;
  /** The exact command that runs it again. */
  readonly command: string;
}
