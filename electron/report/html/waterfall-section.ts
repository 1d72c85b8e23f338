import type { PointGroup } from '../../bench/results.ts';
import type { StageKey } from '../../bench/stages.ts';
import {
  nameOf,
  waterfallOf,
  type EndToEnd,
  type Stage,
  type WaterfallRow,
  type WaterfallSize,
} from '../../bench/waterfall.ts';
import { UNSTABLE_ABOVE } from '../../bench/statistics/runs.ts';
import { formatBytes, formatTime } from '../../model/format.ts';
import { Footnotes } from './footnotes.ts';
import { html, type Markup, type Piece } from './markup.ts';
import { groupedTable, type Column } from './table.ts';
import { HATCHES, stageNumber, stageSwatch, waterfallStrip } from './waterfall-chart.ts';
import { range, signedTime, time } from './words.ts';

/** The headline: what sharing one buffer costs, stage by stage. */
export function waterfallSection(groups: readonly PointGroup[]): Markup {
  const sizes = waterfallOf(groups);
  return html`<section id="waterfall">
    <h2>What sharing costs</h2>
    ${sizes.length === 0 ? nothing() : content(sizes)}
  </section>`;
}

const nothing = (): Markup =>
  html`<p class="muted">
    This run measured no stage of sharing a buffer. The stages come from mem.alloc, mem.export, mem.handoff,
    mem.import and mem.cpumap, those on the DSP from dsp.map and rpc.argsize.
  </p>`;

function content(sizes: readonly WaterfallSize[]): Markup {
  const notes = new Footnotes();
  const stages = sizes[0]?.cold.stages ?? [];
  return html`<p>
      One buffer of the accel driver on its way from creation to release. Length is the p50 of each stage.
      Cold: a buffer shared for the first time. Warm: shared again; buffer, mapping and import are kept. Each
      size has its own scale.
    </p>
    ${HATCHES}
    <figure>${key(stages)}${sizes.map(waterfallStrip)}</figure>
    <div class="keep">
      ${groupedTable(
        columnsOf(sizes, notes),
        [stages.map((stage) => stageLine(stages, stage)), [SUM], ...endLines(sizes, stages)].map((rows) => ({
          lead: SUM,
          rows,
        })),
        { caption: captionOf(sizes), wide: true },
      )}
    </div>
    ${remark(sizes, stages)} ${notes.list()}`;
}

const captionOf = (sizes: readonly WaterfallSize[]): string =>
  `p50 of each stage, its 95 % interval on hover and under Results${
    sizes.some(({ endToEnd }) => endToEnd.some(({ split }) => split.length > 0))
      ? '; in grey the same stage within the path in one go'
      : ''
  }`;

type Stages = readonly Stage[];

const key = (stages: Stages): Markup =>
  html`<ul class="legend">
    ${stages.map((stage, at) => html`<li>${stageSwatch(stage.key)}${at + 1} ${stage.title}</li>`)}
  </ul>`;

/** One line of the table: its name, and what it says of one row of the picture. */
interface Line {
  readonly name: Piece;
  readonly what: string;
  readonly cell: (size: WaterfallSize, row: WaterfallRow, notes: Footnotes) => Piece;
}

function columnsOf(sizes: readonly WaterfallSize[], notes: Footnotes): Column<Line>[] {
  const pair = (size: WaterfallSize): Column<Line>[] =>
    [size.cold, size.warm].map((row) => ({
      head: html`${formatBytes(size.size)}<br />${row.temperature}`,
      kind: 'n',
      cell: (line) => line.cell(size, row, notes),
    }));
  return [
    { head: 'stage', kind: 'tight', cell: (line) => line.name },
    { head: 'what is timed', cell: (line) => line.what },
    ...sizes.flatMap(pair),
  ];
}

const stageLine = (stages: Stages, spec: Stage): Line => ({
  name: html`<span class="stage">${stageNumber(stages, spec.key)}</span> ${spec.title}`,
  what: spec.what,
  cell: (size, row, notes) => {
    const at = row.stages.find((stage) => stage.key === spec.key)?.time;
    if (at?.kind === 'not-paid') return html`<span class="muted" title="${at.reason}">${at.word}</span>`;
    if (at?.kind !== 'measured') return html`<b>${notes.noted('missing', at?.reason ?? '')}</b>`;
    const { interval } = at;
    const title = interval.kind === 'interval' ? range(interval.low, interval.high) : 'too few samples';
    const value = html`<span title="${title}">${time(at.ns)}</span>`;
    const shown = at.unstable ? notes.noted(value, UNSTABLE) : value;
    if (at.inGo) return notes.noted(shown, at.note);
    const noted = at.note === '' ? shown : notes.noted(shown, `${spec.title}: ${at.note}`);
    return html`${noted}${inOneGo(size, row, spec)}`;
  },
});

/** Below the time of a stage by itself, the same stage within the path in one go. */
function inOneGo({ endToEnd }: WaterfallSize, { temperature }: WaterfallRow, { key: stage }: Stage): Piece {
  const path = endToEnd.find((end) => end.isPath && end.temperature === temperature);
  const within = path?.split.find((one) => one.key === stage);
  return within ? html`<br /><span class="muted">${time(within.ns)}</span>` : '';
}

