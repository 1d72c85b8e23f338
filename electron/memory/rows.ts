import type {
  DspSession,
  Holder,
  MemoryFact,
  MemoryPicture,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
  TierStatus,
} from '../model/memory.ts';
import type { MemoryDelta } from '../model/memory-delta.ts';
import { exportKey, Groups, importKey, type Group } from './row-groups.ts';

export type SelfFact = Extract<MemoryFact, { kind: 'self' }>;

/** A picture with its parts at hand by key. */
export interface Scene {
  readonly takenNs: number;
  readonly processes: ReadonlyMap<number, PictureProcess>;
  readonly buffers: ReadonlyMap<number, PictureBuffer>;
  readonly mappings: ReadonlyMap<string, PictureMapping>;
  readonly banks: ReadonlyMap<string, PictureBank>;
  readonly tiers: readonly TierStatus[];
  readonly self: readonly SelfFact[];
  readonly dsp: readonly DspSession[];
}

/** One buffer as one process has it in one context bank. What its values are, and from which tier: row-values.ts. */
export interface BufferRow {
  /** The same as long as process, bank and buffer are. */
  readonly key: string;
  /** null: no tier says whose it is. */
  readonly pid: number | null;
  /** Context bank; null: this process has it in none that a tier shows. */
  readonly device: string | null;
  /** null: memory of the driver that was not seen as a dma-buf. */
  readonly buffer: PictureBuffer | null;
  /** Proven to be this buffer's. */
  readonly mapping: PictureMapping | null;
  /** Where the mapping is not proven: what it may be one of. */
  readonly group: Group | null;
  readonly holder: Holder | null;
  /** A handle of the agent's own. */
  readonly self: SelfFact | null;
  /** All that is attached of the buffer is proven to be of other processes, or nothing is. */
  readonly elsewhere: boolean;
  /** The same bytes stand in another row of this process, or may do so: they do not count to its sum. */
  readonly again: boolean;
}

/** Rows that are new or different, and the keys of those that are gone. */
export interface RowChanges {
  /** Everything is new. */
  readonly reset: boolean;
  readonly set: readonly BufferRow[];
  readonly gone: readonly string[];
}

/** Snapshots: see Groups. */
const PATIENCE = 2;

/** All rows of a picture. Linear. */
export const bufferRows = (picture: MemoryPicture): BufferRow[] => {
  const index = new RowIndex();
  index.rebuild(sceneOf(picture));
  return [...index.rows.values()];
};

export const sceneOf = (picture: MemoryPicture): Scene => ({
  takenNs: picture.takenNs,
  tiers: picture.tiers,
  self: picture.self,
  dsp: picture.dsp,
  processes: new Map(picture.processes.map((row) => [row.pid, row])),
  buffers: new Map(picture.buffers.map((row) => [row.ino, row])),
  mappings: new Map(picture.mappings.map((row) => [row.id, row])),
  banks: new Map(picture.banks.map((row) => [row.device, row])),
});

/**
 * The rows of a picture, kept while it changes: a step costs what it touches. Where several buffers may be several mappings, rows say
 * what holds for all of them and leave the rest open; that is looked at anew with each snapshot, for events run ahead of it.
 */
export class RowIndex {
  readonly rows = new Map<string, BufferRow>();
  private groups: Groups;
  private readonly patience: number;
  private readonly ofBuffer = new Map<number, readonly BufferRow[]>();
  private readonly ofMapping = new Map<string, BufferRow>();
  private ofSelf: readonly BufferRow[] = [];
  /** Mappings that are proven to be a buffer's. */
  private readonly proven = new Map<string, number>();
  private takenNs = -1;
  private rebuilding = false;
  private changes: { set: Map<string, BufferRow>; gone: Set<string> } = { set: new Map(), gone: new Set() };

  constructor(patience = PATIENCE) {
    this.patience = patience;
    this.groups = new Groups(patience);
  }

  rebuild(scene: Scene): RowChanges {
    this.groups = new Groups(this.patience);
    for (const part of [this.rows, this.ofBuffer, this.ofMapping, this.proven]) part.clear();
    this.ofSelf = [];
    this.rebuilding = true;
    for (const buffer of scene.buffers.values()) {
      this.groups.placeBuffer(buffer.ino, buffer);
      for (const { mapping } of buffer.mappings) this.proven.set(mapping, buffer.ino);
    }
    for (const mapping of scene.mappings.values()) this.groups.placeMapping(mapping.id, mapping);
    this.groups.settle(true);
    for (const ino of scene.buffers.keys()) this.makeBuffer(ino, scene);
    for (const id of scene.mappings.keys()) this.makeMapping(id, scene);
    this.makeSelf(scene);
    this.takenNs = scene.takenNs;
    this.rebuilding = false;
    return { reset: true, set: [...this.rows.values()], gone: [] };
  }

