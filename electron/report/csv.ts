import { groupsOf, type PointGroup, type ResultRow } from '../bench/results.ts';
import { proofsOf } from '../bench/proof.ts';
import { variantText } from '../bench/variants.ts';
import type { Figure } from '../bench/statistics/figures.ts';
import type { Summary } from '../bench/statistics/summary.ts';
import type { Run } from '../model/run.ts';

/** A cell: a text (guarded), a number or a truth (as they are), or nothing where there is no value. */
type Cell = string | number | boolean | null;
type Column<T> = readonly [header: string, cell: (row: T) => Cell];

interface PointRow {
  readonly run: Run;
  readonly group: PointGroup;
  /** null: the point gave no series. */
  readonly row: ResultRow | null;
}

/**
 * One row for each series of a point, its independent runs pooled; one without figures for a point that gave none. Times in
 * nanoseconds, bandwidth in GB/s of 1e9 bytes. An empty cell is a value that the samples do not allow, never a zero.
 */
export function pointsCsv(run: Run): string {
  const rows = groupsOf(run).flatMap((group): PointRow[] =>
    group.rows.length === 0 ? [{ run, group, row: null }] : group.rows.map((row) => ({ run, group, row })),
  );
  return csv(POINT_COLUMNS, rows);
}

/** One row for each sample, in the order of the plan and then as taken. */
export function samplesCsv(run: Run): string {
  const lines = [line(SAMPLE_HEADERS)];
  for (const { point, series, status, simulated } of run.points) {
    const head = line([
      run.id,
      simulated,
      point.index,
      point.benchmark,
      point.size,
      point.source,
      point.variant,
      variantText(point),
      point.repeat,
      status,
    ]);
    for (const { name, ns } of series) {
      const start = `${head},${cellText(name)}`;
      ns.forEach((value, at) => lines.push(`${start},${at},${value}`));
    }
  }
  return finish(lines);
}

const SAMPLE_HEADERS = [
  'run_id',
  'simulated',
  'point_index',
  'benchmark',
  'size_bytes',
  'source',
  'variant',
  'variant_text',
  'repeat',
  'status',
  'series',
  'sample',
  'time_ns',
];

const POINT_COLUMNS: readonly Column<PointRow>[] = [
  ['run_id', ({ run }) => run.id],
  ['simulated', ({ run }) => run.simulated],
  ['benchmark', ({ group }) => group.point.benchmark],
  ['series', ({ row }) => row?.series ?? null],
  ['size_bytes', ({ group }) => group.point.size],
  ['source', ({ group }) => group.point.source],
  ['variant', ({ group }) => group.point.variant],
  ['variant_text', ({ group }) => variantText(group.point)],
  ['status', ({ group }) => group.status],
  ['flags', ({ group }) => group.flags.join(' ')],
  ['reason', ({ group }) => group.reason],
  ['failing_call', ({ group }) => group.call],
  ['error_errno', ({ group }) => group.error],
  ['n', ({ row }) => row?.samples.length ?? 0],
  ['min_ns', ofSummary((one) => one.min)],
  ['p50_ns', ofSummary((one) => one.p50)],
  ['p50_low95_ns', ofSummary((one) => bound(one, 'low'))],
  ['p50_high95_ns', ofSummary((one) => bound(one, 'high'))],
  ['mean_ns', ofSummary((one) => one.mean)],
  ['sd_ns', ofSummary((one) => valueOf(one.sd))],
  ['mad_ns', ofSummary((one) => valueOf(one.mad))],
  ['p90_ns', ofSummary((one) => valueOf(one.p90))],
  ['p99_ns', ofSummary((one) => valueOf(one.p99))],
  ['p99_9_ns', ofSummary((one) => valueOf(one.p999))],
  ['max_ns', ofSummary((one) => one.max)],
  [
    'outliers_mild',
    ofSummary(({ tukey }) => (tukey.kind === 'tukey' ? tukey.lowMild + tukey.highMild : null)),
  ],
  [
    'outliers_severe',
    ofSummary(({ tukey }) => (tukey.kind === 'tukey' ? tukey.lowSevere + tukey.highSevere : null)),
  ],
  ['p50_of_runs_ns', ({ row }) => row?.p50s.join(' ') ?? null],
  ['p50_cv_between_runs', ({ row }) => (row?.variation.kind === 'value' ? row.variation.value : null)],
  ['bandwidth_gb_per_s', ({ row }) => (row?.bandwidth?.kind === 'value' ? row.bandwidth.value : null)],
  ['verified', ({ group }) => group.verified],
  ['mismatches', ({ group }) => group.mismatches],
  ['limit', ({ group }) => group.limit],
  ['left_behind_bytes', ({ group }) => group.leftBehind],
  ['dropped_samples', ({ group }) => group.dropped],
  ['count', ({ group }) => group.point.count],
  ['per_second', ({ row }) => row?.rate?.perSecond ?? null],
  ['per_second_of', ({ row }) => row?.rate?.of ?? null],
  ['instructions', ({ group }) => counterText(group, 'instructions')],
  ['zero_copy', ({ group }) => proofsOf([group])[0]?.verdict ?? null],
];

/** The value of each independent run that gave it; one where they are the same. */
const counterText = ({ counters }: PointGroup, name: string): string | null => {
  const values = counters.find((counter) => counter.name === name)?.values;
  return values === undefined ? null : [...new Set(values)].join(' ');
};

function ofSummary(cell: (summary: Summary) => Cell): (row: PointRow) => Cell {
  return ({ row }) => (row?.summary.kind === 'summary' ? cell(row.summary) : null);
}

const valueOf = (figure: Figure): number | null => (figure.kind === 'value' ? figure.value : null);

const bound = ({ p50Interval }: Summary, side: 'low' | 'high'): number | null =>
  p50Interval.kind === 'interval' ? p50Interval[side] : null;

function csv<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  return finish([
    line(columns.map(([header]) => header)),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
  ]);
}

const line = (cells: readonly Cell[]): string => cells.map(cellText).join(',');

/** RFC 4180: every line ends with CR LF. */
const finish = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n`;

/**
 * What a spreadsheet would take for a formula (or for the end of a cell before one): such a text gets an apostrophe, which a
 * spreadsheet shows as text.
 */
const FORMULA = /^[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20|]|^[\t\r\n]/;

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
