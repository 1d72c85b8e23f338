import { expect, test } from 'vitest';
import { TableModel } from '../../../renderer/widgets/DataTable.svelte.ts';
import { tableKey, type KeyTarget } from '../../../renderer/widgets/table/keys.ts';
import { windowOf } from '../../../renderer/widgets/table/window.ts';

interface Row {
  readonly id: string;
  readonly group: string;
  readonly size: number;
}

const row = (id: string, group: string, size: number): Row => ({ id, group, size });

const modelOf = (rows: readonly Row[], multi = false): TableModel<Row> => {
  const model = new TableModel<Row>({
    name: 'test',
    multi,
    keyOf: (one) => one.id,
    levels: [{ id: 'group', keyOf: (one) => one.group, sort: (one) => one.group }],
    columns: [
      { id: 'id', head: 'Id', width: 100, cell: (one) => ({ text: one.id }), sort: (one) => one.id },
      {
        id: 'size',
        head: 'Size',
        width: 80,
        cell: (one) => ({ text: `${one.size} K`, exact: String(one.size * 1024) }),
        sort: (one) => one.size,
      },
      { id: 'group', head: 'Group', width: 60, hidden: true, cell: (one) => ({ text: one.group }) },
    ],
  });
  model.setAll(rows);
  return model;
};

const ROWS = [row('a', 'x', 3), row('b', 'x', 1), row('c', 'y', 2)];
const keysIn = (model: TableModel<Row>): string[] =>
  Array.from({ length: model.length }, (_, at) => model.line(at)?.key ?? '');
const names = (model: TableModel<Row>): string[] => model.columns.map(({ id }) => id);

/** What the keys did: opened and selected rows. */
function press(model: TableModel<Row>, key: string, more: Partial<KeyboardEvent> = {}): string[] {
  const done: string[] = [];
  const target: KeyTarget<Row> = {
    page: 2,
    open: (one) => done.push(`open ${one.id}`),
    select: (one, how) => done.push(`${how} ${one.id}`),
    copy: (text) => done.push(`copy ${text}`),
  };
  const event = {
    key,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    ...more,
  } as KeyboardEvent;
  if (!tableKey(event, model, target)) done.push('not taken');
  return done;
}

test('columns are hidden, moved and sized, and come back as they were made', () => {
  const model = modelOf(ROWS);
  const [id, size] = model.columns;
  if (!id || !size) throw new Error('two columns are shown');
  expect(names(model)).toEqual(['id', 'size']);
  model.toggleColumn(model.options.columns[2] ?? id);
  model.move(id, 1);
  model.resize(size, 10);
  expect([names(model), model.widthOf(size)]).toEqual([['size', 'id', 'group'], 40]);
  model.resetColumns();
  expect([names(model), model.widthOf(size)]).toEqual([['id', 'size'], 80]);
});

test('a column makes room where not all fit, until the user asks for it; what is copied has it in any case', () => {
  const column = (id: string, width: number, yieldsBelow = 0) => ({
    id,
    head: id,
    width,
    yieldsBelow,
    cell: (one: Row) => ({ text: one.id }),
  });
  const columns = [column('a', 100), column('b', 100, 300), column('c', 100, 300)];
  const model = new TableModel<Row>({ name: 'narrow', keyOf: (one) => one.id, columns });
  const [a, b, c] = columns;
  if (!a || !b || !c) throw new Error('three columns');
  expect(names(model)).toEqual(['a', 'b', 'c']);
  model.room = 310;
  expect(names(model)).toEqual(['a', 'b', 'c']);
  model.room = 290;
  expect([names(model), model.isHidden(b)]).toEqual([['a'], true]);
  expect(model.tsv([row('x', 'y', 1)])).toBe('a\tb\tc\nx\tx\tx\n');
  model.toggleColumn(b);
  expect(names(model)).toEqual(['a', 'b']);
  model.toggleColumn(b);
  model.room = 1000;
  expect(names(model)).toEqual(['a', 'c']);
  model.resetColumns();
  model.room = 290;
  expect(names(model)).toEqual(['a']);
  model.resize(a, 50);
  expect(names(model)).toEqual(['a', 'b', 'c']);
});

