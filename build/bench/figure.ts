// One figure of `npm run bench:tool`, and the arithmetic behind it. Pure.
import { textTable } from '../../electron/cli/table.ts';

export interface Goal {
  readonly sense: 'at most' | 'at least';
  readonly value: number;
}

/** What was measured; a figure that could not be had says why. */
export interface Figure {
  readonly what: string;
  readonly value: number | null;
  readonly unit: string;
  readonly goal: Goal | null;
  /** How it was measured, and what else there is to know of it; or why it was not. */
  readonly how: string;
}

export type Verdict = 'met' | 'NOT MET' | 'no goal' | 'not measured';

export function verdictOf({ value, goal }: Figure): Verdict {
  if (value === null) return 'not measured';
  if (goal === null) return 'no goal';
  const met = goal.sense === 'at most' ? value <= goal.value : value >= goal.value;
  return met ? 'met' : 'NOT MET';
}

/** Three significant digits, without an exponent; whole numbers as they are. */
export function digits(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const places = 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(6, Math.max(0, places)));
}

const withUnit = (value: number, unit: string): string => `${digits(value)}${unit === '' ? '' : ` ${unit}`}`;

const goalText = ({ goal, unit }: Figure): string =>
  goal === null ? '' : `${goal.sense === 'at most' ? '<=' : '>='} ${withUnit(goal.value, unit)}`;

/** Columns of the last column of the table. */
const HOW = 70;

/** A text as lines of at most `width` characters, cut at blanks. A longer word has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function rowsOf(figure: Figure): readonly (readonly string[])[] {
  const [first = '', ...rest] = wrapped(figure.how, HOW);
  const measured = figure.value === null ? '-' : withUnit(figure.value, figure.unit);
  return [
    [figure.what, measured, goalText(figure), verdictOf(figure), first],
    ...rest.map((line) => ['', '', '', '', line]),
  ];
}

/** The table: a row a figure; how it was measured goes on in the lines below it. */
export const figuresTable = (figures: readonly Figure[]): string =>
  textTable(
    [
      { head: 'What' },
      { head: 'Measured', right: true },
      { head: 'Goal', right: true },
      { head: '' },
      { head: 'How' },
    ],
    figures.flatMap(rowsOf),
  );

/** The middle value, of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError('no values to take the median of');
  return (low + high) / 2;
}

/** One round of two things measured side by side. */
export interface Pair {
  readonly ours: number;
  readonly bare: number;
}

/** The median of the ratios of each round: a load that comes and goes hits both sides of a round alike. */
export const medianRatio = (rounds: readonly Pair[]): number =>
  median(rounds.map(({ ours, bare }) => ours / bare));

export interface Size {
  readonly n: number;
  readonly cost: number;
}

/** The k of cost = c * n^k, fitted by least squares through the logarithms. 1: linear. At least two sizes. */
export function growthExponent(sizes: readonly Size[]): number {
  const points = sizes.map(({ n, cost }) => [Math.log(n), Math.log(cost)] as const);
  const meanOf = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [meanOf(0), meanOf(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  if (points.length < 2 || spread === 0) throw new RangeError('growth needs two sizes');
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
}

/** The 'p50 NS' that the programs of build/bench print, in ns. */
export function p50Of(line: string | null): number | null {
  const match = /^p50 (\d+)$/.exec(line ?? '');
  return match ? Number(match[1]) : null;
}
