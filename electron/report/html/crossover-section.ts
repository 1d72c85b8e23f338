import { crossoversOf, type Crossing, type Crossover } from '../../bench/crossover.ts';
import type { PointGroup, ResultRow } from '../../bench/results.ts';
import type { Pass } from '../../bench/variants.ts';
import { formatBytes, formatTime } from '../../model/format.ts';
import { logAxis, sizeAxis } from '../../bench/log-axis.ts';
import { bottomAxis, leftAxis } from './axes.ts';
import { drawing, marks, type Mark } from './drawing.ts';
import { lineStyle, swatch, type LineStyle } from './legend.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { missing, three, time } from './words.ts';

/** From which size on sharing is cheaper than copying. */
export function crossoverSection(groups: readonly PointGroup[]): Markup {
  if (!groups.some((group) => group.point.benchmark === 'rpc.argsize')) return NOTHING;
  const all = crossoversOf(groups);
  return html`<section id="crossover">
    <h2>Copy or share</h2>
    ${all.length === 0 ? nothing() : content(all)}
  </section>`;
}

const nothing = (): Markup =>
  html`<p class="muted">
    This run did not measure copying and a way of sharing at two sizes or more, so nothing can be said about
    where one becomes cheaper. Both come from rpc.argsize.
  </p>`;

function content(all: readonly Crossover[]): Markup {
  return html`<p>
      One call with one argument, as the CPU sees it: copied by the kernel, or a buffer that is shared. The
      crossing is the size from which on sharing stays cheaper, on straight lines between the sizes measured.
    </p>
    ${table(COLUMNS, all)}
    <div class="charts">${(['in', 'out'] as const).map((direction) => figure(all, direction))}</div>`;
}

export const WAY: Readonly<Record<Pass, string>> = {
  copy: 'copied',
  buffer: 'a buffer named in each call',
  mapped: 'a buffer that stands mapped',
  dma: 'a dma handle that the DSP maps',
};

const DIRECTION = { in: 'to the DSP', out: 'from the DSP' } as const;

const COLUMNS: readonly Column<Crossover>[] = [
  { head: 'argument', kind: 'tight', cell: (one) => DIRECTION[one.direction] },
  { head: 'copied, or', cell: (one) => WAY[one.way] },
  { head: 'sizes measured', cell: (one) => sizesText(one.copy) },
  { head: 'sharing is cheaper', cell: (one) => html`<b>${crossingText(one.crossing)}</b>` },
  { head: '95 % interval', cell: intervalText },
];

function sizesText(rows: readonly ResultRow[]): string {
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last ? `${rows.length}, ${formatBytes(first.size)} to ${formatBytes(last.size)}` : '';
}

/** A size between those measured has three digits at most. */
export const crossingSize = (bytes: number): string => formatBytes(Math.round(Number(bytes.toPrecision(3))));

export function crossingText({ kind, bytes }: Crossing): string {
  if (kind === 'at') return `from ${crossingSize(bytes)} on`;
  return kind === 'below'
    ? `at every size measured, from ${formatBytes(bytes)} on`
    : `no crossover within the sizes measured, up to ${formatBytes(bytes)}`;
}

const END: Readonly<Record<Crossing['kind'], (bytes: number) => string>> = {
  at: crossingSize,
  below: (bytes) => `below ${formatBytes(bytes)}`,
  beyond: (bytes) => `beyond ${formatBytes(bytes)}`,
};

function intervalText({ interval }: Crossover): Piece {
  if (interval.kind === 'too-few') return missing(interval);
  const { low, high, resamples, seed, algorithm } = interval;
  const ends = [low, high].map(({ kind, bytes }) => END[kind](bytes));
  const text = ends[0] === ends[1] ? `${ends[0] ?? ''}` : ends.join(' to ');
  return html`<span title="bootstrap, ${resamples} resamples, ${algorithm} with seed ${seed}">${text}</span>`;
}

interface Line {
  readonly way: Pass;
  readonly rows: readonly ResultRow[];
  readonly style: LineStyle;
  readonly crossover: Crossover | null;
}