const UNSTABLE = `unstable: the p50 varies by more than ${UNSTABLE_ABOVE * 100} % between the independent runs`;

const SUM: Line = {
  name: html`<b>sum</b>`,
  what: 'of the stages above',
  cell: (_size, row) => html`<b>${row.missing.length === 0 ? '' : '≥ '}${time(row.sumNs)}</b>`,
};

/** For each series that measures several stages in one go: itself, the sum of the same stages, and the difference. */
function endLines(sizes: readonly WaterfallSize[], stages: Stages): Line[][] {
  const ends = sizes.flatMap((size) => size.endToEnd);
  const firsts = ends.filter((end, at) => ends.findIndex((one) => one.title === end.title) === at);
  return firsts.map((first) => {
    const line = (name: string, what: string, cell: (end: EndToEnd, notes: Footnotes) => Piece): Line => ({
      name,
      what,
      cell: (size, row, notes) => {
        const end = size.endToEnd.find(
          ({ title, temperature }) => title === first.title && temperature === row.temperature,
        );
        return end ? cell(end, notes) : '';
      },
    });
    return [
      line('in one go', `${first.title} (${nameOf(first.whole)})`, wholeCell),
      ...(first.split.length > 0 ? [line('of it no stage', besidesText(first), besidesCell)] : []),
      line('apart', apartText(first, stages), apartCell),
      line('difference', 'in one go minus apart', ({ differenceNs }) =>
        differenceNs === null ? '' : html`<b>${signedTime(differenceNs)}</b>`,
      ),
    ];
  });
}

const besidesText = ({ besides }: EndToEnd): string => besides.map(({ title }) => title).join('; ');

const besidesCell = ({ besides }: EndToEnd): Piece =>
  html`<span title="${besides.map(({ title, ns }) => `${title}: ${formatTime(ns)}`).join('; ')}"
    >${time(besides.reduce((sum, { ns }) => sum + ns, 0))}</span
  >`;

function wholeCell({ title, whole }: EndToEnd, notes: Footnotes): Piece {
  const value = whole.unstable ? notes.noted(time(whole.ns), UNSTABLE) : time(whole.ns);
  return whole.note === '' ? value : notes.noted(value, `${title}: ${whole.note}`);
}

function apartText({ covers, also, split }: EndToEnd, stages: Stages): string {
  if (split.length > 0) return 'sum of the same stages, each measured by itself: those above';
  return [`sum of stages ${numbersOf(covers, stages)}`, ...also.map(nameOf)].join(' and ');
}

/** '1–4, 8–10': the numbers of stages, runs of three and more drawn together. */
function numbersOf(keys: readonly StageKey[], stages: Stages): string {
  const runs: number[][] = [];
  for (const number of keys.map((one) => stageNumber(stages, one))) {
    const open = runs.at(-1);
    if (open?.at(-1) === number - 1) open.push(number);
    else runs.push([number]);
  }
  return runs
    .map((run) => (run.length > 2 ? `${run[0] ?? 0}–${run.at(-1) ?? 0}` : run.join(', ')))
    .join(', ');
}

const apartCell = ({ sumNs, missing }: EndToEnd): Piece =>
  sumNs === null
    ? html`<span class="muted" title="not measured by itself: ${missing.join(', ')}">none</span>`
    : time(sumNs);

function remark(sizes: readonly WaterfallSize[], stages: Stages): Markup {
  const ends = sizes.flatMap((size) => size.endToEnd);
  const paths = ends.filter((end) => end.isPath && end.temperature === 'cold');
  const kinds = paths.filter((end, at) => paths.findIndex((one) => one.title === end.title) === at);
  if (kinds.length > 0)
    return html`${kinds.map((path) => html`<p class="muted">${pathText(path, stages)}</p>`)}`;
  const text =
    ends.length > 0
      ? 'No series of this run measures the whole path in one go; a part of it is held against its stages above.'
      : 'No series of this run measures several stages in one go, so the sum has nothing to be held against.';
  return html`<p class="muted">${text}</p>`;
}

/** What the bar "one go" holds, and what it does not. */
function pathText(path: EndToEnd, stages: Stages): string {
  const head =
    path.split.length === 0
      ? 'One go, never mapped: one buffer through the whole path, a new one each time.'
      : 'One go: one buffer through the complete path with a stamp at every boundary, so that its stages and the whole are of the same samples; cold a new buffer each time, warm the same one again. The white end of a bar is no stage, and what medians do not add up to.';
  return `${head} ${holdsText(path, stages)} ${path.differs}`;
}

function holdsText({ covers, split }: EndToEnd, stages: Stages): string {
  const without = stages.filter((stage) => !covers.includes(stage.key));
  const names = without.map((stage) => `${stageNumber(stages, stage.key)} ${stage.title}`).join(', ');
  if (names === '') return 'It holds all stages and is compared with their sum.';
  const why =
    split.length > 0
      ? 'this driver has no such steps'
      : 'because its buffer is mapped neither for the CPU nor on the DSP';
  return split.length > 0
    ? `It holds stages ${numbersOf(covers, stages)}; without ${names}: ${why}.`
    : `It holds stages ${numbersOf(covers, stages)} and is compared with the sum of these, not with the sum of all: without ${names}, ${why}.`;
}
