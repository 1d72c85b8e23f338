import { findBenchmark } from '../bench/catalogue.ts';
import type { PointGroup, ResultRow } from '../bench/results.ts';
import { formatBandwidth, formatBytes, formatTime } from '../model/format.ts';
import { textTable, type Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { head: '' },
  { head: 'series' },
  { head: 'n', right: true },
  { head: 'p50', right: true },
  { head: '95 % CI', right: true },
  { head: 'p99', right: true },
  { head: '' },
];

/** The results as a table for 80 columns: a head a benchmark, under it a row a series. Points that did not pass say their word. */
export function resultsTable(groups: readonly PointGroup[]): string {
  const rows: string[][] = [];
  let benchmark = '';
  for (const group of groups) {
    if (group.point.benchmark !== benchmark) {
      benchmark = group.point.benchmark;
      rows.push([`\n${benchmark}: ${findBenchmark(benchmark)?.timed ?? ''}`]);
    }
    rows.push(...groupRows(group));
  }
  return textTable(COLUMNS, rows);
}

function groupRows(group: PointGroup): string[][] {
  const rows = group.rows.filter((row) => row.samples.length > 0);
  if (rows.length === 0) return [[`  ${subject(group)}`, '', '', '', '', '', group.status]];
  return rows.map((row, at) => [
    at === 0 ? `  ${subject(group)}` : '',
    row.series,
    ...figures(row),
    at === 0 ? statusText(group) : '',
  ]);
}

/** n is too small for the figure. */
const TOO_FEW = 'too few';

const SHORT: Readonly<Record<string, string>> = {
  qda: '',
  'heap-system': 'system',
  'heap-cma': 'cma',
  'read+write': 'rw',
  'not attached': '',
  clean: '',
  dirtied: 'dirty',
  attached: 'att',
};

const short = (word: string): string => SHORT[word] ?? word;

/** What the point is about: its size, its exporter, its variant; what is the usual case is left out. */
export function subject(group: PointGroup): string {
  const { size, source, benchmark } = group.point;
  const variant = (group.rows[0]?.variantText ?? '').split(', ').map(short);
  const exporter = benchmark === 'cpu.sync' || benchmark === 'mem.import_scale' ? '' : short(source);
  const words = [size > 0 ? formatBytes(size) : '', exporter, ...variant];
  return words.filter((word) => word !== '').join(' ') || 'all';
}

function figures(row: ResultRow): string[] {
  const { summary } = row;
  if (summary.kind === 'too-few') return [String(summary.n), '', '', ''];
  return [
    String(summary.n),
    ...middle(row, summary),
    summary.p99.kind === 'value' ? formatTime(summary.p99.value) : TOO_FEW,
  ];
}

/** p50 and its interval, as bandwidth where the benchmark moves bytes. */
function middle(
  row: ResultRow,
  summary: Extract<ResultRow['summary'], { kind: 'summary' }>,
): [string, string] {
  if (row.bandwidth?.kind === 'value') {
    const { value, interval } = row.bandwidth;
    return withSpan(formatBandwidth(value), interval, formatBandwidth);
  }
  return withSpan(formatTime(summary.p50), summary.p50Interval, formatTime);
}

type Span =
  | { readonly kind: 'interval'; readonly low: number; readonly high: number }
  | { readonly kind: 'too-few' | 'not-defined' };

function withSpan(text: string, interval: Span, format: (value: number) => string): [string, string] {
  return [text, interval.kind === 'interval' ? span(interval, text.split(' ')[1] ?? '', format) : TOO_FEW];
}

/** '43.3…45.8': the unit stands in the p50 beside it; an end in another unit carries its own. */
function span(
  { low, high }: { readonly low: number; readonly high: number },
  unit: string,
  format: (value: number) => string,
): string {
  return [low, high].map((end) => format(end).replace(` ${unit}`, '')).join('…');
}

/** A word only where there is something to say; 'simulated' is said once for the whole run. */
function statusText(group: PointGroup): string {
  const flags = group.flags.filter((flag) => flag !== 'simulated');
  return [group.status === 'pass' ? '' : group.status, ...flags].filter((word) => word !== '').join(', ');
}

/** One line over all points: how many passed, were skipped, failed. */
export function tally(groups: readonly PointGroup[]): string {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(group.status, (counts.get(group.status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}

/** Points that did not pass, each with its sentence; those with the same sentence together. */
export function troubles(groups: readonly PointGroup[]): string[] {
  const bySentence = new Map<string, string[]>();
  for (const group of groups) {
    if (group.status === 'pass') continue;
    const call = group.call ? ` ${group.call}:` : '';
    const sentence = `${group.status}:${call} ${group.reason || 'no reason was given'}`;
    bySentence.set(sentence, [
      ...(bySentence.get(sentence) ?? []),
      `${group.point.benchmark} ${subject(group)}`,
    ]);
  }
  return [...bySentence].map(([sentence, names]) => `${names.join('; ')}\n    ${sentence}`);
}