function figure(all: readonly Crossover[], direction: 'in' | 'out'): Markup {
  const own = all.filter((one) => one.direction === direction);
  const copy = longest(own.map((one) => one.copy));
  if (own.length === 0) return NOTHING;
  const lines: Line[] = [
    { way: 'copy', rows: copy, style: lineStyle(0), crossover: null },
    ...own.map((one, at) => ({ way: one.way, rows: one.shared, style: lineStyle(at + 1), crossover: one })),
  ];
  return html`<figure>
    <figcaption>
      An argument ${DIRECTION[direction]} <span>rpc.argsize, call; crossings as bands</span>
    </figcaption>
    ${picture(lines, direction)} ${table(columnsOf(lines), lines, { caption: 'p50 of the call' })}
  </figure>`;
}

const longest = (lists: readonly (readonly ResultRow[])[]): readonly ResultRow[] =>
  lists.reduce((a, b) => (b.length > a.length ? b : a), []);

const sizesOf = (lines: readonly Line[]): number[] =>
  [...new Set(lines.flatMap((line) => line.rows.map((row) => row.size)))].sort((a, b) => a - b);

const columnsOf = (lines: readonly Line[]): Column<Line>[] => [
  { head: '', cell: ({ style, way }) => html`${swatch(style)}${WAY[way]}` },
  ...sizesOf(lines).map((size): Column<Line> => ({
    head: formatBytes(size),
    kind: 'n',
    cell: ({ rows }) => p50Cell(rows.find((row) => row.size === size)),
  })),
];

function p50Cell(row: ResultRow | undefined): Piece {
  if (row === undefined) return html`<span class="muted">not measured</span>`;
  return row.summary.kind === 'summary' ? time(row.summary.p50) : missing(row.summary);
}

interface Spot {
  readonly size: number;
  readonly ns: number;
}

const spotsOf = ({ rows }: Line): Spot[] =>
  rows.flatMap(({ size, summary }) =>
    summary.kind === 'summary' && summary.p50 > 0 ? [{ size, ns: summary.p50 }] : [],
  );

function picture(lines: readonly Line[], direction: 'in' | 'out'): Markup {
  const spots = lines.map(spotsOf);
  const x = sizeAxis(sizesOf(lines));
  const y = logAxis(spots.flat().map((spot) => spot.ns));
  if (!x || !y) return html`<p class="muted">No value above zero to draw.</p>`;
  return drawing({
    width: 480,
    height: 230,
    marginLeft: 66,
    marginRight: 12,
    marginTop: 20,
    label: `Time of a call against the size of its argument ${DIRECTION[direction]}, both axes logarithmic; the tables have the same data`,
    x: { type: 'log', base: 2, domain: x.domain, axis: null },
    y: { type: 'log', domain: y.domain, axis: null },
    marks: [
      ...lines.flatMap((line) => bandOf(line, x.domain)),
      ...leftAxis(y.ticks, formatTime, 'p50'),
      bottomAxis(x.ticks, formatBytes),
      ...lines.flatMap((line, at) => marksOf(line, spots[at] ?? [])),
    ],
  });
}

/** The interval as a band that ends at the border where the crossing may lie outside of it, the crossing as a line in it. */
function bandOf({ crossover, style }: Line, domain: readonly [number, number]): Mark[] {
  if (crossover === null) return [];
  const { crossing, interval } = crossover;
  const at = ({ kind, bytes }: Crossing): number =>
    kind === 'at' ? bytes : kind === 'below' ? domain[0] : domain[1];
  const band =
    interval.kind === 'interval' && at(interval.low) < at(interval.high)
      ? [
          marks.rectX([{ from: at(interval.low), to: at(interval.high) }], {
            x1: 'from',
            x2: 'to',
            fill: style.colour,
            fillOpacity: 0.15,
          }),
        ]
      : [];
  if (crossing.kind !== 'at') return band;
  const title = `${crossingText(crossing)} (${three(crossing.bytes)} bytes)`;
  return [
    ...band,
    marks.ruleX([{ at: crossing.bytes, title }], {
      x: 'at',
      title: 'title',
      stroke: style.colour,
      strokeDasharray: '4 2',
    }),
  ];
}

const marksOf = ({ style }: Line, spots: readonly Spot[]): Mark[] => [
  marks.line(spots, {
    x: 'size',
    y: 'ns',
    stroke: style.colour,
    strokeWidth: 1.5,
    strokeDasharray: style.dash,
  }),
  marks.dot(spots, { x: 'size', y: 'ns', fill: style.colour, symbol: style.symbol, r: 3 }),
];
