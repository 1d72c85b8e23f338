import { findBenchmark } from './catalogue.ts';
import type { ChartRow } from './results.ts';
import type { Sweep } from './sweeps.ts';

/** Lines that share one chart. */
export interface Panel {
  readonly title: string;
  readonly note: string;
  readonly lines: readonly { readonly label: string; readonly rows: readonly ChartRow[] }[];
}

/** The charts of a run, over everything that was swept over sizes. */
export interface SweepPanels {
  readonly latency: readonly Panel[];
  readonly bandwidth: readonly Panel[];
  /** Benchmarks that move bytes and were measured at one size only: no chart of theirs. */
  readonly oneSize: readonly string[];
}

/** What moves bytes on the DSP is drawn as bandwidth alone; copying against sharing (rpc.argsize) has a chart of its own. */
export function sweepPanels(sweeps: readonly Sweep[]): SweepPanels {
  const overSizes = sweeps.filter((sweep) => sweep.axis === 'size' && !DRAWN_ELSEWHERE.has(sweep.benchmark));
  const moving = overSizes.filter((sweep) => sweep.rows.some((row) => row.bandwidth?.kind === 'value'));
  const timed = overSizes.filter((sweep) => !(isOnDsp(sweep.benchmark) && moving.includes(sweep)));
  return { latency: panelsOf(timed), bandwidth: panelsOf(moving), oneSize: leftOut(moving) };
}

const DRAWN_ELSEWHERE: ReadonlySet<string> = new Set(['rpc.argsize']);

const isOnDsp = (id: string): boolean => findBenchmark(id)?.dsp === true;

function leftOut(sweeps: readonly Sweep[]): string[] {
  const all = [...new Set(sweeps.map(titleOf))];
  return all.filter((title) => drawable(sweeps.filter((sweep) => titleOf(sweep) === title)).length === 0);
}

const titleOf = ({ place, benchmark }: Sweep): string => `${place} ${benchmark}`.trim();

/** A chart a benchmark; where sources or variants differ a chart a series, with a line for each of them. */
function panelsOf(sweeps: readonly Sweep[]): Panel[] {
  const ids = [...new Set(sweeps.map((sweep) => sweep.benchmark))];
  return ids.flatMap((id) => panelsOfBenchmark(drawable(sweeps.filter((sweep) => sweep.benchmark === id))));
}

/** A line of one size only stays in the tables, unless the benchmark has no other: then the chart shows that one place. */
function drawable(sweeps: readonly Sweep[]): readonly Sweep[] {
  const lines = sweeps.filter((sweep) => sweep.rows.length > 1);
  if (lines.length > 0) return lines;
  return isOnDsp(sweeps[0]?.benchmark ?? '') ? [] : sweeps;
}

function panelsOfBenchmark(sweeps: readonly Sweep[]): Panel[] {
  const first = sweeps[0];
  if (!first) return [];
  const title = titleOf(first);
  const sources = [...new Set(sweeps.map((sweep) => sweep.source))];
  const note = sources.length === 1 ? `${first.title}, ${first.source}` : first.title;
  const kindOf = ({ source, variantText: variant }: Sweep): string =>
    [sources.length === 1 ? '' : source, variant].filter((one) => one !== '').join(', ');
  if (new Set(sweeps.map(kindOf)).size < 2)
    return [{ title, note, lines: sweeps.map((sweep) => ({ label: sweep.series, rows: sweep.rows })) }];
  return [...new Set(sweeps.map((sweep) => sweep.series))].map((series) => ({
    title: `${title} ${series}`,
    note,
    lines: sweeps
      .filter((sweep) => sweep.series === series)
      .map((sweep) => ({ label: kindOf(sweep), rows: sweep.rows })),
  }));
}

/** Sizes that any of the lines was measured at, ascending. */
export const sizesOf = (panel: Panel): number[] =>
  [...new Set(panel.lines.flatMap((line) => line.rows.map((row) => row.size)))].sort((a, b) => a - b);
