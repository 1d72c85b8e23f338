import { Arrangement, type Line } from './table/arrangement.ts';
import type { Column, Level, Sorting } from './table/columns.ts';
import { askAhead, filterOf } from './table/filter.ts';
import { inOrder, loadPrefs, savePrefs, type Prefs } from './table/prefs.ts';

export interface TableOptions<R> {
  /** Under it the columns are remembered. */
  readonly name: string;
  readonly columns: readonly Column<R>[];
  readonly keyOf: (row: R) => string;
  readonly sorting?: Sorting | null;
  readonly levels?: readonly Level<R>[];
  /** What the heads of groups add up. */
  readonly sum?: (row: R) => number;
  /** What the filter looks for words in; left out: all cells. For tables of many rows. */
  readonly text?: (row: R) => string;
  /** Several rows can be selected. */
  readonly multi?: boolean;
}

/** Where the keyboard is: a line by its key, null for the head of the table; and a column. */
export interface TableFocus {
  readonly key: string | null;
  readonly column: number;
}

const NARROWEST = 40;
/** Rows from which on a filter is asked in slices. */
const AHEAD = 5_000;
/** Pixels right of the last column at least. */
const REST = 26;

/** A table's rows and how they are shown. DataTable.svelte draws it; the owner feeds it with `setAll` or `change`. */
export class TableModel<R extends object> {
  readonly options: TableOptions<R>;
  readonly #rows: Arrangement<R>;
  /** Moves when the lines changed. */
  version = $state(0);
  levels = $state.raw<readonly Level<R>[]>([]);
  query = $state('');
  focus = $state.raw<TableFocus>({ key: null, column: 0 });
  selected = $state.raw<ReadonlySet<string>>(new Set());
  closed = $state.raw<ReadonlySet<string>>(new Set());
  /** Rows that came with the last change: they flash. */
  fresh: ReadonlySet<string> = new Set();
  /** A line that should be brought into sight. */
  wanted = $state.raw<{ readonly key: string } | null>(null);
  /** Rows that came since lines were shown last. */
  #came = new Set<string>();
  #prefs = $state.raw<Prefs>() as Prefs;
  /** Pixels that the table has; before it is measured it has all it wants. */
  room = $state(Infinity);
  #shows: ((row: R) => boolean) | null = null;

