import type { Flag } from '../../bench/results.ts';
import type { Figure, Interval, NotDefined, TooFew } from '../../bench/statistics/figures.ts';
import { formatBytes, formatTime, timeIn } from '../../model/format.ts';
import type { PointStatus } from '../../model/run.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';

/** Values as a reader wants them: unit and three digits, the exact value on hover. */

export const time = (ns: number): Markup => html`<span title="${ns} ns">${formatTime(ns)}</span>`;

export const bytes = (size: number): Markup => html`<span title="${size} bytes">${formatBytes(size)}</span>`;

export const tooFewText = ({ what, n, needs }: TooFew): string =>
  what === 'samples' ? `n too small` : `${n} ${what}, needs ${needs}`;

const why = ({ what, n, needs }: TooFew): string => `${n} ${what}; needs ${needs} or more`;

export const missing = (few: TooFew): Markup =>
  html`<span class="muted" title="${why(few)}">${tooFewText(few)}</span>`;

export const undefinedValue = (none: NotDefined): Markup =>
  html`<span class="absent" title="${none.reason}">not defined</span>`;

export const timeFigure = (figure: Figure): Markup =>
  figure.kind === 'value' ? time(figure.value) : missing(figure);

/** Both ends in the unit of the upper one: '28.4 to 29.1 µs'. */
export function timeInterval(interval: Interval | TooFew | NotDefined): Markup {
  if (interval.kind === 'too-few') return missing(interval);
  if (interval.kind === 'not-defined') return undefinedValue(interval);
  const { low, high } = interval;
  return html`<span title="${low} to ${high} ns">${range(low, high)}</span>`;
}

export function range(low: number, high: number): string {
  const [upper = '', unit = ''] = formatTime(high).split(' ');
  const lower = timeIn(low, unit);
  return `${lower} to ${upper} ${unit}`;
}

/** An interval in the unit of the value that stands above it: '21.0 – 21.2'. */
export function rangeBelow(value: number, low: number, high: number): string {
  const unit = formatTime(value).split(' ')[1] ?? '';
  return `${timeIn(low, unit)}–${timeIn(high, unit)}`;
}

/** Three significant digits without an exponent. */
export function three(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const digits = 2 - Math.floor(Math.log10(Math.abs(rounded)));
  return rounded.toFixed(Math.min(Math.max(0, digits), 6));
}

/** A difference of times, with its sign. */
export const signedTime = (ns: number): Markup =>
  html`<span title="${ns} ns">${ns > 0 ? '+' : ns < 0 ? '−' : ''}${formatTime(Math.abs(ns))}</span>`;

export const percent = (ratio: number): string => `${three(ratio * 100)} %`;

/** A mark of another shape for each word, so that neither colour nor shape stands alone. */
const MARK: Readonly<Record<string, string>> = {
  pass: '✓',
  ok: '✓',
  fail: '✕',
  error: '▲',
  warning: '◆',
  notice: '●',
  skip: '–',
  cancelled: '■',
  'not-run': '○',
};

type Word = PointStatus | 'ok' | 'warning' | 'notice';

export const statusWord = (status: Word, text: string = status): Markup =>
  html`<span class="word ${status}">${MARK[status] ?? ''} ${text}</span>`;

export const flagWord = (flag: Flag | 'moved'): Markup => html`<span class="flag ${flag}">${flag}</span> `;

export const flagWords = (flags: readonly Flag[]): Markup =>
  flags.length === 0 ? NOTHING : html`${flags.map(flagWord)}`;

export const absent = (reason: string): Markup =>
  html`<span class="absent">absent: ${reason === '' ? 'no reason was given' : reason}</span>`;

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** Texts joined with commas; a word where there is none. */
export const listed = (texts: readonly string[], none = 'none'): Piece =>
  texts.length === 0 ? html`<span class="muted">${none}</span>` : texts.join(', ');
