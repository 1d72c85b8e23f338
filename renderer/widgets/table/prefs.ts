import { recall, remember } from '../../state/remembered.ts';
import type { Sorting } from './columns.ts';

/** What the user made of a table's columns; kept from one time to the next. */
export interface Prefs {
  readonly order: readonly string[];
  readonly hidden: readonly string[];
  /** Shown in a narrow table too. */
  readonly asked?: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
  readonly sorting: Sorting | null;
}

export const loadPrefs = (name: string, fallback: Prefs): Prefs => recall(`table.${name}`, fallback, isPrefs);

export const savePrefs = (name: string, prefs: Prefs): void => {
  remember(`table.${name}`, prefs);
};

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

function isPrefs(value: unknown): value is Prefs {
  if (typeof value !== 'object' || value === null) return false;
  const { order, hidden, asked = [], widths, sorting } = value as Record<string, unknown>;
  return (
    isTexts(order) &&
    isTexts(hidden) &&
    isTexts(asked) &&
    typeof widths === 'object' &&
    widths !== null &&
    Object.values(widths).every((width) => typeof width === 'number' && width > 0) &&
    (sorting === null || isSorting(sorting))
  );
}

function isSorting(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { column, down } = value as Record<string, unknown>;
  return typeof column === 'string' && typeof down === 'boolean';
}

/** The columns in the user's order; one that the order does not know stands where it is by default. */
export function inOrder<C extends { readonly id: string }>(
  columns: readonly C[],
  order: readonly string[],
): C[] {
  const sorted = order.flatMap((id) => columns.find((column) => column.id === id) ?? []);
  columns.forEach((column, at) => {
    if (!order.includes(column.id)) sorted.splice(at, 0, column);
  });
  return sorted;
}
