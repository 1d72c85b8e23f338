export interface Column {
  readonly head: string;
  /** Numbers stand right, words left. */
  readonly right?: boolean;
}

/**
 * A plain text table: two spaces between columns, a line under the head, no trailing blanks. A row of one cell is a line of
 * its own and widens no column.
 */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, at) =>
    Math.max(...[column.head, ...rows.map((row) => (row.length === 1 ? '' : (row[at] ?? '')))].map(width)),
  );
  const line = (cells: readonly string[]): string =>
    cells.length === 1
      ? (cells[0] ?? '')
      : columns
          .map((column, at) => pad(cells[at] ?? '', widths[at] ?? 0, column.right === true))
          .join('  ')
          .trimEnd();
  const rule = widths.map((size) => '─'.repeat(size)).join('  ');
  return [line(columns.map((column) => column.head)), rule, ...rows.map(line)].join('\n');
}

/** Columns that a text takes on a terminal: one a code point (the fields of this tool hold no wide letters). */
const width = (text: string): number => [...text].length;

function pad(text: string, size: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, size - width(text)));
  return right ? blanks + text : text + blanks;
}
