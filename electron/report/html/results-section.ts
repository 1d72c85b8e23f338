import { CATALOGUE, findBenchmark } from '../../bench/catalogue.ts';
import { variantText } from '../../bench/variants.ts';
import type { Flag, PointGroup, ResultRow } from '../../bench/results.ts';
import type { Summary } from '../../bench/statistics/summary.ts';
import { formatBandwidth, formatBytes } from '../../model/format.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { groupedTable, type Column, type RowGroup } from './table.ts';
import {
  flagWords,
  missing,
  percent,
  statusWord,
  time,
  timeFigure,
  timeInterval,
  undefinedValue,
} from './words.ts';

/** One line of the table: a series of a point, or a point that gave none. */
interface Line {
  readonly group: PointGroup;
  readonly row: ResultRow | null;
}

/** All results, a table a benchmark. */
export function resultsSection(groups: readonly PointGroup[]): Markup {
  const ids = [...new Set(groups.map((group) => group.point.benchmark))];
  return html`<section id="results">
    <h2>Results</h2>
    ${ids.length === 0 ? html`<p class="muted">The plan of this run has no point.</p>` : NOTHING}
    ${ids.map((id) =>
      benchmarkTable(
        id,
        groups.filter((group) => group.point.benchmark === id),
      ),
    )}
  </section>`;
}

function benchmarkTable(id: string, groups: readonly PointGroup[]): Markup {
  const benchmark = findBenchmark(id);
  const place = benchmark?.place ?? '';
  const shared = sharedFlags(groups);
  const title = benchmark?.title ?? 'not in the catalogue of this version';
  return html`<h3 id="${anchor(id)}">${place} ${id}: ${title} ${flagWords(shared)}</h3>
    ${described(id)} ${groupedTable(columnsOf(groups, shared), groups.map(linesOf), { wide: true })}`;
}

/** Flags of every point stand once, at the heading. */
const sharedFlags = (groups: readonly PointGroup[]): Flag[] =>
  (groups[0]?.flags ?? []).filter((flag) => groups.every((group) => group.flags.includes(flag)));

const anchor = (id: string): string =>
  CATALOGUE.some((row) => row.id === id) ? `results-${id.replace('.', '-')}` : '';

const linesOf = (group: PointGroup): RowGroup<Line> => ({
  lead: { group, row: null },
  rows: group.rows.filter((row) => row.samples.length > 0).map((row) => ({ group, row })),
  look: group.status === 'fail' ? 'void' : '',
  ...remarkOf(group),
});

/** Under the figures: the reason, and series without a sample; a point without figures has a line all the same. */
function remarkOf({ reason, rows }: PointGroup): { note?: string } {
  const empty = rows.filter((row) => row.samples.length === 0).map((row) => row.series);
  if (empty.length === rows.length)
    return { note: sentence(reason === '' ? 'No samples, and no reason was given' : reason) };
  const lacks = empty.length === 0 ? '' : `No samples of ${empty.join(', ')}`;
  const remarks = [reason, lacks].filter((text) => text !== '');
  return remarks.length === 0 ? {} : { note: remarks.map(sentence).join(' ') };
}

const ofPoint = (head: string, cell: (group: PointGroup) => Piece): Column<Line> => ({
  head,
  once: true,
  cell: ({ group }) => cell(group),
});

const figure =
  (cell: (summary: Summary) => Piece) =>
  ({ row }: Line): Piece => {
    if (row === null) return '';
    return row.summary.kind === 'summary' ? cell(row.summary) : missing(row.summary);
  };

