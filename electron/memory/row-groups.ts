import type { PictureBuffer, PictureMapping } from '../model/memory.ts';

/** What is known of the buffers and the mappings of one group. */
export type Pairing =
  /** No dma-buf could be one of the mappings. */
  | { readonly kind: 'none' }
  /** Buffers without a mapping in the trace. */
  | { readonly kind: 'unseen' }
  /** As many buffers as mappings, all of one process in one bank: each buffer is that process's, only which address it has is open. */
  | { readonly kind: 'one-user'; readonly pid: number; readonly device: string }
  /** Which process has which buffer is open. */
  | { readonly kind: 'open' };

/** Buffers and DMA mappings that may be the same things: imports of one size in one bank, or exports of the driver of one size. */
export interface Group {
  readonly buffers: Set<number>;
  readonly mappings: Set<string>;
  /** Mappings by process and bank. */
  readonly users: Map<string, number>;
  pairing: Pairing;
  /** Snapshots in which a pairing with one user did not hold, while nothing spoke for another user. */
  doubts: number;
  /** What its mappings have in common; null: to be looked at anew (row-values.ts). */
  common: Common | null;
}

/** What holds for all mappings of a group; null: they differ. */
export interface Common {
  readonly entries: number | null;
  readonly largestPiece: number | null;
  readonly contiguous: boolean | null;
  readonly truncated: boolean;
  /** Board clock, ns. */
  readonly oldestNs: number;
  readonly youngestNs: number;
}

const NONE: Pairing = { kind: 'none' };
const UNSEEN: Pairing = { kind: 'unseen' };
const OPEN: Pairing = { kind: 'open' };

export const importKey = (device: string, size: number): string => `${device}/${size}`;
export const exportKey = (size: number): string => `drm/${size}`;

/** Groups by what buffers and mappings have in common, kept as they come and go. */
export class Groups {
  private readonly groups = new Map<string, Group>();
  private readonly ofBuffer = new Map<number, readonly string[]>();
  private readonly ofMapping = new Map<string, { readonly key: string; readonly user: string }>();
  private readonly unsettled = new Map<string, Group>();
  private readonly patience: number;

  /** `patience`: snapshots for which a pairing with one user is kept although the numbers do not fit. */
  constructor(patience: number) {
    this.patience = patience;
  }

  get(key: string): Group | undefined {
    return this.groups.get(key);
  }

  /** The group of a mapping. */
  with(mapping: string): Group | undefined {
    const place = this.ofMapping.get(mapping);
    return place && this.groups.get(place.key);
  }

  placeBuffer(ino: number, buffer: PictureBuffer | undefined): void {
    const before = this.ofBuffer.get(ino) ?? [];
    const now = buffer ? keysOf(buffer) : [];
    if (before.length === now.length && before.every((key, at) => key === now[at])) return;
    for (const key of before) this.at(key).buffers.delete(ino);
    for (const key of now) this.at(key).buffers.add(ino);
    if (now.length > 0) this.ofBuffer.set(ino, now);
    else this.ofBuffer.delete(ino);
  }

  placeMapping(id: string, mapping: PictureMapping | undefined): void {
    const before = this.ofMapping.get(id);
    if (before) {
      const group = this.at(before.key);
      group.mappings.delete(id);
      count(group.users, before.user, -1);
      this.ofMapping.delete(id);
    }
    if (!mapping) return;
    const { device, size, kind, pid } = mapping;
    const place = {
      key: kind === 'map-sg' ? importKey(device, size) : exportKey(size),
      user: `${pid} ${device}`,
    };
    const group = this.at(place.key);
    group.mappings.add(id);
    count(group.users, place.user, 1);
    this.ofMapping.set(id, place);
  }

  /**
   * Looks anew at the groups that changed; gives those whose pairing is another now. Events run ahead of the snapshot: what one user
   * imports anew does not fit the buffers for a moment. So a pairing with one user ends with a snapshot only, and is given time.
   */
  settle(snapshot: boolean): Group[] {
    const others: Group[] = [];
    for (const [key, group] of this.unsettled) {
      const now = pairingOf(group);
      if (group.pairing.kind === 'one-user' && now.kind !== 'one-user' && !this.ends(group, snapshot))
        continue;
      this.unsettled.delete(key);
      group.doubts = 0;
      if (!samePairing(now, group.pairing)) others.push(group);
      group.pairing = now;
      if (group.buffers.size + group.mappings.size === 0) this.groups.delete(key);
    }
    return others;
  }

  private ends(group: Group, snapshot: boolean): boolean {
    if (!snapshot) return false;
    group.doubts += 1;
    return group.doubts > this.patience || group.users.size > 1 || group.buffers.size === 0;
  }

  private at(key: string): Group {
    let group = this.groups.get(key);
    if (!group)
      this.groups.set(
        key,
        (group = {
          buffers: new Set(),
          mappings: new Set(),
          users: new Map(),
          pairing: NONE,
          doubts: 0,
          common: null,
        }),
      );
    group.common = null;
    this.unsettled.set(key, group);
    return group;
  }
}

function count(users: Map<string, number>, user: string, by: number): void {
  const next = (users.get(user) ?? 0) + by;
  if (next > 0) users.set(user, next);
  else users.delete(user);
}

function keysOf({ size, attachedTo, exporter }: PictureBuffer): string[] {
  if (size.value === null) return [];
  const bytes = size.value;
  const keys = (attachedTo.value ?? []).map((device) => importKey(device, bytes));
  if (exporter.value === 'drm') keys.push(exportKey(bytes));
  return keys;
}

function pairingOf({ buffers, mappings, users }: Group): Pairing {
  if (buffers.size === 0) return NONE;
  if (mappings.size === 0) return UNSEEN;
  const [user] = users.keys();
  if (mappings.size !== buffers.size || users.size !== 1 || user === undefined) return OPEN;
  const space = user.indexOf(' ');
  return { kind: 'one-user', pid: Number(user.slice(0, space)), device: user.slice(space + 1) };
}

const samePairing = (a: Pairing, b: Pairing): boolean =>
  a.kind === b.kind &&
  (a.kind !== 'one-user' || (b.kind === 'one-user' && a.pid === b.pid && a.device === b.device));
