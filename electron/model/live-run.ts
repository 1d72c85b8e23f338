import type { AccelNode } from './board.ts';
import type { Problem } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { PointStatus, Run } from './run.ts';

/** Counts of samples in bins of equal width on a logarithmic axis. */
export interface Histogram {
  /** Nanoseconds: lower edge of the first bin and upper edge of the last. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly counts: readonly number[];
}

/** One series of a point while it runs, and when it has ended. Nanoseconds. */
export interface LiveSeries {
  readonly name: string;
  readonly n: number;
  /** null below one sample. */
  readonly p50: number | null;
  /** 95 % order-statistic interval of p50; null where n is too small. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** null where n is too small (below 100). */
  readonly p99: number | null;
  readonly histogram: Histogram | null;
}

export interface LivePoint {
  /** Of the plan. */
  readonly index: number;
  readonly status: PointStatus | 'waiting' | 'running';
  readonly reason: string;
  readonly series: readonly LiveSeries[];
}

/** How a run ended and where it is kept; an empty path: it could be kept nowhere, and `why`. */
export interface LiveEnd {
  readonly status: Run['status'];
  readonly reason: string;
  readonly kept: { readonly kind: 'store' | 'spill'; readonly path: string; readonly why: Problem | null };
}

/** A run on a board, from its start until another takes its place. */
export interface LiveRun {
  readonly runId: string;
  readonly board: string;
  readonly label: string;
  readonly simulated: boolean;
  readonly plan: Plan;
  readonly node: AccelNode;
  /** Bytes that the plan leaves held in the driver until reboot. */
  readonly leaves: number;
  readonly estimateS: number;
  readonly startedMs: number;
  readonly phase: 'running' | 'cancelling' | 'ended';
  /** One a point of the plan, in its order. */
  readonly points: readonly LivePoint[];
  /** Oldest first. */
  readonly notices: readonly Problem[];
  /** null until it has ended. */
  readonly end: LiveEnd | null;
}

/** What a face is told of a run: all of it once, then what changed. */
export type LiveRunChange =
  | { readonly kind: 'run'; readonly run: LiveRun }
  /** The preparations before a run exists: 'looking at the memory managers'. */
  | { readonly kind: 'preparing'; readonly board: string; readonly step: string }
  | { readonly kind: 'none'; readonly board: string; readonly problem: Problem | null }
  | { readonly kind: 'points'; readonly board: string; readonly points: readonly LivePoint[] }
  | {
      readonly kind: 'phase';
      readonly board: string;
      readonly phase: LiveRun['phase'];
      readonly notices: readonly Problem[];
      readonly end: LiveEnd | null;
    };
