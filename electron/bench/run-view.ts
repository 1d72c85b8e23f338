import type { Histogram } from '../model/live-run.ts';
import type { Run } from '../model/run.ts';
import { crossoversOf, type Crossover } from './crossover.ts';
import { histogramOf } from './histogram.ts';
import { groupsOf, type PointGroup, type ResultRow } from './results.ts';
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

/** The run as the views show it. */
export function runView(run: Run): RunView {
  const groups = groupsOf(run);
  const rows = new Map(groups.flatMap((group) => group.rows.map((row) => [row, rowView(row)] as const)));
  const viewOf = (row: ResultRow): RowView => rows.get(row) ?? rowView(row);
  return {
    header: headerOf(run),
    groups: groups.map((group) => ({ ...group, rows: group.rows.map(viewOf) })),
    waterfall: waterfallOf(groups),
    crossovers: crossoversOf(groups).map((crossover) => ({
      ...crossover,
      copy: crossover.copy.map(viewOf),
      shared: crossover.shared.map(viewOf),
    })),
  };
}

const headerOf = ({ points: _, ...header }: Run): RunView['header'] => header;

const rowView = ({ samples, ...row }: ResultRow): RowView => ({
  ...row,
  histogram: histogramOf(samples),
});
