import type { MemoryDelta, RowChange } from '../model/memory-delta.ts';
import type { MemoryPicture } from '../model/memory.ts';
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
    banks: changes(before.banks, after.banks, { key: (row) => row.device, same: sameBank }),
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
  banks: { set: picture.banks, gone: [] },
  tiers: picture.tiers,
  self: picture.self,
  dsp: picture.dsp,
  findings: picture.findings,
});

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

/** Rows side by side from the front and from the back as long as their keys agree; what is left between goes by key. */
function changes<T, K>(
  before: readonly T[],
  after: readonly T[],
  { key, same }: Rows<T, K>,
): RowChange<T, K> | null {
  if (before === after) return null;
  const set: T[] = [];
  const compare = (old: T, now: T): boolean => {
    if (old === now) return true;
    if (key(old) !== key(now)) return false;
    if (!same(old, now)) set.push(now);
    return true;
  };
  const least = Math.min(before.length, after.length);
  let front = 0;
  while (front < least && compare(before[front] as T, after[front] as T)) front += 1;
  let back = 0;
  while (back < least - front && compare(before.at(-1 - back) as T, after.at(-1 - back) as T)) back += 1;
  const gone = between(
    before.slice(front, before.length - back),
    after.slice(front, after.length - back),
    { key, same },
    set,
  );
  return set.length > 0 || gone.length > 0 ? { set, gone } : null;
}

/** Adds to `set` what is new or other; returns the keys of what is gone. */
function between<T, K>(before: readonly T[], after: readonly T[], { key, same }: Rows<T, K>, set: T[]): K[] {
  const known = new Map(before.map((row) => [key(row), row]));
  for (const row of after) {
    const old = known.get(key(row));
    if (old === undefined || !same(old, row)) set.push(row);
    known.delete(key(row));
  }
  return [...known.keys()];
}
