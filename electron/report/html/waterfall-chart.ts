import type { StageKey } from '../../bench/stages.ts';
import type { EndToEnd, Stage, WaterfallRow, WaterfallSize } from '../../bench/waterfall.ts';
import { formatBytes, formatTime } from '../../model/format.ts';
import { drawing, marks } from './drawing.ts';
import { html, trusted, type Markup } from './markup.ts';

/** A colour of the charts, or the grey of what happens on the DSP. */
type Colour = 's1' | 's2' | 's3' | 's4' | 's5' | 's6' | 'muted';
const COLOURS: readonly Colour[] = ['s1', 's2', 's3', 's4', 's5', 's6', 'muted'];

/** What belongs together has one colour: what is opened is full, what closes it is hatched. On the DSP: crossed, full, hatched. */
const FILL: Readonly<Record<StageKey, readonly [colour: Colour, look: 'full' | 'hatch' | 'cross']>> = {
  allocate: ['s1', 'full'],
  export: ['s2', 'full'],
  'hand-over': ['s3', 'full'],
  import: ['s4', 'full'],
  'dsp-map': ['muted', 'cross'],
  map: ['s5', 'full'],
  touch: ['s6', 'full'],
  invoke: ['muted', 'full'],
  'dsp-unmap': ['muted', 'hatch'],
  unmap: ['s5', 'hatch'],
  detach: ['s4', 'hatch'],
  'close-fd': ['s2', 'hatch'],
  free: ['s1', 'hatch'],
};

const fillOf = (key: StageKey): string => {
  const [colour, look] = FILL[key];
  return look === 'full' ? `var(--${colour})` : `url(#${look}-${colour})`;
};

const pattern = (id: string, colour: Colour, lines: string): string =>
  `<pattern id="${id}-${colour}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="var(--page)"/><g fill="var(--${colour})">${lines}</g></pattern>`;

const HATCH = '<rect width="2.6" height="5"/>';
const CROSS = '<rect width="1.5" height="5"/><rect width="5" height="1.5"/>';

/** The hatchings that the charts refer to; once in a document, before the first chart. */
export const HATCHES: Markup = trusted(
  `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${COLOURS.map((colour) => pattern('hatch', colour, HATCH)).join('')}${pattern('cross', 'muted', CROSS)}</defs></svg>`,
);

/** The swatch of a stage, with its number. */
export const stageSwatch = (key: StageKey): Markup =>
  trusted(
    `<svg width="14" height="10" aria-hidden="true"><rect width="14" height="10" fill="${fillOf(key)}" stroke="${outline(key)}"/></svg>`,
  );

const outline = (key: StageKey): string => `var(--${FILL[key][0]})`;

/** Its place among the stages of this waterfall, from 1. */
export const stageNumber = (stages: readonly { readonly key: StageKey }[], key: StageKey): number =>
  stages.findIndex((stage) => stage.key === key) + 1;

interface Segment {
  readonly row: string;
  readonly from: number;
  readonly to: number;
  readonly middle: number;
  readonly key: StageKey;
  readonly text: string;
  readonly title: string;
}

const WIDTH = 1000;

/** A row of the picture: the stages apart, or a path in one go. */
interface Bar {
  readonly name: string;
  readonly apart: WaterfallRow | null;
  readonly go: EndToEnd | null;
}

/** Cold above warm, each with its path in one go below it. */
function barsOf({ cold, warm, endToEnd }: WaterfallSize): Bar[] {
  return [cold, warm].flatMap((row): Bar[] => {
    const go = endToEnd.find((end) => end.isPath && end.temperature === row.temperature);
    const apart: Bar = { name: row.temperature, apart: row, go: null };
    return go ? [apart, { name: goName(go), apart: null, go }] : [apart];
  });
}

/** One without stamps between its stages holds some of them only. */
const goName = ({ temperature, split }: EndToEnd): string =>
  split.length > 0 ? `${temperature}, one go` : 'in part, one go';

/** One size: its stages as stacked lengths, and as they were in the path measured in one go, where there is such a series. */
export function waterfallStrip(one: WaterfallSize): Markup {
  const rows = barsOf(one);
  const longest = Math.max(...rows.map(({ apart, go }) => apart?.sumNs ?? go?.whole.ns ?? 0));
  if (longest === 0)
    return html`<div class="strip">
      <b>${formatBytes(one.size)}</b>
      <p class="muted">No stage was measured at this size.</p>
    </div>`;
  const apart = rows.flatMap((row) => (row.apart === null ? [] : [segmentsOf(row.apart, longest)]));
  const goes = rows.flatMap(({ name, go }) => (go === null ? [] : [{ row: name, ns: go.whole.ns, go }]));
  const segments = [
    ...apart.flatMap((row) => row.segments),
    ...goes.flatMap(({ row, go }) => splitSegments(row, go, { cold: one.cold, longest })),
  ];
  const gaps = apart.flatMap((row) => row.gaps);
  const picture = drawing({
    width: WIDTH,
    height: 38 + (rows.length - 0.3) * 38,
    marginLeft: goes.length > 0 ? 96 : 48,
    marginRight: 150,
    marginTop: 16,
    marginBottom: 22,
    label: `Stages of sharing ${formatBytes(one.size)}, stacked; the table below has the same data`,
    x: { domain: [0, longest], ticks: 6, tickFormat: formatTime, label: null },
    y: {
      domain: rows.map(({ name }) => name),
      label: null,
      paddingInner: 0.46,
      paddingOuter: 0.08,
      tickSize: 0,
    },
    marks: [
      bars(segments),
      numbers(segments),
      marks.tickX(gaps, { x: 'from', y: 'row', stroke: 'currentColor', strokeDasharray: '2 2' }),
      numbers(gaps),
      goes.length > 0 ? marks.barX(goes, WHOLE) : null,
      totals(rows),
    ],
  });
  return html`<div class="strip"><b>${formatBytes(one.size)}</b>${picture}</div>`;
}

