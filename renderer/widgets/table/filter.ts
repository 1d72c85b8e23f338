import type { Column } from './columns.ts';

interface Word {
  /** Column that it is looked for in; null: all. */
  readonly column: string | null;
  readonly text: string;
  /** '-word': rows that have it are left out. */
  readonly not: boolean;
}

/** 'state:mapped -churn 64' as words, all of which have to hold. A name before the colon that is no column is part of the word. */
export function wordsOf(query: string, columns: readonly { readonly id: string }[]): Word[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .flatMap((part) => {
      const not = part.length > 1 && part.startsWith('-');
      const word = not ? part.slice(1) : part;
      const colon = word.indexOf(':');
      const column = columns.find(({ id }) => colon > 0 && id.toLowerCase() === word.slice(0, colon));
      const text = column ? word.slice(colon + 1) : word;
      return text === '' ? [] : [{ column: column?.id ?? null, text, not }];
    });
}

/** Whether a row has what was asked for, in any column, shown or not. null: everything was asked for. */
export function filterOf<R extends object>(
  query: string,
  columns: readonly Column<R>[],
): ((row: R) => boolean) | null {
  const words = wordsOf(query, columns);
  if (words.length === 0) return null;
  const texts = new WeakMap<R, ReadonlyMap<string, string>>();
  const textsOf = (row: R): ReadonlyMap<string, string> => {
    let known = texts.get(row);
    if (!known) texts.set(row, (known = new Map(columns.map((column) => [column.id, textIn(column, row)]))));
    return known;
  };
  const has = (row: R, { column, text }: Word): boolean => {
    const all = textsOf(row);
    if (column !== null) return all.get(column)?.includes(text) === true;
    for (const one of all.values()) if (one.includes(text)) return true;
    return false;
  };
  return (row) => words.every((word) => has(row, word) !== word.not);
}

function textIn<R>(column: Column<R>, row: R): string {
  const { text, exact } = column.cell(row);
  return (exact === undefined || exact === text ? text : `${text} ${exact}`).toLowerCase();
}
