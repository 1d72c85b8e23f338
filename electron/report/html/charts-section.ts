import type { PointGroup } from '../../bench/results.ts';
import { sweepsOf, type Sweep } from '../../bench/sweeps.ts';
import type { Interval, TooFew } from '../../bench/statistics/figures.ts';
import { formatBytes, formatTime } from '../../model/format.ts';
import type { Run } from '../../model/run.ts';
import { ecdfFigure, keyDistributions } from './ecdf-chart.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { BANDWIDTH, LATENCY, panelsOf, sweepFigure } from './sweep-charts.ts';
import { table, type Column } from './table.ts';
import { missing, three } from './words.ts';

/** Charts of everything that was swept over sizes, and the distributions behind the numbers. */
export function chartsSection(run: Run, groups: readonly PointGroup[]): Markup {
  const sweeps = sweepsOf(groups);
  const moving = sweeps.filter((sweep) => sweep.rows.some((row) => row.bandwidth?.kind === 'value'));
  return html`<section id="latency">
      <h2>Latency against size</h2>
      <p>
        Median of all samples at each size, its 95 % interval as a band (often narrower than the line). Both
        axes are logarithmic.${simulatedNote(run)}
      </p>
      ${charts(
        panelsOf(sweeps).map((panel) => sweepFigure(panel, LATENCY)),
        'No benchmark of this run was swept over sizes.',
      )}
    </section>
    <section id="bandwidth">
      <h2>Bandwidth against size</h2>
      ${charts(
        panelsOf(moving).map((panel) => sweepFigure(panel, BANDWIDTH)),
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
      ${charts(keyDistributions(run, groups).map(ecdfFigure), 'This run has no samples.')}
    </section>`;
}

const simulatedNote = (run: Run): string => (run.simulated ? ' All of it is simulated.' : '');

const charts = (figures: readonly Markup[], none: string): Markup =>
  figures.length === 0 ? html`<p class="muted">${none}</p>` : html`<div class="charts">${figures}</div>`;

function slopesSection(sweeps: readonly Sweep[]): Markup {
  const lines = sweeps.filter((sweep) => sweep.rows.length > 1);
  return html`<section id="slopes">
    <h2>Cost of each MiB</h2>
    <p>
      Theil-Sen line through the p50 of each independent run at each size. The intercept is what sharing
      nothing would cost.
    </p>
    ${lines.length === 0 ? html`<p class="muted">A line needs two sizes; no benchmark of this run has them.</p>` : NOTHING}
    ${lines.length === 0 ? NOTHING : table(COLUMNS, lines, { wide: true })}
  </section>`;
}

const line =
  (cell: (line: Extract<Sweep['line'], { kind: 'line' }>) => Piece) =>
  (sweep: Sweep): Piece =>
    sweep.line.kind === 'line' ? cell(sweep.line) : missing(sweep.line);

const COLUMNS: readonly Column<Sweep>[] = [
  { head: 'benchmark', kind: 'tight', cell: (sweep) => `${sweep.place} ${sweep.benchmark}` },
  { head: 'series', kind: 'tight', cell: (sweep) => sweep.series },
  { head: 'source', kind: 'tight', cell: (sweep) => sweep.source },
  { head: 'variant', cell: (sweep) => sweep.variantText },
  { head: 'sizes', kind: 'tight', cell: sizesText },
  { head: 'points', kind: 'n', cell: line((one) => one.n) },
  {
    head: 'slope, µs/MiB',
    kind: 'n',
    cell: line((one) => html`<b title="${one.slope}">${signed(one.slope)}</b>`),
  },
  { head: '95 % interval, µs/MiB', kind: 'n', cell: line((one) => slopeInterval(one.slopeInterval)) },
  {
    head: 'intercept',
    kind: 'n',
    cell: line((one) => html`<span title="${one.intercept} µs">${formatTime(one.intercept * 1000)}</span>`),
  },
];

function sizesText({ rows }: Sweep): string {
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last ? `${rows.length}, ${formatBytes(first.size)} to ${formatBytes(last.size)}` : '';
}

const signed = (value: number): string => three(value).replace('-', '−');

const slopeInterval = (interval: Interval | TooFew): Piece =>
  interval.kind === 'interval' ? `${signed(interval.low)} to ${signed(interval.high)}` : missing(interval);
