import type uPlot from 'uplot';
import { formatBandwidth, formatBytes, formatTime } from '../../electron/model/format.ts';
import { lineStyle, SYMBOL_PATHS } from './line-style.ts';
import type { ChartCrossing, SizeChart, SizeChartAxes } from './size-chart.ts';
import { token } from './theme.svelte.ts';

/** Asked at each drawing, so that new data needs no new chart. */
export interface Shown {
  readonly chart: SizeChart;
  readonly axes: SizeChartAxes;
}

export interface SizePlot {
  readonly width: number;
  readonly height: number;
  readonly shown: () => Shown;
  /** The size under the cursor; null: none. */
  readonly onCursor: (at: number | null) => void;
}

/** uPlot's options for lines over sizes, both axes logarithmic, intervals as bands. */
export function sizePlotOptions({ width, height, shown, onCursor }: SizePlot): uPlot.Options {
  const { lines } = shown().chart;
  return {
    width,
    height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
    scales: {
      x: { time: false, distr: 3, log: 2, range: () => [...shown().axes.x.domain] },
      y: { distr: 3, log: 10, range: () => [...shown().axes.y.domain] },
    },
    axes: axes(shown),
    series: [{}, ...lines.flatMap((_, at) => seriesOf(at))],
    bands: lines.map((_, at) => ({
      series: [3 * at + 3, 3 * at + 2],
      fill: faded(colourOf(at), 0.22),
    })),
    hooks: {
      drawClear: [
        (plot) => {
          for (const crossing of shown().chart.crossings) drawCrossing(plot, crossing);
        },
      ],
      draw: [
        (plot) => {
          lines.forEach((_, at) => drawSymbols(plot, at));
        },
      ],
      setCursor: [
        (plot) => {
          onCursor(plot.cursor.idx ?? null);
        },
      ],
    },
  };
}

const colourOf = (at: number): string => token(lineStyle(at).colour);

/** `colour` as #rrggbb. */
const faded = (colour: string, part: number): string =>
  `${colour}${Math.round(part * 255)
    .toString(16)
    .padStart(2, '0')}`;

function seriesOf(at: number): uPlot.Series[] {
  const edge: uPlot.Series = { width: 0, stroke: 'transparent', points: { show: false } };
  const line: uPlot.Series = {
    stroke: colourOf(at),
    width: 1.5,
    dash: [...lineStyle(at).dash],
    points: { show: false },
  };
  return [line, edge, edge];
}

function axes(shown: () => Shown): uPlot.Axis[] {
  const common = {
    stroke: token('--text-dim'),
    font: `11px ${token('--sans')}`,
    filter: (_: uPlot, splits: number[]) => splits,
  };
  const tick = shown().chart.quantity === 'time' ? formatTime : formatBandwidth;
  const grid = { stroke: token('--line'), width: 1 };
  return [
    {
      ...common,
      size: 24,
      gap: 4,
      grid: { show: false },
      ticks: { show: true, size: 4, ...grid },
      splits: () => [...shown().axes.x.ticks],
      values: (_, splits) => splits.map(formatBytes),
    },
    {
      ...common,
      size: 66,
      gap: 6,
      grid,
      ticks: { show: false },
      splits: () => [...shown().axes.y.ticks],
      values: (_, splits) => splits.map(tick),
    },
  ];
}

/** Points of a line have a shape of their own: colour never stands alone. */
function drawSymbols(plot: uPlot, at: number): void {
  const { ctx, data } = plot;
  const values = data[3 * at + 1];
  if (!values) return;
  const symbol = new Path2D(SYMBOL_PATHS[lineStyle(at).symbol]);
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = colourOf(at);
  values.forEach((value, index) => {
    const size = data[0][index];
    if (value === null || value === undefined || size === undefined) return;
    ctx.setTransform(ratio, 0, 0, ratio, plot.valToPos(size, 'x', true), plot.valToPos(value, 'y', true));
    ctx.fill(symbol);
  });
  ctx.restore();
}

/** The interval as a band that ends at the border where the crossing may lie outside, the crossing as a dashed line. */
function drawCrossing(plot: uPlot, { line, at, low, high }: ChartCrossing): void {
  const { ctx, bbox } = plot;
  const x = (bytes: number): number =>
    Math.min(Math.max(plot.valToPos(bytes, 'x', true), bbox.left), bbox.left + bbox.width);
  const colour = colourOf(line);
  ctx.save();
  if (low !== null && high !== null && high > low) {
    ctx.fillStyle = faded(colour, 0.14);
    ctx.fillRect(x(low), bbox.top, x(high) - x(low), bbox.height);
  }
  if (at !== null) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([5 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x(at), bbox.top);
    ctx.lineTo(x(at), bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