  /** What the user wants to see, wherever there is room for it. */
  #wanted = $derived.by(() =>
    inOrder(this.options.columns, this.#prefs.order).filter(({ id }) => !this.#prefs.hidden.includes(id)),
  );
  #narrow = $derived(this.room < this.#wanted.reduce((sum, column) => sum + this.widthOf(column), REST));
  columns = $derived(this.#wanted.filter((column) => !this.#yields(column)));
  /** The rest of a wide table stays empty; the menu of columns stands there. */
  template = $derived(
    [...this.columns.map((column) => `${this.widthOf(column)}px`), `minmax(${REST}px, 1fr)`].join(' '),
  );
  width = $derived(this.columns.reduce((sum, column) => sum + this.widthOf(column), REST));
  sorting = $derived(this.#prefs.sorting);

  constructor(options: TableOptions<R>) {
    this.options = options;
    this.#rows = new Arrangement(options.keyOf);
    this.levels = options.levels ?? [];
    this.#prefs = loadPrefs(options.name, this.#defaults());
    this.#arrange();
  }

  get length(): number {
    return this.#rows.length;
  }

  /** Rows that the filter lets through, and all. */
  get counts(): { readonly shown: number; readonly total: number } {
    return { shown: this.#rows.shown, total: this.#rows.total };
  }

  line(at: number): Line<R> | null {
    return this.#rows.line(at);
  }

  around(at: number): ReturnType<Arrangement<R>['around']> {
    return this.#rows.around(at);
  }

  indexOf(key: string): number {
    return this.#rows.indexOf(key);
  }

  row(key: string): R | undefined {
    return this.#rows.get(key);
  }

  rows(): Iterable<R> {
    return this.#rows.rows();
  }

  setAll(rows: Iterable<R>): void {
    this.#came = new Set();
    this.#rows.setAll(rows);
    this.#keepSelected();
    this.refresh();
  }

  change(set: readonly R[], gone: readonly string[]): void {
    if (set.length + gone.length === 0) return;
    this.take(set, gone);
    this.refresh();
  }

  /** Changes rows that `refresh` shows: for an owner who shows the changes of a frame together. */
  take(set: readonly R[], gone: readonly string[]): void {
    for (const row of set) {
      const key = this.options.keyOf(row);
      if (this.#rows.get(key) === undefined) this.#came.add(key);
    }
    this.#rows.change(set, gone);
    if (gone.length > 0) this.#keepSelected();
  }

  /** Shows the lines as they are now. What every cell says may have changed without the rows, too (time went on, a name came). */
  refresh(): void {
    this.fresh = this.#came;
    this.#came = new Set();
    this.version += 1;
  }

  setQuery(query: string): void {
    if (query === this.query) return;
    this.query = query;
    const shows = filterOf(query, this.options.columns, this.options.text);
    if (shows === null || this.#rows.total < AHEAD) {
      this.#shows = shows;
      this.#arrange();
    } else void this.#filterAhead(query, shows);
  }

  setLevels(levels: readonly Level<R>[]): void {
    this.levels = levels;
    this.closed = new Set();
    this.#rows.close(this.closed);
    this.#arrange();
  }

  /** Up, down, then as it came. */
  toggleSort(column: Column<R>): void {
    if (!column.sort) return;
    const now = this.sorting;
    const next =
      now?.column !== column.id
        ? { column: column.id, down: false }
        : now.down
          ? null
          : { column: column.id, down: true };
    this.sortBy(next);
  }

  sortBy(sorting: Sorting | null): void {
    this.#setPrefs({ sorting });
    this.#arrange();
  }

  widthOf(column: Column<R>): number {
    return this.#prefs.widths[column.id] ?? column.width;
  }

  resize(column: Column<R>, width: number | null): void {
    const widths = { ...this.#prefs.widths };
    if (width === null) delete widths[column.id];
    else widths[column.id] = Math.max(NARROWEST, Math.round(width));
    this.#setPrefs({ widths });
  }

  isHidden(column: Column<R>): boolean {
    return this.#prefs.hidden.includes(column.id) || this.#yields(column);
  }

  /** The columns were others: the focus stays on its column, or is on the one that took its place. */
  keepFocus(before: readonly Column<R>[]): void {
    const { column } = this.focus;
    const at = this.columns.findIndex(({ id }) => id === before[column]?.id);
    this.focus = { ...this.focus, column: at >= 0 ? at : Math.min(column, this.columns.length - 1) };
  }

  /** It makes room in a narrow table; one that the user asked for stays. */
  #yields({ id, yieldsBelow = 0 }: Column<R>): boolean {
    return this.#narrow && this.room < yieldsBelow && this.#prefs.asked?.includes(id) !== true;
  }

  /** The last column stays. */
  toggleColumn(column: Column<R>): void {
    const { hidden, asked = [] } = this.#prefs;
    const others = (ids: readonly string[]): string[] => ids.filter((id) => id !== column.id);
    if (this.isHidden(column))
      this.#setPrefs({ hidden: others(hidden), asked: [...others(asked), column.id] });
    else if (this.columns.length > 1)
      this.#setPrefs({ hidden: [...hidden, column.id], asked: others(asked) });
  }

  /** So many places to the right among those that are shown. */
  move(column: Column<R>, by: number): void {
    const shown = this.columns.map(({ id }) => id);
    const at = shown.indexOf(column.id);
    const to = Math.min(Math.max(at + by, 0), shown.length - 1);
    if (at < 0 || at === to) return;
    const order = inOrder(this.options.columns, this.#prefs.order).map(({ id }) => id);
    const target = order.indexOf(shown[to] ?? '');
    const rest = order.filter((id) => id !== column.id);
    rest.splice(target, 0, column.id);
    this.#setPrefs({ order: rest });
  }

  resetColumns(): void {
    this.#setPrefs({ ...this.#defaults(), sorting: this.sorting });
  }

  toggleGroup(key: string, open?: boolean): void {
    const closed = new Set(this.closed);
    if (open ?? closed.has(key)) closed.delete(key);
    else closed.add(key);
    this.#close(closed);
  }

  /** Closes or opens all groups. */
  closeAll(close: boolean): void {
    this.#close(new Set(close ? this.#rows.allGroups() : []));
  }

  select(keys: Iterable<string>): void {
    this.selected = new Set(keys);
  }

  toggleSelected(key: string): void {
    const selected = new Set(this.selected);
    if (!selected.delete(key)) selected.add(key);
    this.selected = selected;
  }

  /** Keys of the rows from one line to another. */
  between(a: string, b: string): string[] {
    const from = Math.min(this.indexOf(a), this.indexOf(b));
    const to = Math.max(this.indexOf(a), this.indexOf(b));
    const keys: string[] = [];
    for (let at = Math.max(from, 0); at <= to; at += 1) {
      const line = this.line(at);
      if (line?.kind === 'row') keys.push(line.key);
    }
    return keys;
  }

  /** Opens the groups around a row and brings it into sight. */
  reveal(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    const groups = this.#rows.groupsOf(key);
    if (groups.some((group) => this.closed.has(group)))
      this.#close(new Set([...this.closed].filter((group) => !groups.includes(group))));
    this.wanted = { key };
  }

  /** Rows as lines of text, cells apart by tabs: for spreadsheets. Columns that make room stand in it too. */
  tsv(rows: Iterable<R>): string {
    const columns = this.#wanted;
    const lines = [columns.map((column) => column.head).join('\t')];
    for (const row of rows)
      lines.push(columns.map((column) => exactOf(column, row).replaceAll(/[\t\n]/g, ' ')).join('\t'));
    return lines.join('\n') + '\n';
  }

  async #filterAhead(query: string, shows: (row: R) => boolean): Promise<void> {
    const known = await askAhead(shows, [...this.#rows.everything()], () => this.query === query);
    if (known === null || this.query !== query) return;
    this.#shows = known;
    this.#arrange();
  }

  #close(closed: ReadonlySet<string>): void {
    this.closed = closed;
    this.#rows.close(closed);
    this.version += 1;
  }

  #arrange(): void {
    const { columns, sum } = this.options;
    const sorting = this.sorting;
    const value = columns.find(({ id }) => id === sorting?.column)?.sort;
    this.#rows.arrange({
      levels: this.levels,
      sort: sorting && value ? { value, down: sorting.down } : null,
      shows: this.#shows,
      ...(sum && { sum }),
    });
    this.version += 1;
  }

  #keepSelected(): void {
    const kept = [...this.selected].filter((key) => this.#rows.get(key) !== undefined);
    if (kept.length !== this.selected.size) this.selected = new Set(kept);
  }

  #defaults(): Prefs {
    const { columns, sorting = null } = this.options;
    const hidden = columns.filter((column) => column.hidden).map(({ id }) => id);
    return { order: [], hidden, asked: [], widths: {}, sorting };
  }

  #setPrefs(some: Partial<Prefs>): void {
    this.#prefs = { ...this.#prefs, ...some };
    savePrefs(this.options.name, this.#prefs);
  }
}

/** What is copied of a cell. */
export function exactOf<R>(column: Column<R>, row: R): string {
  const { text, exact } = column.cell(row);
  return exact ?? text;
}
