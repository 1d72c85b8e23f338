import type { TableModel } from '../DataTable.svelte.ts';
import type { Column } from './columns.ts';

/** What the keys of a table need besides its model. */
export interface KeyTarget<R> {
  /** Lines that fit into sight. */
  readonly page: number;
  open(row: R): void;
  select(row: R, how: 'one' | 'toggle' | 'range'): void;
  copy(text: string): void;
}

/** Answers a key of the table; false where it means nothing here. */
export function tableKey<R extends object>(
  event: KeyboardEvent,
  model: TableModel<R>,
  target: KeyTarget<R>,
): boolean {
  if (event.key.toLowerCase() === 'c' && (event.ctrlKey || event.metaKey))
    return copyKey(event, model, target);
  return model.focus.key === null ? headKey(event, model, target) : bodyKey(event, model, target);
}

function copyKey<R extends object>(
  event: KeyboardEvent,
  model: TableModel<R>,
  target: KeyTarget<R>,
): boolean {
  const row = model.row(model.focus.key ?? '');
  const column = model.columns[model.focus.column];
  if (!row || !column || String(getSelection()) !== '') return false;
  if (event.shiftKey) target.copy(model.tsv([row]));
  else {
    const { text, exact } = column.cell(row);
    target.copy(exact ?? text);
  }
  return true;
}

function headKey<R extends object>(
  event: KeyboardEvent,
  model: TableModel<R>,
  { page }: KeyTarget<R>,
): boolean {
  const column = model.columns[model.focus.column];
  const side = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (column && side !== 0 && event.altKey) {
    model.move(column, side);
    toColumn(model, model.columns.indexOf(column));
  } else if (column && side !== 0 && event.shiftKey) model.resize(column, model.widthOf(column) + side * 8);
  else if (side !== 0) toColumn(model, model.focus.column + side);
  else if (column && (event.key === 'Enter' || event.key === ' ')) model.toggleSort(column);
  else if (event.key === 'ArrowDown') toLine(model, 0);
  else if (event.key === 'PageDown') toLine(model, page);
  else if (event.key === 'Home') toColumn(model, 0);
  else if (event.key === 'End') toColumn(model, model.columns.length - 1);
  else return false;
  return true;
}

function bodyKey<R extends object>(
  event: KeyboardEvent,
  model: TableModel<R>,
  target: KeyTarget<R>,
): boolean {
  const at = model.indexOf(model.focus.key ?? '');
  const to = lineAfter(event, at, model.length, target.page);
  if (to !== null) {
    if (to < 0) model.focus = { ...model.focus, key: null };
    else toLine(model, to);
    const line = model.line(to);
    if (line?.kind === 'row') target.select(line.row, event.shiftKey ? 'range' : 'one');
    return true;
  }
  return alongKey(event, model, at) || lineKey(event, model, target);
}

/** Line that the key goes to; -1: the head of the table; null: not such a key. */
function lineAfter(event: KeyboardEvent, at: number, length: number, page: number): number | null {
  const ends = event.ctrlKey || event.metaKey;
  const last = length - 1;
  if (event.key === 'ArrowDown') return Math.min(at + 1, last);
  if (event.key === 'ArrowUp') return at - 1;
  if (event.key === 'PageDown') return Math.min(at + page, last);
  if (event.key === 'PageUp') return Math.max(at - page, 0);
  if (event.key === 'Home' && ends) return 0;
  if (event.key === 'End' && ends) return last;
  return null;
}

function alongKey<R extends object>(event: KeyboardEvent, model: TableModel<R>, at: number): boolean {
  const line = model.line(at);
  const side = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  if (line?.kind === 'group' && side !== 0) model.toggleGroup(line.key, side > 0);
  else if (side !== 0) toColumn(model, model.focus.column + side);
  else if (event.key === 'Home') toColumn(model, 0);
  else if (event.key === 'End') toColumn(model, model.columns.length - 1);
  else return false;
  return true;
}

function lineKey<R extends object>(
  event: KeyboardEvent,
  model: TableModel<R>,
  target: KeyTarget<R>,
): boolean {
  const { key } = model.focus;
  const line = model.line(model.indexOf(key ?? ''));
  if (!line || (event.key !== 'Enter' && event.key !== ' ')) return false;
  if (line.kind === 'group') model.toggleGroup(line.key);
  else if (event.key === 'Enter') target.open(line.row);
  else if (model.options.multi) target.select(line.row, 'toggle');
  else return false;
  return true;
}

function toColumn<R extends object>(model: TableModel<R>, column: number): void {
  const last = model.columns.length - 1;
  model.focus = { ...model.focus, column: Math.min(Math.max(column, 0), last) };
}

function toLine<R extends object>(model: TableModel<R>, at: number): void {
  const line = model.line(Math.min(Math.max(at, 0), model.length - 1));
  if (!line) return;
  model.focus = { ...model.focus, key: line.key };
  model.wanted = { key: line.key };
}

/** Name of the sort order for screen readers. */
export const ariaSort = <R>(
  column: Column<R>,
  sorting: { readonly column: string; readonly down: boolean } | null,
): 'ascending' | 'descending' | undefined =>
  sorting?.column !== column.id ? undefined : sorting.down ? 'descending' : 'ascending';
