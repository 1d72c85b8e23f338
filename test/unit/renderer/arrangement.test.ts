import { expect, test } from 'vitest';
import { Arrangement, type Arranging, type Line } from '../../../renderer/widgets/table/arrangement.ts';
import type { Column } from '../../../renderer/widgets/table/columns.ts';
import { filterOf, wordsOf } from '../../../renderer/widgets/table/filter.ts';
import { inOrder } from '../../../renderer/widgets/table/prefs.ts';

interface Row {
  readonly id: string;
  readonly pid: number;
  readonly bank: string | null;
  readonly size: number | null;
}

const row = (id: string, pid: number, bank: string | null, size: number | null): Row => ({
  id,
  pid,
  bank,
  size,
});
const LEVELS: Arranging<Row>['levels'] = [
  { id: 'process', keyOf: (one) => String(one.pid), sort: (one) => one.pid },
  { id: 'bank', keyOf: (one) => one.bank ?? '-', sort: (one) => one.bank },
];
const BY_SIZE = { value: (one: Row) => one.size, down: true };

function arranged(rows: readonly Row[], by: Partial<Arranging<Row>> = {}): Arrangement<Row> {
  const all = new Arrangement<Row>((one) => one.id);
  all.arrange({ levels: LEVELS, sort: BY_SIZE, shows: null, sum: (one) => one.size ?? 0, ...by });
  all.setAll(rows);
  return all;
}

const text = (line: Line<Row> | null): string =>
  line === null
    ? ''
    : line.kind === 'row'
      ? line.row.id
      : `[${line.key} ${line.group.count} ${line.group.sum}]`;
const lines = (all: Arrangement<Row>): string[] =>
  Array.from({ length: all.length }, (_, at) => text(all.line(at)));

const ROWS = [
  row('a', 2, 'x', 1),
  row('b', 1, null, 5),
  row('c', 1, 'x', null),
  row('d', 1, 'x', 7),
  row('e', 10, 'y', 3),
];

test('rows stand in groups with what they come to; unknown values stand last either way', () => {
  expect(lines(arranged(ROWS))).toEqual([
    '[/1 3 12]',
    '[/1/x 2 7]',
    'd',
    'c',
    '[/1/- 1 5]',
    'b',
    '[/2 1 1]',
    '[/2/x 1 1]',
    'a',
    '[/10 1 3]',
    '[/10/y 1 3]',
    'e',
  ]);
  const up = arranged(ROWS, { levels: [], sort: { ...BY_SIZE, down: false } });
  expect(lines(up)).toEqual(['a', 'e', 'b', 'd', 'c']);
});

test('closed groups hide their rows and the groups in them', () => {
  const all = arranged(ROWS);
  all.close(new Set(['/1', '/2/x']));
  expect(lines(all)).toEqual(['[/1 3 12]', '[/2 1 1]', '[/2/x 1 1]', '[/10 1 3]', '[/10/y 1 3]', 'e']);
  expect([all.indexOf('e'), all.indexOf('d'), all.indexOf('/10')]).toEqual([5, -1, 3]);
  expect(all.around(5).map((group) => group.key)).toEqual(['/10', '/10/y']);
  expect(all.around(2).map((group) => group.key)).toEqual(['/2']);
});

test('every line is found again by its key', () => {
  const all = arranged(ROWS);
  for (let at = 0; at < all.length; at += 1) expect(all.indexOf(all.line(at)?.key ?? '')).toBe(at);
});

test('changes one after another give what arranging all rows gives', () => {
  let seed = 7;
  const pick = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const known = new Map<string, Row>();
  const all = arranged([], { shows: (one) => one.size !== 3 });
  for (let step = 0; step < 300; step += 1) {
    const fresh = Array.from({ length: pick(4) }, () =>
      row(`r${pick(40)}`, pick(4), pick(3) === 0 ? null : `x${pick(2)}`, pick(5) === 0 ? null : pick(6)),
    );
    const set = [...new Map(fresh.map((one) => [one.id, one])).values()];
    const ids = new Set(set.map((one) => one.id));
    const gone = [`r${pick(40)}`].filter((id) => !ids.has(id));
    for (const id of gone) known.delete(id);
    for (const one of set) known.set(one.id, one);
    all.change(set, gone);
    expect(lines(all)).toEqual(lines(arranged([...known.values()], { shows: (one) => one.size !== 3 })));
  }
});

test('a filter takes words, words of one column, and words that must not be there', () => {
  const columns: Column<Row>[] = [
    { id: 'id', head: 'Id', width: 1, cell: (one) => ({ text: one.id }) },
    {
      id: 'size',
      head: 'Size',
      width: 1,
      cell: (one) => ({ text: `${one.size} B`, exact: String(one.size) }),
    },
  ];
  expect(wordsOf('A size:5 -x:y', columns)).toEqual([
    { column: null, text: 'a', not: false },
    { column: 'size', text: '5', not: false },
    { column: null, text: 'x:y', not: true },
  ]);
  const find = (query: string): string[] =>
    ROWS.filter(filterOf(query, columns) ?? (() => true)).map((one) => one.id);
  expect([find('size:5'), find('-d size:null'), find(' ')]).toEqual([
    ['b'],
    ['c'],
    ['a', 'b', 'c', 'd', 'e'],
  ]);
});

test('a column that the kept order does not know stands where it is by default', () => {
  const columns = ['a', 'b', 'c'].map((id) => ({ id }));
  expect(inOrder(columns, ['c', 'gone', 'a']).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
});
