import type { PointGroup, ResultRow } from '../bench/results.ts';
import { formatBandwidth, formatBytes, formatTime } from '../model/format.ts';
import { textTable, type Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { head: 'benchmark' },
  { head: 'series' },
  { head: 'of' },
  { head: 'n', right: true },
  { head: 'p50', right: true },
  { head: '95 % interval', right: true },
  { head: 'p99', right: true },
  { head: 'status' },
];

/** The results as a table: a row a series, a point without samples as its word and its reason. */
export function resultsTable(groups: readonly PointGroup[]): string {
  return textTable(COLUMNS, groups.flatMap(groupRows));
}

function groupRows(group: PointGroup): string[][] {
  const rows = group.rows.filter((row) => row.samples.length > 0);
  if (rows.length === 0)
    return [[group.point.benchmark, '–', subject(group), '0', '–', '–', '–', statusText(group)]];
  return rows.map((row, at) => [
    at === 0 ? row.benchmark : '',
    row.series,
    at === 0 ? subject(group) : '',
    ...figures(row),
    at === 0 ? statusText(group) : '',
  ]);
}

/** What the point is about: its size, its exporter, its variant. */
function subject(group: PointGroup): string {
  const row = group.rows[0];
  const words = [
    group.point.size > 0 ? formatBytes(group.point.size) : '',
    group.point.source === 'qda' ? '' : group.point.source,
    row?.variantText ?? '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

function figures(row: ResultRow): string[] {
  const { summary } = row;
  if (summary.kind === 'too-few') return [String(summary.n), '–', '–', '–'];
  const interval = summary.p50Interval;
  return [
    String(summary.n),
    row.bandwidth?.kind === 'value' ? formatBandwidth(row.bandwidth.value) : formatTime(summary.p50),
    interval.kind === 'interval' ? intervalText(row, interval) : 'n too small',
    summary.p99.kind === 'value' ? formatTime(summary.p99.value) : 'n too small',
  ];
}

function intervalText(row: ResultRow, interval: { readonly low: number; readonly high: number }): string {
  if (row.bandwidth?.kind === 'value' && row.bandwidth.interval.kind === 'interval') {
    return `${formatBandwidth(row.bandwidth.interval.low)} … ${formatBandwidth(row.bandwidth.interval.high)}`;
  }
  return `${formatTime(interval.low)} … ${formatTime(interval.high)}`;
}

/** The status word with its flags; 'simulated' is said once for the whole run, not in each row. */
function statusText(group: PointGroup): string {
  const flags = group.flags.filter((flag) => flag !== 'simulated');
  return flags.length > 0 ? `${group.status} (${flags.join(', ')})` : group.status;
}

/** Points that did not pass, each with its sentence; those with the same sentence together. */
export function troubles(groups: readonly PointGroup[]): string[] {
  const bySentence = new Map<string, string[]>();
  for (const group of groups) {
    if (group.status === 'pass') continue;
    const call = group.call ? ` ${group.call}` : '';
    const sentence = `${group.status}:${call} ${group.reason || 'no reason was given'}`;
    const name = [group.point.benchmark, subject(group)].filter((word) => word !== '').join(' ');
    bySentence.set(sentence, [...(bySentence.get(sentence) ?? []), name]);
  }
  return [...bySentence].map(([sentence, names]) => `${names.join('; ')}\n    ${sentence}`);
}
