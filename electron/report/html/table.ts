import { html, NOTHING, type Markup, type Piece } from './markup.ts';

export interface Column<T> {
  readonly head: Piece;
  readonly cell: (row: T) => Piece;
  /** 'n': a number, right-aligned; 'tight': never broken; 'break': may be broken anywhere; 'path': wide, then too. */
  readonly kind?: 'n' | 'tight' | 'break' | 'path';
  /** In a grouped table: one cell for all rows of a group, made of its first. */
  readonly once?: boolean;
}

export interface TableOptions {
  readonly caption?: Piece;
  readonly wide?: boolean;
}

/** A table with one header row. */
export function table<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  options: TableOptions = {},
): Markup {
  const body = html`<tbody>
    ${rows.map(
      (row) =>
        html`<tr>
          ${columns.map((column) => cell(column, row, 1))}
        </tr>`,
    )}
  </tbody>`;
  return framed(html`${head(columns)}${body}`, options, true);
}

export interface RowGroup<T> {
  /** What the cells of `once` columns are made of. */
  readonly lead: T;
  readonly rows: readonly T[];
  /** A remark under the rows, as wide as the columns that are not `once`. */
  readonly note?: Piece;
  /** A class for the whole group. */
  readonly look?: string;
}

/** A table whose rows belong together in groups that a page break does not part. */
export function groupedTable<T>(
  columns: readonly Column<T>[],
  groups: readonly RowGroup<T>[],
  options: TableOptions = {},
): Markup {
  const body = (group: RowGroup<T>): Markup =>
    html`<tbody class="group ${group.look ?? ''}">
      ${linesOf(columns, group)}
    </tbody>`;
  const flush = columns.every((column) => column.once !== true);
  return framed(html`${head(columns)}${groups.map(body)}`, options, flush);
}

/** Columns of the kind `once` stand at the left and at the right of the others. */
function linesOf<T>(columns: readonly Column<T>[], { lead, rows, note }: RowGroup<T>): Markup[] {
  const inner = columns.filter((column) => column.once !== true);
  const first = columns.findIndex((column) => column.once !== true);
  const lines: Markup[][] = rows.map((row) => inner.map((column) => cell(column, row, 1)));
  if (note !== undefined) lines.push([html`<td class="note" colspan="${inner.length}">${note}</td>`]);
  const once = (part: readonly Column<T>[]): Markup[] =>
    part.map((column) => cell(column, lead, lines.length));
  const left = once(columns.slice(0, first));
  const right = once(columns.slice(first + inner.length));
  return lines.map(
    (line, at) =>
      html`<tr>
        ${at === 0 ? left : []}${line}${at === 0 ? right : []}
      </tr>`,
  );
}

/** `flush`: every row ends at the right edge of the table. */
function framed(content: Markup, { caption, wide }: TableOptions, flush: boolean): Markup {
  const said =
    caption === undefined
      ? NOTHING
      : html`<caption>
          ${caption}
        </caption>`;
  const look = [wide === true ? 'wide' : '', flush ? 'flush' : ''].join(' ').trim();
  return html`<div class="scroll">
    <table class="${look}">
      ${said}${content}
    </table>
  </div>`;
}

const head = <T>(columns: readonly Column<T>[]): Markup => {
  const cells = columns.map(
    (column) => html`<th scope="col" class="${column.kind ?? ''}">${column.head}</th>`,
  );
  return html`<thead>
    <tr>
      ${cells}
    </tr>
  </thead>`;
};

const cell = <T>(column: Column<T>, row: T, span: number): Markup =>
  span > 1
    ? html`<td class="${column.kind ?? ''}" rowspan="${span}">${column.cell(row)}</td>`
    : html`<td class="${column.kind ?? ''}">${column.cell(row)}</td>`;
