import type { ResultRow } from '../../bench/results.ts';
import type { Sweep } from '../../bench/sweeps.ts';
import { formatBandwidth, formatBytes, formatTime } from '../../model/format.ts';
import { logAxis, sizeAxis, sizeTick } from './axes.ts';
import { drawing, marks } from './drawing.ts';
import { legend, lineStyle } from './legend.ts';
import { html, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { missing, range, three, time, undefinedValue } from './words.ts';

/** Lines that share one chart. */
export interface Panel {
  readonly title: string;
  readonly note: string;
  readonly lines: readonly { readonly label: string; readonly rows: readonly ResultRow[] }[];
}

/** A chart a benchmark; where sources or variants differ a chart a series, with a line for each of them. */
export function panelsOf(sweeps: readonly Sweep[]): Panel[] {
  const ids = [...new Set(sweeps.map((sweep) => sweep.benchmark))];
  return ids.flatMap((id) => panelsOfBenchmark(sweeps.filter((sweep) => sweep.benchmark === id)));
}

function panelsOfBenchmark(sweeps: readonly Sweep[]): Panel[] {
  const first = sweeps[0];
  if (!first) return [];
  const kinds = [...new Set(sweeps.map(kindOf))];
  const title = `${first.place} ${first.benchmark}`.trim();
  if (kinds.length < 2) {
    const note = [first.title, kindOf(first)].filter((one) => one !== '').join(', ');
    return [{ title, note, lines: sweeps.map((sweep) => ({ label: sweep.series, rows: sweep.rows })) }];
  }
  return [...new Set(sweeps.map((sweep) => sweep.series))].map((series) => ({
    title: `${title} ${series}`,
    note: first.title,
    lines: sweeps
      .filter((sweep) => sweep.series === series)
      .map((sweep) => ({ label: kindOf(sweep), rows: sweep.rows })),
  }));
}

const kindOf = ({ source, variantText }: Sweep): string =>
  variantText === '' ? source : `${source}, ${variantText}`;

/** A place in a chart, with the interval where there is one. */
interface Spot {
  readonly size: number;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

interface Quantity {
  readonly name: string;
  readonly axis: string;
  readonly spot: (row: ResultRow) => Spot | null;
  readonly tick: (value: number) => string;
  readonly cell: (row: ResultRow) => Piece;
}

export const LATENCY: Quantity = {
  name: 'Latency against size',
  axis: 'p50',
  tick: formatTime,
  spot: ({ size, summary }) => {
    if (summary.kind !== 'summary') return null;
    const { p50, p50Interval: interval } = summary;
    return interval.kind === 'interval'
      ? { size, value: p50, low: interval.low, high: interval.high }
      : { size, value: p50, low: null, high: null };
  },
  cell: ({ summary }) => {
    if (summary.kind !== 'summary') return missing(summary);
    const { p50, p50Interval: interval } = summary;
    return interval.kind === 'interval'
      ? html`${time(p50)} <span class="muted">(${range(interval.low, interval.high)})</span>`
      : html`${time(p50)} <span class="muted">(${missing(interval)})</span>`;
  },
};

export const BANDWIDTH: Quantity = {
  name: 'Bandwidth against size',
  axis: 'bytes / p50',
  tick: formatBandwidth,
  spot: ({ size, bandwidth }) => {
    if (bandwidth?.kind !== 'value') return null;
    const { value, interval } = bandwidth;
    return interval.kind === 'interval'
      ? { size, value, low: interval.low, high: interval.high }
      : { size, value, low: null, high: null };
  },
  cell: ({ bandwidth }) => {
    if (bandwidth === null) return '';
    if (bandwidth.kind === 'too-few') return missing(bandwidth);
    if (bandwidth.kind === 'not-defined') return undefinedValue(bandwidth);
    const { value, interval } = bandwidth;
    const around =
      interval.kind === 'interval' ? `(${three(interval.low)} to ${three(interval.high)})` : '(no interval)';
    return html`<span title="${value} GB/s">${formatBandwidth(value)}</span>
      <span class="muted">${around}</span>`;
  },
};

const WIDTH = 560;
const HEIGHT = 250;

/** A chart with its legend and its data. */
export function sweepFigure(panel: Panel, quantity: Quantity): Markup {
  return html`<figure>
    <figcaption>${panel.title} <span>${panel.note}</span></figcaption>
    ${picture(panel, quantity)} ${legend(panel.lines.map((line) => line.label))}
    ${table(columnsOf(panel, quantity), sizesOf(panel), {
      caption: `${quantity.axis}, in brackets its 95 % interval`,
    })}
  </figure>`;
}

const sizesOf = (panel: Panel): number[] =>
  [...new Set(panel.lines.flatMap((line) => line.rows.map((row) => row.size)))].sort((a, b) => a - b);

function columnsOf(panel: Panel, quantity: Quantity): Column<number>[] {
  return [
    { head: 'size', kind: 'n', cell: (size) => formatBytes(size) },
    ...panel.lines.map(({ label, rows }): Column<number> => ({
      head: label,
      kind: 'n',
      cell: (size) => {
        const row = rows.find((one) => one.size === size);
        return row ? quantity.cell(row) : html`<span class="muted">not measured</span>`;
      },
    })),
  ];
}

function picture(panel: Panel, quantity: Quantity): Markup {
  const lines = panel.lines.map(({ rows }) =>
    rows.flatMap((row) => {
      const spot = quantity.spot(row);
      return spot && spot.value > 0 ? [spot] : [];
    }),
  );
  const spots = lines.flat();
  const x = sizeAxis(spots.map((spot) => spot.size));
  const y = logAxis(spots.flatMap((spot) => [spot.value, spot.low ?? spot.value, spot.high ?? spot.value]));
  if (!x || !y) return html`<p class="muted">No value above zero to draw.</p>`;
  return drawing({
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 64,
    marginRight: 16,
    marginTop: 20,
    label: `${quantity.name}, ${panel.title}, both axes logarithmic; the table below has the same data`,
    x: { type: 'log', base: 2, domain: x.domain, ticks: x.ticks, tickFormat: sizeTick, label: 'buffer size' },
    y: {
      type: 'log',
      domain: y.domain,
      ticks: y.ticks,
      tickFormat: quantity.tick,
      grid: true,
      label: quantity.axis,
    },
    marks: lines.flatMap(marksOfLine),
  });
}

function marksOfLine(spots: readonly Spot[], at: number): object[] {
  const style = lineStyle(at);
  const banded = spots.filter((spot) => spot.low !== null && spot.low > 0);
  const place = { x: 'size', y: 'value' };
  return [
    marks.areaY(banded, { x: 'size', y1: 'low', y2: 'high', fill: style.colour, fillOpacity: 0.25 }),
    marks.line(spots, { ...place, stroke: style.colour, strokeDasharray: style.dash, strokeWidth: 1.5 }),
    marks.dot(spots, { ...place, fill: style.colour, symbol: style.symbol, r: 3 }),
  ];
}