  /** After the step was applied to the scene. */
  apply(delta: MemoryDelta, scene: Scene): RowChanges {
    if (delta.reset) return this.rebuild(scene);
    const buffers = new Set<number>();
    const mappings = new Set<string>();
    for (const ino of touched(delta.buffers, (row) => row.ino))
      this.touchBuffer(ino, scene, buffers, mappings);
    for (const id of touched(delta.mappings, (row) => row.id)) {
      this.groups.placeMapping(id, scene.mappings.get(id));
      mappings.add(id);
      const ino = this.proven.get(id);
      if (ino !== undefined) buffers.add(ino);
    }
    this.settle(scene.takenNs !== this.takenNs, buffers, mappings);
    this.takenNs = scene.takenNs;
    for (const ino of buffers) this.makeBuffer(ino, scene);
    for (const id of mappings) this.makeMapping(id, scene);
    if (delta.self) this.makeSelf(scene);
    if (delta.processes) this.touchProcesses(new Set(touched(delta.processes, (row) => row.pid)));
    return this.take();
  }

  /** Rows of a buffer (by inode), a mapping, a process or a bank. */
  rowsOf({ kind, key }: { readonly kind: string; readonly key: string }): readonly BufferRow[] {
    if (kind === 'buffer') return this.ofBuffer.get(Number(key)) ?? [];
    if (kind === 'mapping') {
      const ino = this.proven.get(key);
      const alone = this.ofMapping.get(key);
      if (alone || ino === undefined) return alone ? [alone] : [];
      return (this.ofBuffer.get(ino) ?? []).filter((row) => row.mapping?.id === key);
    }
    if (kind !== 'process' && kind !== 'bank') return [];
    const all = [...this.rows.values()];
    return all.filter((row) => (kind === 'process' ? String(row.pid) : row.device) === key);
  }

  private touchBuffer(ino: number, scene: Scene, buffers: Set<number>, mappings: Set<string>): void {
    const buffer = scene.buffers.get(ino);
    this.groups.placeBuffer(ino, buffer);
    buffers.add(ino);
    for (const row of this.ofBuffer.get(ino) ?? []) {
      if (!row.mapping) continue;
      this.proven.delete(row.mapping.id);
      mappings.add(row.mapping.id);
    }
    for (const { mapping } of buffer?.mappings ?? []) {
      this.proven.set(mapping, ino);
      mappings.add(mapping);
    }
  }

  private settle(snapshot: boolean, buffers: Set<number>, mappings: Set<string>): void {
    for (const group of this.groups.settle(snapshot)) {
      for (const ino of group.buffers) buffers.add(ino);
      for (const id of group.mappings) mappings.add(id);
    }
  }

  private touchProcesses(pids: ReadonlySet<number>): void {
    for (const row of this.rows.values())
      if (row.pid !== null && pids.has(row.pid)) this.changes.set.set(row.key, row);
  }

  private makeBuffer(ino: number, scene: Scene): void {
    const buffer = scene.buffers.get(ino);
    const now = buffer ? rowsOf(buffer, scene, this.groups) : [];
    this.replace(this.ofBuffer.get(ino) ?? [], now);
    if (buffer) this.ofBuffer.set(ino, now);
    else this.ofBuffer.delete(ino);
  }

  private makeMapping(id: string, scene: Scene): void {
    const mapping = scene.mappings.get(id);
    const before = this.ofMapping.get(id);
    const group = this.groups.with(id) ?? null;
    const alone = mapping && !this.proven.has(id) && group?.pairing.kind !== 'one-user';
    const now = alone ? [mappingRow(mapping, group)] : [];
    this.replace(before ? [before] : [], now);
    const [row] = now;
    if (row) this.ofMapping.set(id, row);
    else this.ofMapping.delete(id);
  }

  private makeSelf(scene: Scene): void {
    const now = scene.self.map((self) =>
      selfRow(self, self.ino === null ? null : (scene.buffers.get(self.ino) ?? null)),
    );
    this.replace(this.ofSelf, now);
    this.ofSelf = now;
  }

