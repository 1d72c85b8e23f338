import type { BoardView, LogEntry } from './desk.ts';
import type { LiveRunChange } from './live-run.ts';
import type { MemoryDelta, WatchState } from './memory-delta.ts';
import type { Problem } from './outcome.ts';

/** What happened at one moment of a recorded session. */
export type RecordedEvent =
  | { readonly kind: 'board'; readonly board: BoardView }
  | { readonly kind: 'memory'; readonly delta: MemoryDelta }
  | { readonly kind: 'watch'; readonly state: WatchState }
  | { readonly kind: 'run'; readonly change: LiveRunChange }
  | { readonly kind: 'log'; readonly entry: LogEntry };

/** Milliseconds since the recording began, and what happened then. In the order of time. */
export interface RecordedMoment {
  readonly atMs: number;
  readonly event: RecordedEvent;
}

export interface RecordingHeader {
  readonly schema: 'qda-lab/recording/1';
  readonly id: string;
  /** UTC, ISO 8601 with Z. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly board: { readonly id: string; readonly label: string };
  readonly simulated: boolean;
  readonly app: { readonly version: string; readonly buildId: string };
  readonly notes: string;
  /** Moments that did not fit the bound of a recording. */
  readonly omitted: number;
}

/** A recorded session of one board: memory, runs and log, to be opened anywhere. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly moments: readonly RecordedMoment[];
}

/** One line of the list of recordings. */
export interface RecordingLine {
  readonly header: RecordingHeader;
  /** Name by which it is opened. */
  readonly name: string;
  readonly bytes: number;
  /** It came with the app. */
  readonly shipped: boolean;
}

/** A recording that is being made. */
export interface RecordingState {
  readonly board: string;
  readonly startedMs: number;
  readonly moments: number;
  readonly bytes: number;
  /** Set when it has ended: where it is. */
  readonly saved: { readonly name: string; readonly path: string } | null;
  /** Set when it has ended and could not be saved. */
  readonly problem: Problem | null;
}
