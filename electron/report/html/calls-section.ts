import { findBenchmark } from '../../bench/catalogue.ts';
import { framesOf, type FrameSplit } from '../../bench/frames.ts';
import { gapsOf, type GapSweep } from '../../bench/gaps.ts';
import type { GroupCounter, PointGroup, ResultRow } from '../../bench/results.ts';
import { variantText } from '../../bench/variants.ts';
import { formatBytes, formatRate, formatRatio } from '../../model/format.ts';
import { details } from './details.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { missing, rangeBelow, signedTime, three, time, timeFigure } from './words.ts';

/** What a call to the DSP costs, beside its time: idle gaps, calls a second, instructions, a frame by its stages. */
export function callsSection(groups: readonly PointGroup[]): Markup {
  const onDsp = groups.filter((group) => findBenchmark(group.point.benchmark)?.dsp === true);
  if (onDsp.length === 0) return NOTHING;
  return html`<section id="calls">
    <h2>Calls to the DSP</h2>
    ${stamps(onDsp)} ${gaps(onDsp)} ${rates(onDsp)} ${frames(onDsp)} ${counters(onDsp)}
  </section>`;
}

interface Stamped {
  readonly group: PointGroup;
  readonly call: ResultRow;
  readonly dsp: ResultRow;
  readonly rest: ResultRow | undefined;
}

/** The empty call by both clocks. The rest is a series of its own: a median of differences, not a difference of medians. */
function stamps(groups: readonly PointGroup[]): Markup {
  const rows = groups.flatMap((group): Stamped[] => {
    if (group.point.benchmark !== 'rpc.ping') return [];
    const of = (name: string): ResultRow | undefined => group.rows.find((row) => row.series === name);
    const [call, dsp] = [of('call'), of('dsp')];
    return call && dsp ? [{ group, call, dsp, rest: of('rest') }] : [];
  });
  if (rows.length === 0) return NOTHING;
  return html`<h3>An empty call, by the clock of the CPU and by the DSP's own</h3>
    ${table(STAMPS, rows)}`;
}

const p50 = (row: ResultRow | undefined): Piece => {
  if (row === undefined) return '';
  return row.summary.kind === 'summary' ? time(row.summary.p50) : missing(row.summary);
};

const STAMPS: readonly Column<Stamped>[] = [
  { head: 'rpc.ping', kind: 'tight', cell: ({ group }) => variantText(group.point) },
  { head: 'call, CPU', kind: 'n', cell: ({ call }) => html`<b>${p50(call)}</b>` },
  { head: 'method, DSP', kind: 'n', cell: ({ dsp }) => p50(dsp) },
  { head: 'the way there and back', kind: 'n', cell: ({ rest }) => p50(rest) },
];

type GapRow = GapSweep['rows'][number] & { readonly benchmark: string };

function gaps(groups: readonly PointGroup[]): Markup {
  const rows = gapsOf(groups).flatMap(({ benchmark, rows: all }) =>
    all.map((one): GapRow => ({ ...one, benchmark })),
  );
  if (rows.length === 0) return NOTHING;
  return html`<h3>After an idle gap</h3>
    <p>A call after a pause pays for clocks and sleep states on both sides.</p>
    ${table(GAPS, rows)}`;
}

const GAPS: readonly Column<GapRow>[] = [
  { head: 'call', kind: 'tight', cell: (one) => one.benchmark },
  { head: 'gap', kind: 'n', cell: (one) => (one.gapUs === 0 ? 'none' : time(one.gapUs * 1000)) },
  { head: 'n', kind: 'n', cell: (one) => one.row.samples.length },
  { head: 'p50', kind: 'n', cell: (one) => html`<b>${p50(one.row)}</b>` },
  { head: '95 % interval', kind: 'n', cell: (one) => around(one.row) },
  {
    head: 'p99',
    kind: 'n',
    cell: ({ row }) => (row.summary.kind === 'summary' ? timeFigure(row.summary.p99) : missing(row.summary)),
  },
  {
    head: 'over no gap',
    kind: 'n',
    cell: (one) => (one.ratio === null ? html`<span class="muted">none</span>` : formatRatio(one.ratio)),
  },
];

function around({ summary }: ResultRow): Piece {
  if (summary.kind === 'too-few') return missing(summary);
  const { p50: middle, p50Interval: interval } = summary;
  return interval.kind === 'interval' ? rangeBelow(middle, interval.low, interval.high) : missing(interval);
}

interface RateRow {
  readonly group: PointGroup;
  readonly row: ResultRow;
}

function rates(groups: readonly PointGroup[]): Markup {
  const rows = groups.flatMap((group) =>
    group.rows.filter((row) => row.rate !== null).map((row): RateRow => ({ group, row })),
  );
  if (rows.length === 0) return NOTHING;
  return html`<h3>How many a second</h3>
    ${table(RATES, rows, { caption: 'One over p50, its 95 % interval turned over; of several threads counted over wall time, from the slowest run to the fastest' })}`;
}

