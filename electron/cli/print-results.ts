import { findBenchmark } from '../bench/catalogue.ts';
import { isWholePath, variantShort } from '../bench/variants.ts';
import type { Flag, PointGroup, ResultRow } from '../bench/results.ts';
import { formatBandwidth, formatBytes, formatTime, timeIn } from '../model/format.ts';
import { textTable, type Column } from './table.ts';
import { wrap } from './wrap.ts';

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
export function resultsTable(groups: readonly PointGroup[], columns: number): string {
  const rows: string[][] = [];
  let benchmark = '';
  for (const group of groups) {
    if (group.point.benchmark !== benchmark) {
      benchmark = group.point.benchmark;
      rows.push([`\n${wrap(`${benchmark}: ${findBenchmark(benchmark)?.timed ?? ''}`, columns, 2)}`]);
    }
    rows.push(...groupRows(group));
  }
  return textTable(COLUMNS, rows);
}

function groupRows(group: PointGroup): string[][] {
  const rows = group.rows.filter((row) => row.samples.length > 0 && isPrinted(row));
  const words = wordsOf(group);
  return Array.from({ length: Math.max(1, rows.length, words.length) }, (_, at) => {
    const row = rows[at];
    const cells = row ? [shortSeries(row.series), ...figures(row)] : ['', '', '', '', ''];
    return [at === 0 ? `  ${subject(group)}` : '', ...cells, words[at] ?? ''];
  });
}

/** Of a complete path in one go its whole, and what is in no stage; the report has all of them. */
const isPrinted = (row: ResultRow): boolean =>
  !isWholePath(row) || row.series === 'path' || row.series === 'between';

/** n is too small for the figure. */
const TOO_FEW = 'too few';

const SHORT: Readonly<Record<string, string>> = { qda: '', 'heap-system': 'sys', 'heap-cma': 'cma' };

/** Names of series that would make the table wider than 80 columns. */
const SHORT_SERIES: Readonly<Record<string, string>> = {
  overhead: 'rest',
  'sync-to-dsp': 'sync→',
  'sync-from-dsp': 'sync←',
};

export const shortSeries = (name: string): string => SHORT_SERIES[name] ?? name;

const short = (word: string): string => SHORT[word] ?? word;

/** What the point is about: its size, its exporter, its variant; what is the usual case is left out. */
export function subject(group: PointGroup): string {
  const { size, source, benchmark } = group.point;
  const exporter = benchmark === 'cpu.sync' || benchmark === 'mem.import_scale' ? '' : short(source);
  const words = [size > 0 ? formatBytes(size) : '', exporter, variantShort(group.point)];
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
  if (row.bandwidth?.kind === 'value' && findBenchmark(row.benchmark)?.bandwidth === true) {
    const { value, interval } = row.bandwidth;
    return [formatBandwidth(value), span(interval, (end) => formatBandwidth(end).replace(' GB/s', ''))];
  }
  const p50 = formatTime(summary.p50);
  const unit = p50.split(' ')[1] ?? '';
  return [p50, span(summary.p50Interval, (end) => timeIn(end, unit))];
}

type Span =
  | { readonly kind: 'interval'; readonly low: number; readonly high: number }
  | { readonly kind: 'too-few' | 'not-defined' };

/** '43.3…45.8': both ends in the unit of the p50 beside it. */
const span = (interval: Span, format: (value: number) => string): string =>
  interval.kind === 'interval' ? `${format(interval.low)}…${format(interval.high)}` : TOO_FEW;

/** Words where there is something to say, one a row; what holds for the whole run is said once below. */
function wordsOf(group: PointGroup): string[] {
  const flags = group.flags.filter((flag) => flag !== 'simulated' && flag !== 'drifted');
  return [...(group.status === 'pass' ? [] : [word(group)]), ...flags];
}

/** Its status; 'partial' where the run ended with some of its repeats measured. */
function word({ status, rows }: PointGroup): string {
  const ended = status === 'not-run' || status === 'cancelled';
  return ended && rows.some((row) => row.samples.length > 0) ? 'partial' : status;
}

/** What the words of the table mean, where they occur. */
export function remarks(groups: readonly PointGroup[]): string[] {
  const has = (flag: Flag): boolean => groups.some(({ flags }) => flags.includes(flag));
  return [
    ...(has('unstable') ? ['unstable: the independent runs of the point differ more than they should.'] : []),
    ...(has('dropped') ? ['dropped: samples were lost on their way; the rest is shown.'] : []),
    ...(groups.some(({ point, rows }) => isWholePath(point) && rows.length > 0)
      ? ['cold, warm: the complete path in one go; its stages are in the report (qda-lab report latest).']
      : []),
    ...(has('drifted')
      ? ['drifted: a clock, a governor or a temperature of the board changed during the run.']
      : []),
  ];
}

/** One line over all points: how many passed, were skipped, failed. */
export function tally(groups: readonly PointGroup[]): string {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(word(group), (counts.get(word(group)) ?? 0) + 1);
  const passFirst = [...counts].sort(([a], [b]) => Number(b === 'pass') - Number(a === 'pass'));
  return passFirst.map(([status, count]) => `${count} ${status}`).join(', ');
}

/** Points that did not pass, each with its sentence; those with the same sentence together. */
export function troubles(groups: readonly PointGroup[]): string[] {
  const bySentence = new Map<string, string[]>();
  for (const group of groups) {
    if (group.status === 'pass') continue;
    const sentence = sentenceOf(group);
    bySentence.set(sentence, [
      ...(bySentence.get(sentence) ?? []),
      `${group.point.benchmark} ${subject(group)}`,
    ]);
  }
  return [...bySentence].map(([sentence, names]) => `  ${someOf(names)}\n    ${sentence}`);
}

function sentenceOf(group: PointGroup): string {
  const said = word(group);
  if (said === 'partial') return 'partial: the run ended before all repeats of these points.';
  return `${said}:${group.call ? ` ${group.call}:` : ''} ${group.reason || 'no reason was given'}`;
}

/** Names of one sentence that are printed; the rest is counted. */
const MOST_NAMES = 6;

function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
