import type { PointStatus, Run } from './run.ts';

/** One line of the list of stored runs. */
export interface RunRow {
  readonly id: string;
  readonly label: string;
  readonly notes: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly status: Run['status'];
  readonly reason: string;
  readonly simulated: boolean;
  readonly board: { readonly id: string; readonly label: string; readonly model: string };
  readonly dsp: string;
  /** 'QDA v1' */
  readonly driver: string;
  readonly kernel: string;
  readonly plan: string;
  readonly benchmarks: readonly string[];
  /** Points of the plan; the independent runs of a point are one. */
  readonly points: number;
  /** How often each point is measured. */
  readonly repeats: number;
  /** How many points ended in which word, each by the worst of its independent runs; null while the run goes on, or where nobody counted. */
  readonly tally: Readonly<Partial<Record<PointStatus, number>>> | null;
  /** It came from a file made elsewhere. */
  readonly imported: boolean;
}
