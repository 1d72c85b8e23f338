import { sizesOf, type Panel } from '../../bench/panels.ts';
import type { ChartRow } from '../../bench/results.ts';
import { formatBandwidth, formatBytes, formatTime } from '../../model/format.ts';
import { logAxis, sizeAxis } from '../../bench/log-axis.ts';
import { bottomAxis, leftAxis } from './axes.ts';
import { drawing, marks } from './drawing.ts';
import { lineStyle, swatch, type LineStyle } from './legend.ts';
import { html, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { missing, rangeBelow, three, time, undefinedValue } from './words.ts';

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
  readonly spot: (row: ChartRow) => Spot | null;
  readonly tick: (value: number) => string;
  readonly cell: (row: ChartRow) => Piece;
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
      ? withInterval(time(p50), rangeBelow(p50, interval.low, interval.high))
      : withInterval(time(p50), missing(interval));
  },
};

const withInterval = (value: Markup, interval: Piece): Markup =>
  html`${value}<br /><span class="muted">${interval}</span>`;

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
      interval.kind === 'interval' ? `${three(interval.low)}–${three(interval.high)}` : 'no interval';
    return withInterval(html`<span title="${value} GB/s">${formatBandwidth(value)}</span>`, around);
  },
};

const WIDTH = 480;
const HEIGHT = 210;

/** A chart with its legend and its data. */
export function sweepFigure(panel: Panel, quantity: Quantity): Markup {
  return html`<figure>
    <figcaption>${panel.title} <span>${panel.note}</span></figcaption>
    ${picture(panel, quantity)}
    ${table(columnsOf(panel, quantity), panel.lines.map(styled), {
      caption: `${quantity.axis}, below it its 95 % interval in the same unit`,
    })}
  </figure>`;
}

type PanelLine = Panel['lines'][number] & { readonly style: LineStyle };

const styled = (line: Panel['lines'][number], at: number): PanelLine => ({ ...line, style: lineStyle(at) });

/** A row a line, named by the look of the line: the table is the legend. */
function columnsOf(panel: Panel, quantity: Quantity): Column<PanelLine>[] {
  return [
    { head: '', cell: ({ style, label }) => html`${swatch(style)}${label}` },
    ...sizesOf(panel).map((size): Column<PanelLine> => ({
      head: formatBytes(size),
      kind: 'n',
      cell: ({ rows }) => {
        const row = rows.find((one) => one.size === size);
        return row ? quantity.cell(row) : html`<span class="muted">not measured</span>`;
      },
    })),
  ];
}

/** A size that was not measured is a break in the line, never a way across. */
function spotAt(rows: readonly ChartRow[], size: number, quantity: Quantity): Spot | Break {
  const row = rows.find((one) => one.size === size);
  const spot = row === undefined ? null : quantity.spot(row);
  return spot !== null && spot.value > 0 ? spot : { size, value: null, low: null, high: null };
}

interface Break {
  readonly size: number;
  readonly value: null;
  readonly low: null;
  readonly high: null;
}

function picture(panel: Panel, quantity: Quantity): Markup {
  const sizes = sizesOf(panel);
  const lines = panel.lines.map(({ rows }) => sizes.map((size) => spotAt(rows, size, quantity)));
  const spots = lines.flat().flatMap((spot) => (spot.value === null ? [] : [{ ...spot, value: spot.value }]));
  const x = sizeAxis(spots.map((spot) => spot.size));
  const y = logAxis(spots.flatMap((spot) => [spot.value, spot.low ?? spot.value, spot.high ?? spot.value]));
  if (!x || !y) return html`<p class="muted">No value above zero to draw.</p>`;
  return drawing({
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 66,
    marginRight: 12,
    marginTop: 20,
    label: `${quantity.name}, ${panel.title}, both axes logarithmic; the table below has the same data`,
    x: { type: 'log', base: 2, domain: x.domain, axis: null },
    y: { type: 'log', domain: y.domain, axis: null },
    marks: [
      ...leftAxis(y.ticks, quantity.tick, quantity.axis),
      bottomAxis(x.ticks, formatBytes),
      ...lines.flatMap(marksOfLine),
    ],
  });
}

function marksOfLine(spots: readonly (Spot | Break)[], at: number): object[] {
  const style = lineStyle(at);
  const banded = spots.map((spot) => ((spot.low ?? 0) > 0 ? spot : { ...spot, low: null, high: null }));
  const place = { x: 'size', y: 'value' };
  return [
    marks.areaY(banded, { x: 'size', y1: 'low', y2: 'high', fill: style.colour, fillOpacity: 0.25 }),
    marks.line(spots, { ...place, stroke: style.colour, strokeDasharray: style.dash, strokeWidth: 1.5 }),
    marks.dot(spots, { ...place, fill: style.colour, symbol: style.symbol, r: 3 }),
  ];
}
