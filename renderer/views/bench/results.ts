import { sizesOf, sweepPanels, type Panel } from '../../../electron/bench/panels.ts';
import type { ChartGroup, ChartRow } from '../../../electron/bench/results.ts';
import type { CrossoverView, RunView } from '../../../electron/bench/run-view.ts';
import { sweepsOf } from '../../../electron/bench/sweeps.ts';
import type { Crossing } from '../../../electron/bench/crossover.ts';
import { waterfallOf, type WaterfallSize } from '../../../electron/bench/waterfall.ts';
import type { Pass } from '../../../electron/bench/variants.ts';
import { formatBytes } from '../../../electron/model/format.ts';
import { liveGroups } from './live-groups.ts';
import type { PointLine } from './lines.ts';
import type { ChartCrossing, ChartLine, SizeChart } from '../../charts/size-chart.ts';

/** What a run is drawn as. */
export interface RunCharts {
  readonly waterfall: readonly WaterfallSize[];
  readonly latency: readonly SizeChart[];
  readonly bandwidth: readonly SizeChart[];
  /** What moves bytes and was measured at one size only. */
  readonly oneSize: readonly string[];
}

export const chartsOf = ({ groups, waterfall }: Pick<RunView, 'groups' | 'waterfall'>): RunCharts => ({
  ...sweepCharts(groups),
  waterfall,
});

/** While a run goes on: bandwidths are not known yet. */
export const liveCharts = (lines: readonly PointLine[]): RunCharts => {
  const groups = liveGroups(lines);
  return { ...sweepCharts(groups), waterfall: waterfallOf(groups) };
};

function sweepCharts(groups: readonly ChartGroup[]): Omit<RunCharts, 'waterfall'> {
  const { latency, bandwidth, oneSize } = sweepPanels(sweepsOf(groups));
  return {
    oneSize,
    latency: latency.map((panel) => chartOf(panel, 'time')),
    bandwidth: bandwidth.map((panel) => chartOf(panel, 'bandwidth')),
  };
}

type Row = Pick<ChartRow, 'size' | 'summary' | 'bandwidth'>;

function chartOf(panel: Panel, quantity: SizeChart['quantity']): SizeChart {
  const sizes = sizesOf(panel);
  return {
    title: panel.title,
    note: panel.note,
    axis: quantity === 'time' ? 'p50' : 'bytes / p50',
    quantity,
    sizes,
    lines: panel.lines.map(({ label, rows }) => lineOf(label, rows, sizes, quantity)),
    crossings: [],
  };
}

function lineOf(
  label: string,
  rows: readonly Row[],
  sizes: readonly number[],
  quantity: SizeChart['quantity'],
): ChartLine {
  const spots = sizes.map((size) => {
    const row = rows.find((one) => one.size === size);
    return row === undefined ? NOTHING : quantity === 'time' ? timeSpot(row) : bandwidthSpot(row);
  });
  return {
    label,
    values: spots.map((spot) => spot.value),
    low: spots.map((spot) => spot.low),
    high: spots.map((spot) => spot.high),
  };
}

interface Spot {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const NOTHING: Spot = { value: null, low: null, high: null };

function timeSpot({ summary }: Row): Spot {
  if (summary.kind !== 'summary') return NOTHING;
  const { p50: value, p50Interval: interval } = summary;
  return interval.kind === 'interval'
    ? { value, low: interval.low, high: interval.high }
    : { value, low: null, high: null };
}

function bandwidthSpot({ bandwidth }: Row): Spot {
  if (bandwidth?.kind !== 'value') return NOTHING;
  const { value, interval } = bandwidth;
  return interval.kind === 'interval'
    ? { value, low: interval.low, high: interval.high }
    : { value, low: null, high: null };
}

export const WAY: Readonly<Record<Pass, string>> = {
  copy: 'copied',
  buffer: 'a buffer named in each call',
  mapped: 'a buffer that stands mapped',
  dma: 'a dma handle that the DSP maps',
};

export const DIRECTION = { in: 'to the DSP', out: 'from the DSP' } as const;

/** A chart of copying and sharing in each direction. */
export const crossoverCharts = (all: readonly CrossoverView[]): SizeChart[] =>
  (['in', 'out'] as const).flatMap((direction) => crossoverChart(all, direction));

function crossoverChart(all: readonly CrossoverView[], direction: 'in' | 'out'): SizeChart[] {
  const own = all.filter((one) => one.direction === direction);
  if (own.length === 0) return [];
  const copy = own.map((one) => one.copy).reduce((a, b) => (b.length > a.length ? b : a));
  const lists = [copy, ...own.map((one) => one.shared)];
  const sizes = [...new Set(lists.flat().map((row) => row.size))].sort((a, b) => a - b);
  return [
    {
      title: `An argument ${DIRECTION[direction]}`,
      note: 'rpc.argsize, call; crossings as dashed lines, their intervals as bands',
      axis: 'p50',
      quantity: 'time',
      sizes,
      lines: lists.map((rows, at) =>
        lineOf(WAY[at === 0 ? 'copy' : (own[at - 1]?.way ?? 'copy')], rows, sizes, 'time'),
      ),
      crossings: own.map((one, at) => crossingMark(one, at + 1, sizes)),
    },
  ];
}

/** An interval that reaches beyond the sizes measured ends at the edge of the chart. */
function crossingMark(
  { crossing, interval }: CrossoverView,
  line: number,
  sizes: readonly number[],
): ChartCrossing {
  const [first, last] = [sizes[0] ?? 1, sizes.at(-1) ?? 1];
  const at = ({ kind, bytes }: Crossing): number =>
    kind === 'at' ? bytes : kind === 'below' ? first / 2 : last * 2;
  const bounded = interval.kind === 'interval';
  return {
    line,
    at: crossing.kind === 'at' ? crossing.bytes : null,
    low: bounded ? at(interval.low) : null,
    high: bounded ? at(interval.high) : null,
  };
}

const crossingSize = (bytes: number): string => formatBytes(Math.round(Number(bytes.toPrecision(3))));

/** What stands below the charts of bandwidth: they do not leave anything out without a word. */
export const oneSizeText = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : `At one size only, so not drawn: ${names.join(', ')}. Points has the figures; the full plan measures more sizes.`;

/** Why no chart of bandwidth is there. */
export function noBandwidth(
  stored: boolean,
  oneSize: readonly string[],
): { readonly title: string; readonly text: string } {
  if (!stored)
    return {
      title: 'Bandwidths come with the stored run',
      text: 'They are made of all independent runs of a point together, once the run has ended and is kept.',
    };
  if (oneSize.length > 0)
    return { title: 'Nothing was measured at several sizes', text: oneSizeText(oneSize) };
  return {
    title: 'Nothing moves bytes',
    text: 'No benchmark of this run moves bytes: cpu.bw, dsp.read, dsp.write and dsp.copy do.',
  };
}

export function crossingText({ kind, bytes }: Crossing): string {
  if (kind === 'at') return `from ${crossingSize(bytes)} on`;
  return kind === 'below'
    ? `at every size measured, from ${formatBytes(bytes)} on`
    : `not within the sizes measured, up to ${formatBytes(bytes)}`;
}

export function crossingInterval({ interval }: CrossoverView): string {
  if (interval.kind === 'too-few') return 'n too small';
  const ends = [interval.low, interval.high].map(({ kind, bytes }) =>
    kind === 'at' ? crossingSize(bytes) : `${kind} ${formatBytes(bytes)}`,
  );
  return ends[0] === ends[1] ? (ends[0] ?? '') : ends.join(' to ');
}
