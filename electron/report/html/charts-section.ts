import { findBenchmark } from '../../bench/catalogue.ts';
import { sweepPanels } from '../../bench/panels.ts';
import type { PointGroup } from '../../bench/results.ts';
import { sweepsOf, type Sweep } from '../../bench/sweeps.ts';
import type { Interval, TooFew } from '../../bench/statistics/figures.ts';
import { formatBytes, formatTime } from '../../model/format.ts';
import type { Run } from '../../model/run.ts';
import { ecdfFigure, keyDistributions } from './ecdf-chart.ts';
import { details } from './details.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { BANDWIDTH, LATENCY, sweepFigure } from './sweep-charts.ts';
import { table, type Column } from './table.ts';
import { missing, three } from './words.ts';

/** Charts of everything that was swept over sizes, and the distributions behind the numbers. */
export function chartsSection(run: Run, groups: readonly PointGroup[]): Markup {
  const sweeps = sweepsOf(groups);
  const panels = sweepPanels(sweeps);
  return html`<section id="latency">
      <h2>Latency against size</h2>
      <p>
        Median of all samples at each size, its 95 % interval as a band (often narrower than the line). Both
        axes are logarithmic.${simulatedNote(run)}
      </p>
      ${charts(
        panels.latency.map((panel) => sweepFigure(panel, LATENCY)),
        'No benchmark of this run was swept over sizes.',
      )}
    </section>
    <section id="bandwidth">
      <h2>Bandwidth against size</h2>
      ${charts(
        panels.bandwidth.map((panel) => sweepFigure(panel, BANDWIDTH)),
        'No benchmark of this run moves bytes.',
      )}
    </section>
    ${slopesSection(sweeps)}
    <section id="distributions">
      <h2>Distributions</h2>
      <p>
        One line for each independent run: lines that lie apart are runs that differ. The first series of each
        benchmark at the middle of its sizes.${simulatedNote(run)}
      </p>
      ${distributions(run, groups)}
    </section>`;
}

const isOnDsp = (id: string): boolean => findBenchmark(id)?.dsp === true;

/** Those of the DSP fold away beside those of the memory ioctls. */
function distributions(run: Run, groups: readonly PointGroup[]): Markup {
  const none = 'This run has no samples.';
  const figures = (of: readonly PointGroup[]): readonly Markup[] => keyDistributions(run, of).map(ecdfFigure);
  const onDsp = figures(groups.filter((group) => isOnDsp(group.point.benchmark)));
  const others = figures(groups.filter((group) => !isOnDsp(group.point.benchmark)));
  if (onDsp.length === 0 || others.length === 0) return charts([...others, ...onDsp], none);
  return html`${charts(others, none)}
  ${details(`${onDsp.length} more, of calls to the DSP`, charts(onDsp, none))}`;
}

const simulatedNote = (run: Run): string => (run.simulated ? ' All of it is simulated.' : '');

const charts = (figures: readonly Markup[], none: string): Markup =>
  figures.length === 0 ? html`<p class="muted">${none}</p>` : html`<div class="charts">${figures}</div>`;

function slopesSection(sweeps: readonly Sweep[]): Markup {
  const lines = sweeps.filter((sweep) => sweep.rows.length > 1);
  const perMib = lines.filter((sweep) => sweep.axis === 'size');
  const perBuffer = lines.filter((sweep) => sweep.axis === 'count');
  return html`<section id="slopes">
    <h2>Cost of each MiB</h2>
    <p>
      Theil-Sen line through the p50 of each independent run at each size. The intercept is what sharing
      nothing would cost.
    </p>
    ${perMib.length === 0 ? html`<p class="muted">A line needs two sizes; no benchmark of this run has them.</p>` : slopeTables(perMib)}
    ${
      perBuffer.length === 0
        ? NOTHING
        : html`<h3>Cost of each buffer in a call</h3>
            ${table(columnsOf('buffer', countsText), perBuffer, { wide: true })}`
    }
  </section>`;
}

/** Those of the DSP apart. */
function slopeTables(sweeps: readonly Sweep[]): Markup {
  const onDsp = sweeps.filter((sweep) => isOnDsp(sweep.benchmark));
  const others = sweeps.filter((sweep) => !isOnDsp(sweep.benchmark));
  const columns = columnsOf('MiB', sizesText);
  if (onDsp.length === 0) return table(columns, others, { wide: true });
  return html`${others.length === 0 ? NOTHING : table(columns, others, { wide: true })}
    <h3>On the way to the DSP and on it</h3>
    ${table(columns, onDsp, { wide: true })}`;
}

const line =
  (cell: (line: Extract<Sweep['line'], { kind: 'line' }>) => Piece) =>
  (sweep: Sweep): Piece =>
    sweep.line.kind === 'line' ? cell(sweep.line) : missing(sweep.line);

const columnsOf = (unit: string, places: (sweep: Sweep) => string): readonly Column<Sweep>[] => [
  { head: 'benchmark', kind: 'tight', cell: (sweep) => `${sweep.place} ${sweep.benchmark}` },
  { head: 'series', kind: 'tight', cell: (sweep) => sweep.series },
  { head: 'source', kind: 'tight', cell: (sweep) => sweep.source },
  { head: 'variant', cell: (sweep) => sweep.variantText },
  { head: unit === 'MiB' ? 'sizes' : 'buffers', kind: 'tight', cell: places },
  { head: 'points', kind: 'n', cell: line((one) => one.n) },
  {
    head: `slope, µs/${unit}`,
    kind: 'n',
    cell: line((one) => html`<b title="${one.slope}">${signed(one.slope)}</b>`),
  },
  { head: `95 % interval, µs/${unit}`, kind: 'n', cell: line((one) => slopeInterval(one.slopeInterval)) },
  {
    head: 'intercept',
    kind: 'n',
    cell: line(
      (one) =>
        html`<span title="${one.intercept} µs">${formatTime(one.intercept * 1000).replace('-', '−')}</span>`,
    ),
  },
];

function sizesText({ rows }: Sweep): string {
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last ? `${rows.length}, ${formatBytes(first.size)} to ${formatBytes(last.size)}` : '';
}

/** '9, 1 to 255 of 4 KiB' */
function countsText({ rows }: Sweep): string {
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last ? `${rows.length}, ${first.count} to ${last.count} of ${formatBytes(first.size)}` : '';
}

const signed = (value: number): string => three(value).replace('-', '−');

const slopeInterval = (interval: Interval | TooFew): Piece =>
  interval.kind === 'interval' ? `${signed(interval.low)} to ${signed(interval.high)}` : missing(interval);