const RATES: readonly Column<RateRow>[] = [
  { head: 'benchmark', kind: 'tight', cell: ({ row }) => `${row.place} ${row.benchmark}` },
  { head: 'at', cell: ({ group }) => placeText(group) },
  {
    head: 'a second',
    kind: 'n',
    cell: ({ row: { rate } }) =>
      rate === null ? '' : html`<b title="${rate.perSecond}">${formatRate(rate.perSecond, rate.of)}</b>`,
  },
  {
    head: 'interval or range',
    kind: 'n',
    cell: ({ row: { rate } }) =>
      rate === null || rate.low === null || rate.high === null
        ? html`<span class="muted">n too small</span>`
        : rateRange(rate.low, rate.high, rate.of),
  },
];

/** '37.2 k to 37.8 k calls/s' */
const rateRange = (low: number, high: number, of: string): string =>
  `${formatRate(low, of).replace(` ${of}/s`, '').replace(`${of}/s`, '')} to ${formatRate(high, of)}`;

const placeText = ({ point }: PointGroup): string =>
  [
    point.size > 0 ? formatBytes(point.size) : '',
    point.source === 'qda' ? '' : point.source,
    variantText(point),
  ]
    .filter((one) => one !== '')
    .join(', ');

/** A frame by its stages, the sum of them, and the same in one go. */
function frames(groups: readonly PointGroup[]): Markup {
  const splits = framesOf(groups);
  if (splits.length === 0) return NOTHING;
  const names = new Set(splits.flatMap((split) => split.stages.map(({ name }) => name)));
  const stages = STAGE_ORDER.filter((name) => names.has(name)).map((name): Column<FrameSplit> => ({
    head: name,
    kind: 'n',
    cell: (split) => stageCell(split, name),
  }));
  return html`<h3>A frame through the DSP, by its stages</h3>
    ${table(
      [
        { head: 'frame', kind: 'tight', cell: ({ group }) => placeText(group) },
        ...stages,
        { head: 'sum', kind: 'n', cell: (split) => timeOrNone(split.sumNs) },
        { head: 'in one go', kind: 'n', cell: ({ frame }) => html`<b>${p50(frame ?? undefined)}</b>` },
        {
          head: 'difference',
          kind: 'n',
          cell: ({ differenceNs }) => (differenceNs === null ? '' : signedTime(differenceNs)),
        },
      ],
      splits,
      { wide: true, caption: 'p50; the difference is time that no stage holds' },
    )}`;
}

const STAGE_ORDER: readonly string[] = findBenchmark('e2e.frame')?.series.map(({ name }) => name) ?? [];

function stageCell({ stages }: FrameSplit, name: string): Piece {
  const stage = stages.find((one) => one.name === name);
  return stage ? timeOrNone(stage.ns) : html`<span class="muted">none</span>`;
}

const timeOrNone = (ns: number | null): Piece =>
  ns === null ? html`<span class="muted">not measured</span>` : time(ns);

interface CounterRow {
  readonly group: PointGroup;
  readonly counter: GroupCounter;
}

/** Figures that are no times. They do not depend on how busy the machine is. */
function counters(groups: readonly PointGroup[]): Markup {
  const rows = groups.flatMap((group) => group.counters.map((counter): CounterRow => ({ group, counter })));
  if (rows.length === 0) return NOTHING;
  const names = [...new Set(rows.map(({ counter }) => counter.name))];
  return html`<h3>Counted, not timed</h3>
    <p>
      Instructions are those that the calling thread of the DSP retired for one sample. They do not depend on
      how busy the machine is. More than one number: the independent runs differ.
    </p>
    ${details(`${rows.length} figures: ${names.join(', ')}`, table(COUNTERS, rows), rows.length <= OPEN_ROWS)}`;
}

const OPEN_ROWS = 12;

const COUNTERS: readonly Column<CounterRow>[] = [
  { head: 'benchmark', kind: 'tight', cell: ({ group }) => group.point.benchmark },
  { head: 'at', cell: ({ group }) => placeText(group) },
  { head: 'counted', kind: 'tight', cell: ({ counter }) => counter.name },
  { head: 'a sample', kind: 'n', cell: ({ counter }) => valuesText(counter) },
  { head: 'a byte', kind: 'n', cell: perByte },
];

const valuesText = ({ values, unit }: GroupCounter): string => {
  const distinct = [...new Set(values)];
  const text =
    distinct.length > 1 ? `${Math.min(...distinct)} to ${Math.max(...distinct)}` : `${distinct[0] ?? ''}`;
  return unit === '' ? text : `${text} ${unit}`;
};

function perByte({ group: { point }, counter: { name, values } }: CounterRow): Piece {
  const first = values[0];
  if (name !== 'instructions' || point.size === 0 || first === undefined) return '';
  return three(first / point.size);
}
