import type { Histogram } from '../model/live-run.ts';
import type { Run } from '../model/run.ts';
import type { Crossover } from './crossover.ts';
import type { PointGroup, ResultRow } from './results.ts';
import type { WaterfallSize } from './waterfall.ts';

/** A result row as faces show it: its distribution in bins instead of all samples. */
export interface RowView extends Omit<ResultRow, 'samples'> {
  /** null where there is no sample. */
  readonly histogram: Histogram | null;
}

export interface GroupView extends Omit<PointGroup, 'rows'> {
  readonly rows: readonly RowView[];
}

export interface CrossoverView extends Omit<Crossover, 'copy' | 'shared'> {
  readonly copy: readonly RowView[];
  readonly shared: readonly RowView[];
}

/** Everything that the views show of one stored run; made of the run alone, like its report. */
export interface RunView {
  /** The run without its points. */
  readonly header: Omit<Run, 'points'>;
  readonly groups: readonly GroupView[];
  readonly waterfall: readonly WaterfallSize[];
  readonly crossovers: readonly CrossoverView[];
}