const WHOLE = { x1: 0, x2: 'ns', y: 'row', fill: 'none', stroke: 'currentColor' };

const bars = (segments: readonly Segment[]): object =>
  marks.barX(segments, {
    x1: 'from',
    x2: 'to',
    y: 'row',
    fill: (segment: Segment) => fillOf(segment.key),
    stroke: (segment: Segment) => outline(segment.key),
    strokeWidth: 0.75,
    title: 'title',
  });

const numbers = (segments: readonly Segment[]): object =>
  marks.text(segments, { x: 'middle', y: 'row', text: 'text', dy: -17, fill: 'currentColor' });

function totals(rows: readonly Bar[]): object {
  const texts = rows.map(({ name, apart, go }) => ({
    row: name,
    at: apart?.sumNs ?? go?.whole.ns ?? 0,
    text: apart ? sumText(apart) : go ? wholeText(go) : '',
  }));
  return marks.text(texts, { x: 'at', y: 'row', text: 'text', dx: 6, textAnchor: 'start' });
}

const sumText = ({ missing, sumNs }: WaterfallRow): string =>
  missing.length === 0 ? formatTime(sumNs) : `≥ ${formatTime(sumNs)}, ${missing.length} missing`;

/** The path's time beside the sum of the same stages: its bar is shorter than the one above where it holds fewer stages. */
const wholeText = ({ whole, sumNs }: EndToEnd): string =>
  sumNs === null ? formatTime(whole.ns) : `${formatTime(whole.ns)}, apart ${formatTime(sumNs)}`;

/** Below this part of the longest row a segment is too narrow for its number; the table has it. */
const NARROW = 0.014;

/** The stages within a path in one go; what is left of its bar is no stage. */
function splitSegments(
  row: string,
  { split }: EndToEnd,
  { cold, longest }: { readonly cold: WaterfallRow; readonly longest: number },
): Segment[] {
  let from = 0;
  return split.map(({ key, title, ns }) => {
    const at = { from, to: from + ns, longest };
    from += ns;
    return segment({ row, key, title, number: stageNumber(cold.stages, key) }, at);
  });
}

function segmentsOf(row: WaterfallRow, longest: number): { segments: Segment[]; gaps: Segment[] } {
  const segments: Segment[] = [];
  const missing = new Map<number, Stage[]>();
  let at = 0;
  for (const stage of row.stages) {
    const { time } = stage;
    if (time.kind === 'missing') missing.set(at, [...(missing.get(at) ?? []), stage]);
    if (time.kind !== 'measured' || !time.inSum) continue;
    const number = stageNumber(row.stages, stage.key);
    const place = { row: row.temperature, key: stage.key, title: stage.title, number };
    segments.push(segment(place, { from: at, to: at + time.ns, longest }));
    at += time.ns;
  }
  return { segments, gaps: [...missing].map(([place, stages]) => gap(row, place, stages)) };
}

function segment(
  { row, key, title, number }: Pick<Segment, 'row' | 'key' | 'title'> & { readonly number: number },
  { from, to, longest }: { readonly from: number; readonly to: number; readonly longest: number },
): Segment {
  const wide = (to - from) / longest >= NARROW;
  return {
    row,
    from,
    to,
    middle: (from + to) / 2,
    key,
    text: wide ? String(number) : '',
    title: `${number} ${title}: ${formatTime(to - from)}`,
  };
}

/** Stages that are missing in one place share a mark there: '4?' or '3–7?'. */
function gap(row: WaterfallRow, at: number, stages: readonly Stage[]): Segment {
  const numbers = stages.map((stage) => stageNumber(row.stages, stage.key));
  const [first, last] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  const unbroken = numbers.length > 2 && last - first === numbers.length - 1;
  return {
    row: row.temperature,
    from: at,
    to: at,
    middle: at,
    key: stages[0]?.key ?? 'allocate',
    text: `${unbroken ? `${first}–${last}` : numbers.join(' ')}?`,
    title: `missing: ${stages.map((stage) => stage.title).join(', ')}`,
  };
}
