import type { Histogram } from '../model/live-run.ts';
import type { Run } from '../model/run.ts';
import { crossoversOf, type Crossover } from './crossover.ts';
import { histogramOf } from './histogram.ts';
import { groupsOf, type ChartRow, type PointGroup, type ResultRow } from './results.ts';
import { waterfallOf, type WaterfallSize } from './waterfall.ts';

/** A result row as faces show it: its distribution in bins instead of all samples. */
export interface RowView extends Omit<ResultRow, 'samples'> {
  /** null where there is no sample. */
  readonly histogram: Histogram | null;
}

export interface GroupView extends Omit<PointGroup, 'rows'> {
  readonly rows: readonly RowView[];
}

export interface CrossoverView extends Omit<Crossover, 'copy' | 'shared'> {
  readonly copy: readonly ChartRow[];
  readonly shared: readonly ChartRow[];
}

/** What the views show of one stored run, but for its crossovers; made of the run alone, like its report. */
export interface RunView {
  /** The run without its points. */
  readonly header: Omit<Run, 'points'>;
  readonly groups: readonly GroupView[];
  readonly waterfall: readonly WaterfallSize[];
}

/** The run as the views show it; `groups` are its own. */
export const runView = (run: Run, groups: readonly PointGroup[] = groupsOf(run)): RunView => ({
  header: headerOf(run),
  groups: groups.map((group) => ({ ...group, rows: group.rows.map(rowView) })),
  waterfall: waterfallOf(groups),
});

/** The crossovers as the views show them: their intervals take longer than all else of a run. */
export const crossoverViews = (groups: readonly PointGroup[]): CrossoverView[] =>
  crossoversOf(groups).map((crossover) => ({
    ...crossover,
    copy: crossover.copy.map(chartRow),
    shared: crossover.shared.map(chartRow),
  }));

const headerOf = ({ points: _, ...header }: Run): RunView['header'] => header;

const chartRow = ({ samples: _, ...row }: ResultRow): ChartRow => row;

const rowView = ({ samples, ...row }: ResultRow): RowView => ({
  ...row,
  histogram: histogramOf(samples),
});
