import type { PointGroup } from '../../bench/results.ts';
import { STAGES, type StageSpec } from '../../bench/stages.ts';
import {
  waterfallOf,
  type EndToEnd,
  type Stage,
  type WaterfallRow,
  type WaterfallSize,
} from '../../bench/waterfall.ts';
import { formatBytes } from '../../model/format.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { HATCHES, stageNumber, stageSwatch, waterfallStrip } from './waterfall-chart.ts';
import { time, timeInterval } from './words.ts';

/** The headline: what sharing one buffer costs, stage by stage. */
export function waterfallSection(groups: readonly PointGroup[]): Markup {
  const sizes = waterfallOf(groups);
  if (sizes.length === 0) {
    return html`<section id="waterfall">
      <h2>What sharing costs</h2>
      <p class="muted">
        This run measured no stage of sharing a buffer. The stages come from mem.alloc, mem.export,
        mem.handoff, mem.import and mem.cpumap.
      </p>
    </section>`;
  }
  return html`<section id="waterfall">
    <h2>What sharing costs</h2>
    <p>
      One buffer of the accel driver on its way from creation to release: length is the p50 of each stage.
      Cold: a buffer shared for the first time. Warm: shared again, with buffer, mapping and import kept. Each
      size has its own scale.
    </p>
    ${HATCHES}
    <figure>${key()}${sizes.map(waterfallStrip)}</figure>
    ${sizes.map(sizeTables)}
  </section>`;
}

const key = (): Markup =>
  html`<ul class="legend">
    ${STAGES.map((stage) => html`<li>${stageSwatch(stage.key)}${stageNumber(stage.key)} ${stage.title}</li>`)}
  </ul>`;

function sizeTables(one: WaterfallSize): Markup {
  return html`<figure>
    ${table(columnsOf(one), STAGES, { caption: html`<b>${formatBytes(one.size)}</b> p50 of each stage with its 95 % interval`, wide: true })}
    ${endToEndTable(one.endToEnd)} ${notes(one)}
  </figure>`;
}

function columnsOf(one: WaterfallSize): Column<StageSpec>[] {
  const stage = (row: WaterfallRow, { key: wanted }: StageSpec): Stage | undefined =>
    row.stages.find((candidate) => candidate.key === wanted);
  const p50 = (row: WaterfallRow) => (spec: StageSpec) => timeCell(stage(row, spec));
  const interval = (row: WaterfallRow) => (spec: StageSpec) => intervalCell(stage(row, spec));
  return [
    {
      head: 'stage',
      kind: 'tight',
      cell: ({ key: at, title }) => html`<span class="stage">${stageNumber(at)}</span>${title}`,
    },
    { head: 'what is timed', cell: (spec) => spec.what },
    { head: 'cold p50', kind: 'n', cell: p50(one.cold) },
    { head: '95 % interval', kind: 'n', cell: interval(one.cold) },
    { head: 'warm p50', kind: 'n', cell: p50(one.warm) },
    { head: '95 % interval', kind: 'n', cell: interval(one.warm) },
  ];
}

function timeCell(stage: Stage | undefined): Piece {
  if (stage?.time.kind === 'measured') {
    const value = time(stage.time.ns);
    return stage.time.note === '' ? value : html`${value} *`;
  }
  return stage?.time.kind === 'not-paid' ? html`<span class="muted">not paid</span>` : html`<b>missing</b>`;
}

const intervalCell = (stage: Stage | undefined): Piece =>
  stage?.time.kind === 'measured' ? timeInterval(stage.time.interval) : '';

/** Sums, missing stages with their reasons, and remarks on single stages. */
function notes({ cold, warm }: WaterfallSize): Markup {
  return html`<p>
      Sum of the stages: cold ${time(cold.sumNs)}${bound(cold)}, warm ${time(warm.sumNs)}${bound(warm)}.
    </p>
    ${remarks(cold, warm)}`;
}

const bound = (row: WaterfallRow): string =>
  row.missing.length === 0 ? '' : ` at least, without ${row.missing.join(', ')}`;

function remarks(cold: WaterfallRow, warm: WaterfallRow): Markup {
  const lines = [cold, warm].flatMap((row) => row.stages.flatMap(remarkOf));
  const unique = [...new Set(lines)];
  return unique.length === 0
    ? NOTHING
    : html`<ol class="notes">
        ${unique.map((line) => html`<li>${line}</li>`)}
      </ol>`;
}

function remarkOf({ title, time: at }: Stage): string[] {
  if (at.kind === 'missing') return [`${title} is missing: ${at.reason}.`.replace(/\.\.$/, '.')];
  return at.kind === 'measured' && at.note !== '' ? [`* ${title}: ${at.note}.`] : [];
}

const END_COLUMNS: readonly Column<EndToEnd>[] = [
  { head: 'measured in one go', cell: (end) => end.title },
  { head: 'series', kind: 'tight', cell: ({ whole }) => `${whole.benchmark} ${whole.series}` },
  { head: 'p50', kind: 'n', cell: ({ whole }) => time(whole.ns) },
  { head: '95 % interval', kind: 'n', cell: ({ whole }) => timeInterval(whole.interval) },
  {
    head: 'sum of its stages',
    kind: 'n',
    cell: ({ sumNs, missing }) => (sumNs === null ? `missing: ${missing.join(', ')}` : time(sumNs)),
  },
  {
    head: 'difference',
    kind: 'n',
    cell: ({ differenceNs }) =>
      differenceNs === null ? '' : html`${differenceNs > 0 ? '+' : ''}${time(differenceNs)}`,
  },
];

function endToEndTable(ends: readonly EndToEnd[]): Markup {
  return ends.length === 0
    ? html`<p class="muted">
        No series of this run measures several stages in one go, so the sum has nothing to be held against.
      </p>`
    : table(END_COLUMNS, ends, {
        caption:
          'Cold stages measured apart against the same stages measured in one go: above zero is time that no stage holds, below zero time that is in two',
        wide: true,
      });
}
