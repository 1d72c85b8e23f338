import { formatBandwidth, formatTime, timeIn } from '../../electron/model/format.ts';
import type { ChartLine, SizeChart } from './size-chart.ts';

/** Values of charts in words. */

export function valueText({ quantity }: SizeChart, line: ChartLine, at: number): string {
  const value = line.values[at] ?? null;
  if (value === null) return 'not measured';
  return quantity === 'time' ? formatTime(value) : formatBandwidth(value);
}

/** '21.0–21.2', in the unit of the value beside it. */
export function intervalText({ quantity }: SizeChart, line: ChartLine, at: number): string {
  const [value, low, high] = [line.values[at] ?? null, line.low[at] ?? null, line.high[at] ?? null];
  if (value === null) return '';
  if (low === null || high === null) return 'n too small';
  return rangeText(value, low, high, quantity);
}

export function rangeText(
  value: number,
  low: number,
  high: number,
  quantity: SizeChart['quantity'] = 'time',
): string {
  const unit = formatTime(value).split(' ')[1] ?? '';
  const part = (end: number): string =>
    quantity === 'time' ? timeIn(end, unit) : (formatBandwidth(end).split(' ')[0] ?? '');
  return `${part(low)}–${part(high)}`;
}

/** The figures behind what is rounded. */
export function exactText({ quantity }: SizeChart, line: ChartLine, at: number): string {
  const value = line.values[at] ?? null;
  return value === null ? '' : `${value} ${quantity === 'time' ? 'ns' : 'GB/s'}`;
}
