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
  text: (row: R) => string = (row) => columns.map((column) => textIn(column, row)).join('\n'),
): ((row: R) => boolean) | null {
  const words = wordsOf(query, columns);
  if (words.length === 0) return null;
  const anywhere = words.filter(({ column }) => column === null);
  const inColumn = words.flatMap((word) => {
    const column = columns.find(({ id }) => id === word.column);
    return column ? [{ ...word, column }] : [];
  });
  return (row) => {
    const all = anywhere.length > 0 ? text(row).toLowerCase() : '';
    return (
      anywhere.every((word) => all.includes(word.text) !== word.not) &&
      inColumn.every(({ column, text: part, not }) => textIn(column, row).includes(part) !== not)
    );
  };
}

function textIn<R>(column: Column<R>, row: R): string {
  const { text, exact } = column.cell(row);
  return (exact === undefined || exact === text ? text : `${text} ${exact}`).toLowerCase();
}

/** Milliseconds of work before the window may answer. */
const SLICE_MS = 8;

/**
 * Asks a filter of many rows in slices, so that the window answers meanwhile. Gives the filter with its answers known, or null where
 * it was given up.
 */
export async function askAhead<R extends object>(
  shows: (row: R) => boolean,
  rows: Iterable<R>,
  wanted: () => boolean,
): Promise<((row: R) => boolean) | null> {
  const answers = new WeakMap<R, boolean>();
  let until = performance.now() + SLICE_MS;
  for (const row of rows) {
    answers.set(row, shows(row));
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (!wanted()) return null;
    until = performance.now() + SLICE_MS;
  }
  return (row) => answers.get(row) ?? shows(row);
}
