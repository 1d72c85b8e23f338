import { logAxis, sizeAxis, type LogAxis } from '../../electron/bench/log-axis.ts';

/** One line of a chart over sizes; null where the size was not measured: a break, never a way across. */
export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** A crossing: a line across the chart in the colour of its chart line, its interval as a band. */
export interface ChartCrossing {
  /** Which of the lines. */
  readonly line: number;
  /** Bytes; null where there is no crossing within the sizes measured. */
  readonly at: number | null;
  /** Bytes; an end outside of the sizes measured lies at the edge. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface SizeChart {
  readonly title: string;
  readonly note: string;
  /** What the left axis is: 'p50'. */
  readonly axis: string;
  readonly quantity: 'time' | 'bandwidth';
  /** Ascending. */
  readonly sizes: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly crossings: readonly ChartCrossing[];
}

export interface SizeChartAxes {
  readonly x: LogAxis;
  readonly y: LogAxis;
}

/** null where there is nothing above zero to draw. */
export function axesOf({ sizes, lines }: SizeChart): SizeChartAxes | null {
  const drawn = lines.flatMap(({ values, low, high }) => [...values, ...low, ...high]);
  const y = logAxis(drawn.filter((value) => value !== null));
  const x = sizeAxis(sizes.filter((_, at) => lines.some((line) => (line.values[at] ?? 0) > 0)));
  return x && y ? { x, y } : null;
}

/** Columns as uPlot wants them: sizes, then value, low and high of each line. What is not above zero cannot stand on these axes. */
export function columnsOf({ sizes, lines }: SizeChart): (readonly (number | null)[])[] {
  const drawable = (values: readonly (number | null)[]): (number | null)[] =>
    values.map((value) => (value !== null && value > 0 ? value : null));
  return [
    [...sizes],
    ...lines.flatMap((line) => {
      const low = drawable(line.low);
      return [
        drawable(line.values),
        low,
        drawable(line.high).map((high, at) => (low[at] === null ? null : high)),
      ];
    }),
  ];
}

/** A chart with other columns has to be made anew; one with the same takes new data. */
export const shapeOf = ({ sizes, lines, quantity }: SizeChart): string =>
  [quantity, sizes.join(','), ...lines.map((line) => line.label)].join('\n');
