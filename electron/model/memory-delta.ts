import type {
  DspSession,
  Finding,
  MemoryFact,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
  TierStatus,
} from './memory.ts';

/** Rows that are new or different, and the keys of those that are gone. */
export interface RowChange<T, K> {
  readonly set: readonly T[];
  readonly gone: readonly K[];
}

/**
 * One step of the live memory picture: what changed since the step before. Applying all steps from a `reset` on, in the order of
 * `seq`, gives the picture. A step that has nothing to say of a part leaves it out (null).
 */
export interface MemoryDelta {
  /** 1, 2, 3 ... since the watch began. A gap means that steps are missing: ask for a reset. */
  readonly seq: number;
  /** The picture begins anew: what was known before is dropped. */
  readonly reset: boolean;
  /** Board clock of the newest fact in it, ns. */
  readonly takenNs: number;
  /** UTC of this machine, ms since 1970. */
  readonly hostMs: number;
  /** By pid. */
  readonly processes: RowChange<PictureProcess, number> | null;
  /** By inode. */
  readonly buffers: RowChange<PictureBuffer, number> | null;
  /** By id. */
  readonly mappings: RowChange<PictureMapping, string> | null;
  /** By device. Their lists of mappings are empty here: the mappings say their device themselves. */
  readonly banks: RowChange<PictureBank, string> | null;
  /** Whole lists: they are short. */
  readonly tiers: readonly TierStatus[] | null;
  readonly self: readonly Extract<MemoryFact, { kind: 'self' }>[] | null;
  readonly dsp: readonly DspSession[] | null;
  readonly findings: readonly Finding[] | null;
}

/** How the watch of a board's memory managers goes. */
export type WatchState =
  | { readonly kind: 'starting' }
  /** `snapshotMs`: what the last snapshot took; `everyMs`: how often one is taken. */
  | { readonly kind: 'watching'; readonly snapshotMs: number; readonly everyMs: number }
  /** The board is away since then; the picture stays as it was. */
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly reason: string }
  /** Nobody looks for now, on purpose: it goes on by itself. */
  | { readonly kind: 'paused'; readonly reason: string }
  | { readonly kind: 'stopped'; readonly reason: string; readonly remedy: string };
