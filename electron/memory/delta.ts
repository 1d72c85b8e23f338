import type { MemoryDelta, RowChange } from '../model/memory-delta.ts';
import type { MemoryPicture, PictureBank } from '../model/memory.ts';
import {
  sameBank,
  sameBuffer,
  sameDsp,
  sameFinding,
  sameList,
  sameMapping,
  sameProcess,
  sameSelf,
  sameTier,
} from './same.ts';

/** Where a step stands: its number, and the clock of this machine. */
export interface Stamp {
  readonly seq: number;
  /** UTC, ms since 1970. */
  readonly hostMs: number;
}

/**
 * What changed from one picture to the next, row by row; null where nothing did. Rows of pictures come in the same order mostly, so
 * that the work is one comparison a row; rows that are the same objects cost next to nothing.
 */
export function deltaOf(before: MemoryPicture, after: MemoryPicture, stamp: Stamp): MemoryDelta | null {
  const delta: MemoryDelta = {
    ...stamp,
    reset: false,
    takenNs: after.takenNs,
    processes: changes(before.processes, after.processes, { key: (row) => row.pid, same: sameProcess }),
    buffers: changes(before.buffers, after.buffers, { key: (row) => row.ino, same: sameBuffer }),
    mappings: changes(before.mappings, after.mappings, { key: (row) => row.id, same: sameMapping }),
    banks: withoutLists(changes(before.banks, after.banks, { key: (row) => row.device, same: sameBank })),
    tiers: sameList(before.tiers, after.tiers, sameTier) ? null : after.tiers,
    self: sameList(before.self, after.self, sameSelf) ? null : after.self,
    dsp: sameList(before.dsp, after.dsp, sameDsp) ? null : after.dsp,
    findings: sameList(before.findings, after.findings, sameFinding) ? null : after.findings,
  };
  return saysNothing(delta) ? null : delta;
}

/** The whole picture as the step that everything begins with. */
export const resetOf = (picture: MemoryPicture, stamp: Stamp): MemoryDelta => ({
  ...stamp,
  reset: true,
  takenNs: picture.takenNs,
  processes: { set: picture.processes, gone: [] },
  buffers: { set: picture.buffers, gone: [] },
  mappings: { set: picture.mappings, gone: [] },
  banks: withoutLists({ set: picture.banks, gone: [] }),
  tiers: picture.tiers,
  self: picture.self,
  dsp: picture.dsp,
  findings: picture.findings,
});

/**
 * Which mappings a bank has is said by the mappings themselves, by their device: a step that carried the list of a bank with a
 * thousand of them for each that came would be a hundred times as long.
 */
function withoutLists<K, C extends RowChange<PictureBank, K> | null>(change: C): C {
  return change && { ...change, set: change.set.map((bank) => ({ ...bank, mappings: [] })) };
}

/** Rows that a step carries: what it costs to keep and to apply. */
export const rowsIn = (delta: MemoryDelta): number =>
  [delta.processes, delta.buffers, delta.mappings, delta.banks].reduce(
    (sum, change) => sum + (change === null ? 0 : change.set.length + change.gone.length),
    (delta.self?.length ?? 0) + (delta.findings?.length ?? 0),
  );

const saysNothing = (delta: MemoryDelta): boolean =>
  delta.processes === null &&
  delta.buffers === null &&
  delta.mappings === null &&
  delta.banks === null &&
  delta.tiers === null &&
  delta.self === null &&
  delta.dsp === null &&
  delta.findings === null;

interface Rows<T, K> {
  readonly key: (row: T) => K;
  readonly same: (a: T, b: T) => boolean;
}

/** How far rows are looked for after some that came or went. */
const WINDOW = 64;

/**
 * Rows side by side as long as their keys agree; where they do not, a few came or went between, which shows within a window. What
 * is in another order altogether goes by key.
 */
function changes<T, K>(before: readonly T[], after: readonly T[], rows: Rows<T, K>): RowChange<T, K> | null {
  if (before === after) return null;
  const set: T[] = [];
  const gone: T[] = [];
  let old = 0;
  let now = 0;
  while (old < before.length && now < after.length) {
    if (agree(before[old] as T, after[now] as T, rows, set)) {
      old += 1;
      now += 1;
      continue;
    }
    const wentBy = ahead(before, old, after[now] as T, rows);
    const cameBy = wentBy === null ? ahead(after, now, before[old] as T, rows) : null;
    if (wentBy === null && cameBy === null) break;
    for (let some = wentBy ?? 0; some > 0; some -= 1) gone.push(before[old++] as T);
    for (let some = cameBy ?? 0; some > 0; some -= 1) set.push(after[now++] as T);
  }
  byKey(before.slice(old), after.slice(now), rows, { set, gone });
  return changeOf(set, gone, rows);
}

/** True where both are the same row; it is added to `set` where it says something else now. */
function agree<T, K>(old: T, now: T, { key, same }: Rows<T, K>, set: T[]): boolean {
  if (old === now) return true;
  if (key(old) !== key(now)) return false;
  if (!same(old, now)) set.push(now);
  return true;
}

/** How many rows after `from` the row of that key stands; null: not within the window. */
function ahead<T, K>(rows: readonly T[], from: number, wanted: T, { key }: Rows<T, K>): number | null {
  const sought = key(wanted);
  const end = Math.min(rows.length, from + WINDOW);
  for (let at = from + 1; at < end; at += 1) if (key(rows[at] as T) === sought) return at - from;
  return null;
}

interface Found<T> {
  readonly set: T[];
  readonly gone: T[];
}

function byKey<T, K>(
  before: readonly T[],
  after: readonly T[],
  { key, same }: Rows<T, K>,
  found: Found<T>,
): void {
  const known = new Map(before.map((row) => [key(row), row]));
  for (const row of after) {
    const old = known.get(key(row));
    if (old === undefined || !same(old, row)) found.set.push(row);
    known.delete(key(row));
  }
  for (const row of known.values()) found.gone.push(row); // one by one: a call takes no 100 000 arguments
}

/** A row that only stands elsewhere now was found to go and to come. */
function changeOf<T, K>(
  came: readonly T[],
  went: readonly T[],
  { key, same }: Rows<T, K>,
): RowChange<T, K> | null {
  const known = new Map(went.map((row) => [key(row), row]));
  const set = went.length === 0 ? came : came.filter((row) => isNews(row));
  return set.length > 0 || known.size > 0 ? { set, gone: [...known.keys()] } : null;

  function isNews(row: T): boolean {
    const old = known.get(key(row));
    known.delete(key(row));
    return old === undefined || !same(old, row);
  }
}
