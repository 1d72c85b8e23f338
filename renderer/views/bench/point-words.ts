import { formatTime } from '../../../electron/model/format.ts';
import { timeScale } from '../../charts/histogram.ts';
import { rangeText } from '../../charts/words.ts';
import type { SeriesLine } from './lines.ts';

/** Words about the figures of a series. */

/** Where the median lies in its distribution, 0 to 1. */
export function markPlace({ histogram, p50 }: SeriesLine): number | null {
  if (histogram === null || p50 === null || histogram.toNs <= histogram.fromNs) return null;
  return Math.min(Math.max(timeScale(histogram, 1)(p50), 0), 1);
}

/** 'from 10.0 µs to 80.0 µs, half of them up to 12.0 µs' */
export function spreadText({ histogram, p50 }: SeriesLine): string {
  if (histogram === null) return 'no sample';
  const ends = `from ${formatTime(histogram.fromNs)} to ${formatTime(histogram.toNs)}`;
  return p50 === null ? ends : `${ends}, half of them up to ${formatTime(p50)}`;
}

/** 'p50 12.3 µs (12.1–12.6), p99 33.0 µs, n 200' */
export function figuresText({ n, p50, low, high, p99 }: SeriesLine): string {
  if (p50 === null) return 'no sample yet';
  const interval = low === null || high === null ? 'n too small' : rangeText(p50, low, high);
  return `p50 ${formatTime(p50)} (${interval}), p99 ${p99 === null ? 'n too small' : formatTime(p99)}, n ${n}`;
}
