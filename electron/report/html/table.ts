import { html, NOTHING, type Markup, type Piece } from './markup.ts';

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => Piece;
  /** 'n': a number, right-aligned; 'tight': never broken; 'break': may be broken anywhere. */
  readonly kind?: 'n' | 'tight' | 'break';
}

export interface TableOptions {
  readonly caption?: Piece;
  readonly wide?: boolean;
}

/** A table with one header row; the first column of each row names it. */
export function table<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  options: TableOptions = {},
): Markup {
  return framed(
    html`${head(columns)}
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => cell(column, row))}
            </tr>`,
        )}
      </tbody>`,
    options,
  );
}

/** A table whose rows belong together in groups that a page break does not part. */
export function groupedTable<T>(
  columns: readonly Column<T>[],
  groups: readonly (readonly T[])[],
  options: TableOptions = {},
): Markup {
  const body = (rows: readonly T[]): Markup =>
    html`<tbody class="group">
      ${rows.map(
        (row) =>
          html`<tr>
            ${columns.map((column) => cell(column, row))}
          </tr>`,
      )}
    </tbody>`;
  return framed(html`${head(columns)}${groups.map(body)}`, options);
}

function framed(content: Markup, { caption, wide }: TableOptions): Markup {
  const said =
    caption === undefined
      ? NOTHING
      : html`<caption>
          ${caption}
        </caption>`;
  return html`<div class="scroll">
    <table class="${wide === true ? 'wide' : ''}">
      ${said}${content}
    </table>
  </div>`;
}

const head = <T>(columns: readonly Column<T>[]): Markup =>
  html`<thead>
    <tr>
      ${columns.map((column) => html`<th scope="col" class="${column.kind ?? ''}">${column.head}</th>`)}
    </tr>
  </thead>`;

const cell = <T>(column: Column<T>, row: T): Markup =>
  html`<td class="${column.kind ?? ''}">${column.cell(row)}</td>`;
