export type SortValue = number | bigint | string | null;

/** What a cell shows. */
export interface CellText {
  readonly text: string;
  /** How the text ends: it is cut before that where the column is too narrow. */
  readonly tail?: string;
  /** What is copied; the text where it is missing. */
  readonly exact?: string;
  /** Shown while the pointer rests on it; the exact value where it is missing. */
  readonly title?: string;
  /** Unknown, or nothing to know: stands back. */
  readonly faint?: boolean;
  readonly tone?: 'ok' | 'notice' | 'warning' | 'error';
}

export interface Column<R> {
  readonly id: string;
  readonly head: string;
  /** What the column says, in a sentence. */
  readonly title?: string;
  /** Pixels, until the user makes it wider or narrower. */
  readonly width: number;
  /** Numbers stand right. */
  readonly right?: boolean;
  /** Addresses and paths have the fixed-width face. */
  readonly mono?: boolean;
  /** Changes all the time: it does not flash. */
  readonly quiet?: boolean;
  /** Makes room in a table of fewer pixels than that which cannot show all, until the user asks for it. */
  readonly yieldsBelow?: number;
  /** Not shown until the user asks for it. */
  readonly hidden?: boolean;
  readonly cell: (row: R) => CellText;
  /** What the column sorts by; null stands last either way. A column without it does not sort. */
  readonly sort?: (row: R) => SortValue;
  /** What stands in the head of a group. */
  readonly group?: (group: Group<R>) => CellText;
}

/** A way to group rows; levels nest. */
export interface Level<R> {
  readonly id: string;
  readonly keyOf: (row: R) => string;
  readonly sort: (row: R) => SortValue;
}

/** Rows that have the key of a level in common. */
export interface Group<R> {
  /** Unique among all groups of all levels. */
  readonly key: string;
  readonly level: number;
  readonly count: number;
  readonly first: R;
  /** What its rows come to, by `sum` of the arrangement. */
  readonly sum: number;
}

export interface Sorting {
  readonly column: string;
  readonly down: boolean;
}

/** Order of two sort values of one column: numbers by size, texts by letters and the numbers in them. */
export function compareValues(a: SortValue, b: SortValue): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return LETTERS.compare(a, b);
  return (a as number) < (b as number) ? -1 : 1;
}

const LETTERS = new Intl.Collator('en', { numeric: true });
