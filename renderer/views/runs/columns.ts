import type { RunRow } from '../../../electron/model/run-row.ts';
import type { PointStatus } from '../../../electron/model/run.ts';
import type { CellText, Column } from '../../widgets/table/columns.ts';
import { durationText, localText, offsetText } from '../bench/time.ts';

/** Columns of the list of stored runs. */

const ORDER: readonly PointStatus[] = ['pass', 'fail', 'error', 'skip', 'cancelled', 'not-run'];

/** How many points ended in which word, those that are there. */
export const tallyOf = ({ tally }: RunRow): { readonly status: PointStatus; readonly count: number }[] =>
  ORDER.flatMap((status) => {
    const count = tally?.[status] ?? 0;
    return count === 0 ? [] : [{ status, count }];
  });

function tallyText(row: RunRow): string {
  const words = tallyOf(row).map(({ status, count }) => `${count} ${status}`);
  const end = row.status === 'complete' ? [] : [row.status];
  return row.tally === null ? [...end, 'not counted'].join(', ') : [...end, ...words].join(', ');
}

export const secondsOf = ({ startedAt, endedAt }: RunRow): number | null =>
  endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;

function duration(row: RunRow): CellText {
  const seconds = secondsOf(row);
  return seconds === null || Number.isNaN(seconds)
    ? { text: 'not ended', faint: true }
    : { text: durationText(seconds), exact: `${seconds} s` };
}

const plain = (text: string): CellText => (text === '' ? { text: '', faint: true } : { text });

export const RUN_COLUMNS: readonly Column<RunRow>[] = [
  {
    id: 'started',
    head: 'Started',
    width: 168,
    cell: ({ startedAt }) => ({
      text: localText(startedAt),
      exact: startedAt,
      title: `${localText(startedAt)} ${offsetText(startedAt)}, UTC ${startedAt}`,
    }),
    sort: ({ startedAt }) => Date.parse(startedAt),
  },
  {
    id: 'label',
    head: 'Label',
    width: 124,
    cell: ({ label, notes }) => ({ text: label, title: notes === '' ? label : `${label}\n${notes}` }),
    sort: ({ label }) => label,
  },
  {
    id: 'tally',
    head: 'Points',
    title:
      'How many points ended in which word, by the worst of their independent runs; before them how the run ended, where it is not complete',
    width: 160,
    cell: (row) => ({ text: tallyText(row), title: tallyText(row), faint: row.tally === null }),
    sort: ({ status }) => status,
  },
  {
    id: 'status',
    head: 'Status',
    width: 92,
    hidden: true,
    cell: ({ status, reason }) => ({
      text: status,
      title: reason === '' ? status : `${status}: ${reason}`,
      ...(status === 'complete' ? {} : { tone: 'warning' as const }),
    }),
    sort: ({ status }) => status,
  },
  {
    id: 'board',
    head: 'Board',
    width: 92,
    cell: ({ board }) => ({ text: board.label, title: `${board.label}: ${board.model}, ${board.id}` }),
    sort: ({ board }) => board.label,
  },
  {
    id: 'simulated',
    head: 'On',
    title: 'Measured on hardware, or on a simulated board',
    width: 86,
    cell: ({ simulated }) => ({ text: simulated ? 'simulated' : 'hardware' }),
    sort: ({ simulated }) => (simulated ? 1 : 0),
  },
  { id: 'dsp', head: 'DSP', width: 54, cell: ({ dsp }) => plain(dsp), sort: ({ dsp }) => dsp },
  {
    id: 'driver',
    head: 'Driver',
    width: 70,
    cell: ({ driver }) => plain(driver),
    sort: ({ driver }) => driver,
  },
  { id: 'plan', head: 'Plan', width: 56, cell: ({ plan }) => plain(plan), sort: ({ plan }) => plan },
  {
    id: 'took',
    head: 'Took',
    width: 82,
    hidden: true,
    right: true,
    cell: duration,
    sort: secondsOf,
  },
  {
    id: 'kernel',
    head: 'Kernel',
    width: 120,
    hidden: true,
    cell: ({ kernel }) => plain(kernel),
    sort: ({ kernel }) => kernel,
  },
  {
    id: 'origin',
    head: 'From',
    width: 76,
    hidden: true,
    cell: ({ imported }) => ({ text: imported ? 'imported' : 'here' }),
    sort: ({ imported }) => (imported ? 1 : 0),
  },
  {
    id: 'benchmarks',
    head: 'Benchmarks',
    width: 200,
    hidden: true,
    cell: ({ benchmarks }) => ({ text: benchmarks.join(', ') }),
  },
  {
    id: 'id',
    head: 'Id',
    width: 180,
    mono: true,
    hidden: true,
    cell: ({ id }) => ({ text: id }),
    sort: ({ id }) => id,
  },
];
