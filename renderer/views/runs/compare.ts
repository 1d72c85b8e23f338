import type { ComparedRow } from '../../../electron/bench/comparison.ts';
import { ratioDomain } from '../../charts/scale.ts';

export type CompareOrder = 'plan' | 'difference';

/** Rows that hold every word of the filter; by how far the ratio lies from 1 where asked for. */
export function comparedRows(
  rows: readonly ComparedRow[],
  filter: string,
  order: CompareOrder,
): readonly ComparedRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    const text = `${row.benchmark} ${row.series} ${row.source} ${row.variantText}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return order === 'plan' ? found : found.toSorted((a, b) => farness(b) - farness(a));
}

/** How far from 1 in either direction; rows without a ratio come last. */
const farness = ({ ratio }: ComparedRow): number =>
  ratio === null || ratio <= 0 ? -1 : Math.abs(Math.log(ratio));

/** The common axis of all ratios: wide enough for the ratios, and for intervals unless one of them is very wide. */
export const axisOf = (rows: readonly ComparedRow[]): readonly [number, number] =>
  ratioDomain(rows.flatMap(({ ratio }) => (ratio !== null && ratio > 0 ? [ratio] : [])));

export const boundsOf = ({
  interval,
}: ComparedRow): { readonly low: number; readonly high: number } | null =>
  'low' in interval && interval.low > 0 ? { low: interval.low, high: interval.high } : null;

/** Why there is no interval, in a word. */
export const noBounds = ({ interval }: ComparedRow): string =>
  'low' in interval ? '' : interval.kind === 'too-few' ? 'n too small' : 'not defined';