/** Columns that would be the same in every row are left out. */
function columnsOf(groups: readonly PointGroup[], shared: readonly Flag[]): Column<Line>[] {
  const has = (of: (group: PointGroup) => boolean): boolean => groups.some(of);
  const optional = (show: boolean, column: Column<Line>): Column<Line>[] => (show ? [column] : []);
  return [
    ...optional(
      has((group) => group.point.size > 0),
      { ...ofPoint('size', sizeCell), kind: 'n' },
    ),
    { ...ofPoint('source', (group) => group.point.source), kind: 'tight' },
    ...optional(
      has((group) => variant(group) !== ''),
      ofPoint('variant', variant),
    ),
    { head: 'series', kind: 'tight', cell: ({ row }) => row?.series ?? '' },
    ...FIGURES,
    ...optional(
      has((group) => group.rows.some((row) => row.bandwidth !== null)),
      { head: 'bandwidth', kind: 'n', cell: bandwidthCell },
    ),
    ofPoint('status', (group) => statusCell(group, shared)),
  ];
}

const sizeCell = ({ point }: PointGroup): string => (point.size === 0 ? '' : formatBytes(point.size));

const variant = ({ point }: PointGroup): string => variantText(point);

const FIGURES: readonly Column<Line>[] = [
  { head: 'n', kind: 'n', cell: ({ row }) => row?.samples.length ?? '' },
  { head: 'min', kind: 'n', cell: figure((one) => time(one.min)) },
  { head: 'p50', kind: 'n', cell: figure((one) => html`<b>${time(one.p50)}</b>`) },
  { head: '95 % interval', kind: 'n', cell: figure((one) => timeInterval(one.p50Interval)) },
  { head: 'MAD', kind: 'n', cell: figure((one) => timeFigure(one.mad)) },
  { head: 'p99', kind: 'n', cell: figure((one) => timeFigure(one.p99)) },
  { head: 'max', kind: 'n', cell: figure((one) => time(one.max)) },
  { head: 'outliers', kind: 'n', cell: figure(outliers) },
  { head: 'run to run', kind: 'n', cell: variationCell },
];

/** Mild and severe, low and high together; the parts on hover. */
function outliers({ tukey }: Summary): Piece {
  if (tukey.kind === 'too-few') return missing(tukey);
  const mild = tukey.lowMild + tukey.highMild;
  const severe = tukey.lowSevere + tukey.highSevere;
  const parts = `low: ${tukey.lowMild} mild, ${tukey.lowSevere} severe; high: ${tukey.highMild} mild, ${tukey.highSevere} severe`;
  return html`<span title="${parts}">${mild} + ${severe}</span>`;
}

function variationCell({ row }: Line): Piece {
  if (row === null || row.samples.length === 0) return '';
  const { variation } = row;
  if (variation.kind === 'too-few') return missing(variation);
  if (variation.kind === 'not-defined') return undefinedValue(variation);
  const text = percent(variation.value);
  return variation.unstable ? html`<span class="word warning">${text}</span>` : text;
}

function bandwidthCell({ row }: Line): Piece {
  const bandwidth = row?.bandwidth ?? null;
  if (bandwidth === null) return '';
  if (bandwidth.kind === 'too-few') return missing(bandwidth);
  if (bandwidth.kind === 'not-defined') return undefinedValue(bandwidth);
  return html`<span title="${bandwidth.value} GB/s">${formatBandwidth(bandwidth.value)}</span>`;
}

/** The word, and the flags that not every point of the table has. */
function statusCell(group: PointGroup, shared: readonly Flag[]): Piece {
  const flags = group.flags.filter((flag) => !shared.includes(flag));
  const limit = group.limit === null ? NOTHING : html`<br /><span class="muted">limit ${group.limit}</span>`;
  return html`${statusWord(group.status)} ${flagWords(flags)}${limit}`;
}

/** What is timed, and what one sample of each series is. */
function described(id: string): Markup {
  const benchmark = findBenchmark(id);
  if (!benchmark) return NOTHING;
  const series = benchmark.series.map((one) => `${one.name}: ${one.what}`).join('; ');
  return html`<p class="muted">Timed: ${sentence(benchmark.timed)} ${sentence(series)}</p>`;
}

const sentence = (text: string): string => `${text.replace(/[. ]+$/, '')}.`;
