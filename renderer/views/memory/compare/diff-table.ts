import { inodeOf, sizeOf } from '../../../../electron/memory/row-values.ts';
import type { Scene } from '../../../../electron/memory/rows.ts';
import { signedBytes, type DiffKind, type DiffRow } from '../../../../electron/memory/snapshot-diff.ts';
import { formatBytes } from '../../../../electron/model/format.ts';
import { TableModel } from '../../../widgets/DataTable.svelte.ts';
import type { CellText, Column } from '../../../widgets/table/columns.ts';
import { bankText, plural, processText, valueCell } from '../words.ts';

const MARKS: Readonly<Record<DiffKind, CellText>> = {
  appeared: { text: '+ appeared', tone: 'notice' },
  gone: { text: '− gone', tone: 'warning' },
  changed: { text: '~ changed' },
};

/** The comparison as a table: process, bank, then what became of each buffer. `scene` knows the names. */
export const diffTable = (scene: () => Scene): TableModel<DiffRow> =>
  new TableModel<DiffRow>({
    name: 'memory.diff',
    keyOf: (row) => row.key,
    sum: (row) => row.bytes,
    levels: [
      { id: 'process', keyOf: ({ row }) => `p${row.pid ?? '?'}`, sort: ({ row }) => row.pid },
      { id: 'bank', keyOf: ({ row }) => `b${row.device ?? '-'}`, sort: ({ row }) => row.device },
    ],
    columns: columnsOf(scene),
  });

const columnsOf = (scene: () => Scene): Column<DiffRow>[] => [
  {
    id: 'buffer',
    head: 'Buffer',
    width: 204,
    cell: ({ row }) => {
      const cell = valueCell(inodeOf(row), String);
      return cell.text === '–' ? { ...cell, text: 'not exported' } : cell;
    },
    sort: ({ row }) => row.buffer?.ino ?? null,
    group: ({ level, first: { row } }) => ({
      text:
        level === 0
          ? processText(scene(), row.pid)
          : row.device === null
            ? 'in no bank'
            : bankText(row.device),
    }),
  },
  {
    id: 'what',
    head: 'What',
    width: 96,
    cell: ({ kind }) => MARKS[kind],
    sort: ({ kind }) => kind,
    group: ({ count }) => ({ text: plural(count, 'row'), faint: true }),
  },
  {
    id: 'size',
    head: 'Size',
    width: 80,
    right: true,
    cell: ({ row }) => valueCell(sizeOf(row), formatBytes, (bytes) => `${bytes} B`, '?'),
    sort: ({ row }) => sizeOf(row).value,
  },
  {
    id: 'bytes',
    head: 'Net',
    title: 'Bytes that the process has more or less; a buffer that it has twice counts once',
    width: 104,
    right: true,
    cell: ({ bytes }) => ({ text: signedBytes(bytes), exact: String(bytes), title: `${bytes} B` }),
    sort: ({ bytes }) => bytes,
    group: ({ sum }) => ({ text: signedBytes(sum), title: `${sum} B` }),
  },
  {
    id: 'changes',
    head: 'Changes',
    width: 202,
    cell: ({ changes }) => ({ text: changes.join(', '), title: changes.join('\n') }),
    sort: ({ changes }) => changes.join(', '),
  },
];
