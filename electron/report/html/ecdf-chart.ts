import type { PointGroup, ResultRow } from '../../bench/results.ts';
import { pointKey } from '../../model/point-group.ts';
import { summary, type Summary } from '../../bench/statistics/summary.ts';
import { formatBytes, formatTime } from '../../model/format.ts';
import type { Run } from '../../model/run.ts';
import { logAxis } from '../../bench/log-axis.ts';
import { bottomAxis, leftAxis } from './axes.ts';
import { drawing, marks } from './drawing.ts';
import { lineStyle, swatch, type LineStyle } from './legend.ts';
import { html, type Markup } from './markup.ts';
import { table, type Column } from './table.ts';
import { missing, time, timeFigure } from './words.ts';

/** One series of one point, its independent runs apart. */
export interface Distribution {
  readonly title: string;
  readonly note: string;
  readonly runs: readonly { readonly repeat: number; readonly sorted: Float64Array }[];
}

/** The first series of every benchmark (of an import the warm one too), at the middle of its sizes. */
export function keyDistributions(run: Run, groups: readonly PointGroup[]): Distribution[] {
  const ids = [...new Set(groups.map((group) => group.point.benchmark))];
  return ids.flatMap((id) => {
    const own = groups.filter((group) => group.point.benchmark === id && group.rows.some(hasSamples));
    const middle = middleOf(own);
    if (!middle) return [];
    const rows = middle.rows.filter(hasSamples);
    const names = rows.slice(0, id === 'mem.import' ? 2 : 1).map((row) => row.series);
    return names.map((name) => distribution(run, middle, name));
  });
}

const hasSamples = (row: ResultRow): boolean => row.samples.length > 0;

function middleOf(groups: readonly PointGroup[]): PointGroup | undefined {
  const first = groups[0];
  const alike = groups
    .filter((group) => group.point.source === first?.point.source)
    .filter((group) => group.point.variant === first?.point.variant)
    .sort((a, b) => a.point.size - b.point.size);
  return alike[Math.floor((alike.length - 1) / 2)];
}

function distribution(run: Run, group: PointGroup, series: string): Distribution {
  const { benchmark, size, source } = group.point;
  const runs = run.points
    .filter((result) => pointKey(result.point) === group.key)
    .flatMap((result) => {
      const found = result.series.find((one) => one.name === series && one.ns.length > 0);
      return found ? [{ repeat: result.point.repeat, sorted: Float64Array.from(found.ns).sort() }] : [];
    });
  const variant = group.rows[0]?.variantText ?? '';
  const note = [size > 0 ? formatBytes(size) : '', source, variant].filter((one) => one !== '').join(', ');
  return { title: `${benchmark} ${series}`, note, runs };
}

/** No points on these lines: a dash tells them apart. */
const runStyle = (at: number): LineStyle => ({
  ...lineStyle(at),
  symbol: '',
  dash: ['none', '6 2', '2 2'][at % 3] ?? 'none',
});

const runLabel = (repeat: number): string => `run ${repeat + 1}`;

/** Fraction of the samples that took at most so long, a line a run, with the figures below. */
export function ecdfFigure(one: Distribution): Markup {
  return html`<figure>
    <figcaption>${one.title} <span>${one.note}</span></figcaption>
    ${picture(one)}
    ${table(
      COLUMNS,
      one.runs.map((run, at) => ({
        style: runStyle(at),
        label: runLabel(run.repeat),
        summary: summary(run.sorted),
      })),
    )}
  </figure>`;
}

interface RunRow {
  readonly style: LineStyle;
  readonly label: string;
  readonly summary: ReturnType<typeof summary>;
}

const of =
  (cell: (summary: Summary) => Markup | number) =>
  ({ summary: one }: RunRow): Markup | number =>
    one.kind === 'summary' ? cell(one) : missing(one);

const COLUMNS: readonly Column<RunRow>[] = [
  { head: '', kind: 'tight', cell: (row) => html`${swatch(row.style)}${row.label}` },
  { head: 'n', kind: 'n', cell: of((one) => one.n) },
  { head: 'min', kind: 'n', cell: of((one) => time(one.min)) },
  { head: 'p50', kind: 'n', cell: of((one) => time(one.p50)) },
  { head: 'p90', kind: 'n', cell: of((one) => timeFigure(one.p90)) },
  { head: 'p99', kind: 'n', cell: of((one) => timeFigure(one.p99)) },
  { head: 'p99.9', kind: 'n', cell: of((one) => timeFigure(one.p999)) },
  { head: 'max', kind: 'n', cell: of((one) => time(one.max)) },
];

function picture(one: Distribution): Markup {
  const ends = one.runs.flatMap(({ sorted }) => [sorted[0] ?? 0, sorted.at(-1) ?? 0]);
  const x = logAxis(ends);
  if (!x) return html`<p class="muted">No sample above zero to draw.</p>`;
  return drawing({
    width: 480,
    height: 170,
    marginLeft: 66,
    marginRight: 12,
    marginTop: 20,
    label: `Distribution of ${one.title}; the table below has its figures`,
    x: { type: 'log', domain: x.domain, axis: null },
    y: { domain: [0, 1], axis: null },
    marks: [
      ...leftAxis(PARTS, (part) => `${part * 100} %`, 'samples at or below'),
      bottomAxis(x.ticks, formatTime),
      ...one.runs.map(({ sorted }, at) =>
        marks.line(steps(sorted), {
          x: 'ns',
          y: 'part',
          curve: 'step-after',
          stroke: runStyle(at).colour,
          strokeDasharray: runStyle(at).dash,
          strokeWidth: 1.5,
        }),
      ),
    ],
  });
}

const PARTS = [0, 0.25, 0.5, 0.75, 1];

const MOST_STEPS = 240;
/** The largest samples are all drawn: the tail is what a distribution is looked at for. */
const TAIL = 24;

/** The steps of the empirical distribution; of many samples evenly chosen ranks, and the whole tail. */
function steps(sorted: Float64Array): { ns: number; part: number }[] {
  const n = sorted.length;
  const ranks = new Set<number>();
  const chosen = Math.min(n, MOST_STEPS);
  for (let at = 0; at < chosen; at += 1) ranks.add(Math.floor((at * (n - 1)) / Math.max(1, chosen - 1)));
  for (let rank = Math.max(0, n - TAIL); rank < n; rank += 1) ranks.add(rank);
  return [...ranks]
    .sort((a, b) => a - b)
    .map((rank) => ({ ns: sorted[rank] ?? 0, part: (rank + 1) / n }))
    .filter((step) => step.ns > 0);
}
