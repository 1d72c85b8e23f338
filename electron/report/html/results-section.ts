import { CATALOGUE, findBenchmark } from '../../bench/catalogue.ts';
import { isWholePath, variantText } from '../../bench/variants.ts';
import { proofsOf } from '../../bench/proof.ts';
import type { Flag, PointGroup, ResultRow } from '../../bench/results.ts';
import type { Summary } from '../../bench/statistics/summary.ts';
import {
  formatBandwidth,
  formatBytes,
  formatDmaAddress,
  formatRate,
  formatTime,
} from '../../model/format.ts';
import { details } from './details.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { verdictWord } from './proof-section.ts';
import { groupedTable, type Column, type RowGroup } from './table.ts';
import {
  flagWords,
  missing,
  percent,
  plural,
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
  const usual = sharedFlags(groups);
  return html`<section id="results">
    <h2>Results</h2>
    ${ids.length === 0 ? html`<p class="muted">The plan of this run has no point.</p>` : NOTHING}
    ${ids.map((id) =>
      benchmarkPart(
        id,
        groups.filter((group) => group.point.benchmark === id),
        ids.length > MOST_OPEN ? usual : null,
      ),
    )}
  </section>`;
}

/** With more benchmarks than the memory ioctls have, those of the DSP fold away unless something went wrong there; `usual`: flags that all points have. */
const MOST_OPEN = 9;

function benchmarkPart(id: string, groups: readonly PointGroup[], usual: readonly Flag[] | null): Markup {
  const benchmark = findBenchmark(id);
  const shared = sharedFlags(groups);
  const title = benchmark?.title ?? 'not in the catalogue of this version';
  const folds = usual !== null && benchmark?.dsp === true;
  const flags = folds ? shared.filter((flag) => flag === 'simulated' || !usual.includes(flag)) : shared;
  const head = html`<h3 id="${anchor(id)}">
    ${benchmark?.place ?? ''} ${id}: ${title} ${flagWords(flags)}
  </h3>`;
  const body = html`${described(id)} ${tables(groups, shared)}`;
  return folds
    ? details(html`${head}<span class="muted">${gist(groups)}</span>`, body, groups.some(isBad))
    : html`${head} ${body}`;
}

/** The complete paths fold away beside others: they have many stages, and the waterfall shows them. */
function tables(groups: readonly PointGroup[], shared: readonly Flag[]): Markup {
  const of = (some: readonly PointGroup[]): Markup =>
    groupedTable(columnsOf(some, shared), some.map(linesOf), { wide: true });
  const paths = groups.filter(({ point }) => isWholePath(point));
  if (paths.length === 0 || paths.length === groups.length) return of(groups);
  const title = `The complete path in one go, through the DSP, with its stages: ${plural(paths.length, 'point')}`;
  return html`${of(groups.filter((group) => !paths.includes(group)))}
  ${details(title, of(paths), paths.some(isBad))}`;
}

const isBad = ({ status }: PointGroup): boolean => status === 'fail' || status === 'error';

/** 'p50 of call 29.1 µs to 1.02 ms, 12 points': of the dearest series; how points ended where not all passed. */
function gist(groups: readonly PointGroup[]): string {
  const rows = groups.flatMap(({ rows: all }) => all.flatMap((row) => middleOf(row)));
  const dearest = rows.reduce<Middle | null>((a, b) => (a === null || b.ns > a.ns ? b : a), null);
  const own = rows.filter(({ series }) => series === dearest?.series).map(({ ns }) => ns);
  const [low, high] = [Math.min(...own), Math.max(...own)];
  const span = low === high ? formatTime(low) : `${formatTime(low)} to ${formatTime(high)}`;
  const ends = [...new Set(groups.map(({ status }) => status))].filter((status) => status !== 'pass');
  const counts = ends.map((end) => `${groups.filter(({ status }) => status === end).length} ${end}`);
  const times = dearest === null ? 'no times' : `p50 of ${dearest.series} ${span}`;
  return [times, plural(groups.length, 'point'), ...counts].join(', ');
}

interface Middle {
  readonly series: string;
  readonly ns: number;
}

const middleOf = ({ series, summary }: ResultRow): Middle[] =>
  summary.kind === 'summary' ? [{ series, ns: summary.p50 }] : [];

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
    ...optional(
      has((group) => group.rows.some((row) => row.rate !== null)),
      { head: 'a second', kind: 'n', cell: rateCell },
    ),
    ...optional(
      has((group) => group.counters.length > 0),
      { ...ofPoint('counted', countersCell), kind: 'n' },
    ),
    ...optional(
      has((group) => group.proofs.length > 0),
      ofPoint('zero copy', proofCell),
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

function rateCell({ row }: Line): Piece {
  const rate = row?.rate ?? null;
  if (rate === null) return '';
  return html`<span title="${rate.perSecond}">${formatRate(rate.perSecond, rate.of)}</span>`;
}

/** Figures of a point that are no times; the section on calls says more. */
const countersCell = ({ counters }: PointGroup): Piece =>
  counters.map(({ name, unit, values }) => {
    const distinct = [...new Set(values)];
    const value =
      distinct.length > 1 ? `${Math.min(...distinct)}–${Math.max(...distinct)}` : `${distinct[0] ?? ''}`;
    return html`<span title="${name}, one an independent run: ${values.join(', ')}"
        >${value} ${unit === '' ? name : unit}</span
      ><br />`;
  });

/** What was seen, at hand; the section on zero copy has all of it. */
function proofCell(group: PointGroup): Piece {
  const [line] = proofsOf([group]);
  if (!line) return '';
  const { proof, verdict } = line;
  const address =
    proof.dmaAddress === null
      ? `DMA address unknown: ${proof.dmaReason}`
      : formatDmaAddress(proof.dmaAddress);
  return html`<a href="#zero-copy" title="inode ${proof.ino} and ${proof.importIno ?? 'unknown'}; ${address}"
    >${verdictWord(verdict)}</a
  >`;
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
