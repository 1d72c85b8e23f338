import { findBenchmark } from '../bench/catalogue.ts';
import type { PointGroup, ResultRow } from '../bench/results.ts';
import { formatBandwidth, formatBytes, formatTime } from '../model/format.ts';
import { textTable, type Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { head: '' },
  { head: 'series' },
  { head: 'n', right: true },
  { head: 'p50', right: true },
  { head: '95 % interval', right: true },
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

const SHORT: Readonly<Record<string, string>> = {
  qda: '',
  'heap-system': 'system',
  'heap-cma': 'cma',
  'read+write': 'rw',
  'not attached': '',
  clean: '',
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
    summary.p99.kind === 'value' ? formatTime(summary.p99.value) : 'n too small',
  ];
}

/** p50 and its interval, as bandwidth where the benchmark moves bytes. */
function middle(
  row: ResultRow,
  summary: Extract<ResultRow['summary'], { kind: 'summary' }>,
): [string, string] {
  if (row.bandwidth?.kind === 'value') {
    const { value, interval } = row.bandwidth;
    return [
      formatBandwidth(value),
      interval.kind === 'interval' ? span(interval, formatBandwidth) : 'n too small',
    ];
  }
  const interval = summary.p50Interval;
  return [formatTime(summary.p50), interval.kind === 'interval' ? span(interval, formatTime) : 'n too small'];
}

/** '43.3…45.8 µs': the unit once where both ends have the same. */
function span(
  { low, high }: { readonly low: number; readonly high: number },
  format: (value: number) => string,
): string {
  const [from, to] = [format(low), format(high)];
  const [number, unit] = from.split(' ');
  return to.endsWith(` ${unit ?? ''}`) ? `${number ?? ''}…${to}` : `${from}…${to}`;
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