  private replace(before: readonly BufferRow[], now: readonly BufferRow[]): void {
    if (this.rebuilding) {
      for (const row of now) this.rows.set(row.key, row);
      return;
    }
    const { set, gone } = this.changes;
    for (const { key } of before) {
      this.rows.delete(key);
      set.delete(key);
      gone.add(key);
    }
    for (const row of now) {
      this.rows.set(row.key, row);
      set.set(row.key, row);
      gone.delete(row.key);
    }
  }

  private take(): RowChanges {
    const { set, gone } = this.changes;
    this.changes = { set: new Map(), gone: new Set() };
    return { reset: false, set: [...set.values()], gone: [...gone] };
  }
}

function* touched<T, K>(
  change: { readonly set: readonly T[]; readonly gone: readonly K[] } | null,
  keyOf: (row: T) => K,
): Iterable<K> {
  yield* change?.gone ?? [];
  for (const row of change?.set ?? []) yield keyOf(row);
}

/** A handle of the agent. */
const selfRow = (self: SelfFact, buffer: PictureBuffer | null): BufferRow => ({
  ...EMPTY,
  key: `?|-|h${self.node}:${self.handle}`,
  buffer,
  self,
  again: buffer !== null,
});

/** A mapping that is not known to be a dma-buf. */
const mappingRow = (mapping: PictureMapping, group: Group | null): BufferRow => ({
  ...EMPTY,
  key: `${mapping.pid}|${mapping.device}|m${mapping.id}`,
  pid: mapping.pid,
  device: mapping.device,
  mapping,
  group,
});

const EMPTY: Omit<BufferRow, 'key'> = {
  pid: null,
  device: null,
  buffer: null,
  mapping: null,
  group: null,
  holder: null,
  self: null,
  elsewhere: false,
  again: false,
};

/** A row for each bank that has the buffer, then for each process that only holds it. */
function rowsOf(buffer: PictureBuffer, scene: Scene, groups: Groups): BufferRow[] {
  const made = new Rows(buffer);
  const banks = new Set<string>();
  let native = false;
  for (const { mapping: id } of buffer.mappings) {
    const mapping = scene.mappings.get(id);
    if (!mapping) continue;
    if (mapping.kind === 'alloc') native = true;
    else banks.add(mapping.device);
    made.add(mapping.pid, { device: mapping.device, mapping });
  }
  const size = buffer.size.value;
  for (const device of buffer.attachedTo.value ?? []) {
    if (banks.has(device)) continue;
    made.addGroup(device, size === null ? undefined : groups.get(importKey(device, size)));
  }
  const exported = buffer.exporter.value === 'drm' && size !== null ? groups.get(exportKey(size)) : undefined;
  if (!native && exported?.pairing.kind === 'one-user') made.addGroup(exported.pairing.device, exported);
  const elsewhere = buffer.attachedTo.value !== null && made.rows.every((row) => row.pid !== null);
  for (const { pid } of buffer.holders) if (!made.has(pid)) made.add(pid, { elsewhere });
  if (made.rows.length === 0) made.add(null, {});
  return made.rows;
}

/** The rows of one buffer while they are made: few, so that a list is looked through. */
class Rows {
  readonly rows: BufferRow[] = [];
  private readonly buffer: PictureBuffer;

  constructor(buffer: PictureBuffer) {
    this.buffer = buffer;
  }

  has(pid: number | null): boolean {
    return this.rows.some((row) => row.pid === pid);
  }

  addGroup(device: string, group: Group | undefined): void {
    const pairing = group?.pairing;
    this.add(pairing?.kind === 'one-user' ? pairing.pid : null, { device, group: group ?? null });
  }

  add(pid: number | null, part: Partial<BufferRow>): void {
    const { buffer, rows } = this;
    const holder = pid === null ? null : (buffer.holders.find((row) => row.pid === pid) ?? null);
    const again = pid === null ? rows.length > 0 : this.has(pid);
    const { device = null, mapping = null } = part;
    const twins = rows.reduce((sum, row) => sum + (row.pid === pid && row.device === device ? 1 : 0), 0);
    const key = `${pid ?? '?'}|${device ?? '-'}|i${buffer.ino}${twins > 0 ? `#${twins}` : ''}`;
    const { group = null, elsewhere = false } = part;
    rows.push({ key, pid, device, buffer, mapping, group, holder, self: null, elsewhere, again });
  }
}
