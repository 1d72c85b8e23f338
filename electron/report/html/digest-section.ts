import { variantText } from '../../bench/variants.ts';
import { formatBytes } from '../../model/format.ts';
import type { PointResult, Run, Series } from '../../model/run.ts';
import { details } from './details.ts';
import { html, type Markup } from './markup.ts';
import { table, type Column } from './table.ts';

interface Row {
  readonly result: PointResult;
  readonly series: Series;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'point', kind: 'n', cell: ({ result }) => result.point.index },
  { head: 'benchmark', kind: 'tight', cell: ({ result }) => result.point.benchmark },
  {
    head: 'at',
    cell: ({ result: { point } }) =>
      [point.size > 0 ? formatBytes(point.size) : '', point.source, variantText(point)]
        .filter((one) => one !== '')
        .join(', '),
  },
  { head: 'run', kind: 'n', cell: ({ result }) => result.point.repeat + 1 },
  { head: 'series', kind: 'tight', cell: ({ series }) => series.name },
  { head: 'n', kind: 'n', cell: ({ series }) => series.ns.length },
  { head: 'SHA-256', kind: 'tight', cell: ({ series }) => html`<code>${series.sha256}</code>` },
];

const OPEN_ROWS = 24;

/** What ties the report to its raw samples. */
export function digestSection(run: Run): Markup {
  const rows = run.points.flatMap((result) => result.series.map((series) => ({ result, series })));
  return html`<section id="digests" class="digests">
    <h2>Digests of the samples</h2>
    <p>
      SHA-256 over the samples of each series in the order taken, as packed little-endian unsigned 64-bit
      nanoseconds. The JSON export of run ${run.id} holds the samples themselves.
    </p>
    ${rows.length === 0 ? html`<p class="muted">This run has no samples.</p>` : details(`${rows.length} series`, table(COLUMNS, rows), rows.length <= OPEN_ROWS)}
  </section>`;
}
