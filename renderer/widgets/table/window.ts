import type { TableModel } from '../DataTable.svelte.ts';
import type { Line } from './arrangement.ts';
import type { Group } from './columns.ts';

/** Pixels of a line (--row), and lines drawn beyond what is in sight. */
export const SIZES = { row: 24, beyond: 6 } as const;

export interface Window<R> {
  readonly lines: readonly { readonly at: number; readonly line: Line<R> }[];
  /** So many elements are used again and again. */
  readonly pool: number;
  /** Heads of the groups that the first line in sight is in: they stay on top. */
  readonly stuck: readonly Group<R>[];
}

/** The lines that are drawn. */
export function windowOf<R extends object>(model: TableModel<R>, top: number, height: number): Window<R> {
  const first = Math.floor(top / SIZES.row);
  const pool = Math.ceil(height / SIZES.row) + 2 * SIZES.beyond + 1;
  const from = Math.max(0, first - SIZES.beyond);
  const lines: { at: number; line: Line<R> }[] = [];
  for (let at = from; at < from + pool; at += 1) {
    const line = model.line(at);
    if (line) lines.push({ at, line });
  }
  return { lines, pool, stuck: stuckAt(model, first) };
}

/** The line below the heads that are stuck decides which they are. */
function stuckAt<R extends object>(model: TableModel<R>, first: number): Group<R>[] {
  if (model.levels.length === 0 || model.length === 0) return [];
  for (let depth = model.levels.length; depth > 0; depth -= 1) {
    const line = model.line(first + depth - 1);
    if (!line) continue;
    const heads = model.around(first + depth - 1);
    const all = line.kind === 'group' && line.group.level < depth ? [...heads, line.group] : heads;
    if (all.length >= depth) return all.slice(0, depth);
  }
  return [];
}