test('the focus stays on its column while others go; where its own goes it is on the next', () => {
  const column = (id: string) => ({ id, head: id, width: 100, cell: (one: Row) => ({ text: one.id }) });
  const columns = ['a', 'b', 'c'].map(column);
  const model = new TableModel<Row>({ name: 'focused', keyOf: (one) => one.id, columns });
  const hide = (at: number): number => {
    const before = model.columns;
    const gone = before[at];
    if (gone) model.toggleColumn(gone);
    model.keepFocus(before);
    return model.focus.column;
  };
  model.focus = { key: null, column: 2 };
  expect(hide(0)).toBe(1);
  expect(hide(1)).toBe(0);
});

test('the last column cannot be hidden', () => {
  const model = modelOf(ROWS);
  for (const column of [...model.columns]) model.toggleColumn(column);
  expect(names(model)).toEqual(['size']);
});

test('a column sorts up, down, then as the rows came', () => {
  const model = modelOf(ROWS);
  const [, size] = model.columns;
  if (!size) throw new Error('there is a column of sizes');
  const orders = Array.from({ length: 3 }, () => {
    model.toggleSort(size);
    return keysIn(model).filter((key) => !key.startsWith('/'));
  });
  expect(orders).toEqual([
    ['b', 'a', 'c'],
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ]);
});

test('arrows go line by line from the head of the table on, and select rows', () => {
  const model = modelOf(ROWS);
  expect(press(model, 'ArrowDown')).toEqual([]);
  expect(model.focus.key).toBe('/x');
  expect(press(model, 'ArrowDown')).toEqual(['one a']);
  expect(press(model, 'PageDown')).toEqual([]);
  expect(model.focus.key).toBe('/y');
  expect(press(model, 'End', { ctrlKey: true })).toEqual(['one c']);
  expect(press(model, 'Enter')).toEqual(['open c']);
  expect(press(model, ' ')).toEqual(['not taken']);
  press(model, 'Home', { ctrlKey: true });
  press(model, 'ArrowUp');
  expect(model.focus.key).toBeNull();
});

test('space selects where several rows can be, and opens or closes a group anywhere', () => {
  const model = modelOf(ROWS, true);
  model.focus = { key: 'b', column: 0 };
  expect(press(model, ' ')).toEqual(['toggle b']);
  model.focus = { key: '/x', column: 0 };
  press(model, ' ');
  expect(keysIn(model)).toEqual(['/x', '/y', 'c']);
  press(model, 'ArrowRight');
  expect(keysIn(model)).toEqual(['/x', 'a', 'b', '/y', 'c']);
});

test('a row in a closed group is brought into sight by opening it', () => {
  const model = modelOf(ROWS);
  model.closeAll(true);
  expect(keysIn(model)).toEqual(['/x', '/y']);
  model.reveal('c');
  expect([keysIn(model), model.wanted]).toEqual([['/x', '/y', 'c'], { key: 'c' }]);
});

test('rows as text have the exact values of the columns that are shown', () => {
  expect(modelOf(ROWS).tsv(ROWS.slice(0, 2))).toBe('Id\tSize\na\t3072\nb\t1024\n');
});

test('rows that are gone are not selected any more; rows that came are fresh', () => {
  const model = modelOf(ROWS, true);
  model.select(['a', 'b']);
  model.change([row('d', 'y', 9), row('c', 'y', 5)], ['a']);
  expect([[...model.selected], [...model.fresh]]).toEqual([['b'], ['d']]);
});

test('only the lines in sight are drawn, with the heads of their groups on top', () => {
  const model = modelOf(Array.from({ length: 1000 }, (_, at) => row(`r${at}`, at < 500 ? 'x' : 'y', at)));
  const { lines, stuck, pool } = windowOf(model, 24 * 600, 240);
  expect([lines.length, lines[6]?.at, pool]).toEqual([23, 600, 23]);
  expect(stuck.map(({ key }) => key)).toEqual(['/y']);
  expect(windowOf(modelOf([]), 0, 240)).toMatchObject({ lines: [], stuck: [] });
});
