import type { Maybe, PictureMapping, SgEntry, Tier } from '../model/memory.ts';
import { bankOf } from './banks.ts';
import { whyNot } from './buffers.ts';
import type { Common } from './row-groups.ts';
import type { BufferRow, Scene } from './rows.ts';

/** A value with its tier; or why it is not known; or why there is nothing to know (`none`). */
export type Value<T> = Maybe<T> | { readonly value: null; readonly why: string; readonly none: true };

/** How a buffer came to be in a process's bank; 'held': the process only holds or maps it. */
export type Origin = 'native' | 'imported' | 'self-imported' | 'held';

/** What is the matter with a row, the worst first. */
export type RowState =
  'scattered' | 'owner gone' | 'unheld' | 'kept by a map' | 'mapped' | 'attached' | 'own handle' | 'held';

const known = <T>(value: T, tier: Tier): Value<T> => ({ value, tier });
const unknown = (why: string): { readonly value: null; readonly why: string } => ({ value: null, why });
const none = (why: string): { readonly value: null; readonly why: string; readonly none: true } => ({
  value: null,
  why,
  none: true,
});

const IN_NO_BANK = 'this process has it in no context bank that a tier shows';
const NEVER_EXPORTED = 'memory of the driver that was not seen as a dma-buf';

export function sizeOf({ buffer, mapping, self }: BufferRow): Value<number> {
  if (buffer && buffer.size.value !== null) return buffer.size;
  if (mapping) return known(mapping.size, 'dma');
  if (self) return known(self.size, 'self');
  return buffer ? buffer.size : unknown('no tier described it');
}

export function inodeOf({ buffer, group, self }: BufferRow): Value<number> {
  if (buffer) return known(buffer.ino, buffer.size.value === null ? 'proc' : buffer.size.tier);
  if (self) return none('the agent neither exported nor imported it');
  if (group && group.buffers.size > 0)
    return unknown(`one of ${group.buffers.size} dma-bufs that it may be: ${some([...group.buffers])}`);
  return none(NEVER_EXPORTED);
}

export function exporterOf({ buffer, self }: BufferRow): Value<string> {
  if (buffer) return buffer.exporter;
  return none(self ? 'the agent neither exported nor imported it' : NEVER_EXPORTED);
}

/** What people read for it. */
export const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  native: 'native',
  imported: 'imported',
  'self-imported': 'self-imported',
  held: 'only held',
};

export function originOf(row: BufferRow): Value<Origin> {
  const { mapping, group, buffer, self, device } = row;
  if (self) return known(selfOrigin(row), 'self');
  if (mapping) return known(mapping.kind === 'alloc' ? 'native' : 'imported', 'dma');
  if (device !== null && buffer)
    return isAttached(row)
      ? known('imported', 'bufinfo')
      : known('native', group?.pairing.kind === 'one-user' ? 'dma' : 'proc');
  if (!buffer) return unknown('no tier described it');
  return heldOrigin(row);
}

const selfOrigin = ({ self, buffer }: BufferRow): Origin => {
  if (!self?.imported) return 'native';
  return buffer?.exporter.value === 'drm' ? 'self-imported' : 'imported';
};

const isAttached = ({ buffer, device }: BufferRow): boolean =>
  device !== null && (buffer?.attachedTo.value ?? []).includes(device);

function heldOrigin({ buffer, pid, elsewhere }: BufferRow): Value<Origin> {
  if (!buffer || pid === null) return unknown('no process that could be read holds it');
  if (buffer.exporter.value === 'drm')
    return unknown(
      'the driver hands its own buffers to another process without a mapping: whether this one made, took or only holds it is in no tier',
    );
  if (buffer.attachedTo.value === null) return unknown(buffer.attachedTo.why);
  const devices = buffer.attachedTo.value;
  if (devices.length === 0) return known('held', 'bufinfo');
  return elsewhere
    ? known('held', 'dma')
    : unknown(`it is attached to ${some(devices)}; which process did that is not proven`);
}

/** Processes that the row's process can have it from: the one that made it where that is proven, else all others that hold it. */
export function fromOf(
  row: BufferRow,
  scene: Scene,
): Value<{ readonly pids: readonly number[]; readonly made: boolean }> {
  const { buffer, pid } = row;
  if (!buffer) return none(NEVER_EXPORTED);
  const maker = makerOf(row, scene);
  if (maker !== null && maker === pid) return none('this process made it');
  if (maker !== null) return known({ pids: [maker], made: true }, 'dma');
  const others = buffer.holders.map((holder) => holder.pid).filter((other) => other !== pid);
  if (others.length > 0) return known({ pids: others, made: false }, 'proc');
  return unknown('no other process that could be read holds it; who made it is in no tier');
}

/** The process whose allocation in a bank this dma-buf is proven to be. */
function makerOf({ buffer, group }: BufferRow, scene: Scene): number | null {
  for (const { mapping } of buffer?.mappings ?? []) {
    const made = scene.mappings.get(mapping);
    if (made?.kind === 'alloc') return made.pid;
  }
  if (buffer?.exporter.value !== 'drm' || group?.pairing.kind !== 'one-user') return null;
  return (buffer.attachedTo.value ?? []).includes(group.pairing.device) ? null : group.pairing.pid;
}

/** As the driver names it: SID of the bank over the IOVA. */
export function dmaAddressOf(row: BufferRow, scene: Scene): Value<bigint> {
  const { mapping, device } = row;
  if (mapping) return known(addressIn(mapping), 'dma');
  if (device === null) return row.self ? unknown(SELF_APART) : none(IN_NO_BANK);
  const count = row.group?.mappings.size ?? 0;
  if (count > 0) return unknown(`one of ${count} of this size in this bank: ${addressesIn(row, scene)}`);
  return unknown(beforeTrace(scene));
}

/** The same as a number, where it is proven: to sort by. */
export const provenAddress = ({ mapping }: BufferRow): number | null =>
  mapping ? Number(addressIn(mapping)) : null;

function addressesIn({ group }: BufferRow, scene: Scene): string {
  const texts: string[] = [];
  for (const id of group?.mappings ?? []) {
    const mapping = scene.mappings.get(id);
    if (mapping) texts.push(`0x${addressIn(mapping).toString(16)}`);
    if (texts.length === 4) break;
  }
  return some(texts, group?.mappings.size ?? 0);
}

const SELF_APART =
  'the trace says which process made a mapping, not for which handle: its address stands among those of the agent';

function addressIn({ device, entries }: PictureMapping): bigint {
  return ((entries[0]?.dmaAddr ?? 0n) & 0xffff_ffffn) | (BigInt(bankOf(device)?.sid ?? 0) << 32n);
}

/** Mappings that the row's buffer may be, where none is proven. */
export function candidates({ mapping, group, buffer, device }: BufferRow, scene: Scene): PictureMapping[] {
  if (mapping || !group || !buffer || device === null) return [];
  return [...group.mappings].flatMap((id) => scene.mappings.get(id) ?? []);
}

/** Why what was mapped is in no event. */
function beforeTrace({ tiers }: Scene): string {
  return whyNot(tiers, 'dma') ?? 'mapped before the trace began: no event tells of it';
}

/** What all mappings of the row's group have in common; null where a mapping is proven, or none is seen. */
export function commonOf({ mapping, group, buffer, device }: BufferRow, scene: Scene): Common | null {
  if (mapping || !group || !buffer || device === null || group.mappings.size === 0) return null;
  if (group.pairing.kind !== 'one-user') return null;
  return (group.common ??= commonIn([...group.mappings].flatMap((id) => scene.mappings.get(id) ?? [])));
}

function commonIn(mappings: readonly PictureMapping[]): Common {
  const same = <T>(read: (mapping: PictureMapping) => T): T | null => {
    const values = new Set(mappings.map(read));
    const [value] = values;
    return values.size === 1 && value !== undefined ? value : null;
  };
  return {
    entries: same(({ totalEntries }) => totalEntries),
    largestPiece: same(({ entries }) => largestPiece(entries)),
    contiguous: same(({ contiguous }) => contiguous),
    truncated: mappings.some(({ truncated }) => truncated),
    oldestNs: mappings.reduce((least, { sinceNs }) => Math.min(least, sinceNs), Infinity),
    youngestNs: mappings.reduce((most, { sinceNs }) => Math.max(most, sinceNs), -Infinity),
  };
}

/** What the mapping says; where it is not proven, what all candidates have in common. */
function ofMapping<T>(
  row: BufferRow,
  scene: Scene,
  read: { readonly one: (mapping: PictureMapping) => Value<T>; readonly all: (common: Common) => T | null },
): Value<T> {
  if (row.mapping) return read.one(row.mapping);
  if (row.device === null) return none(IN_NO_BANK);
  const count = row.group?.mappings.size ?? 0;
  if (count === 0) return unknown(beforeTrace(scene));
  const common = commonOf(row, scene);
  const value = common && read.all(common);
  return value === null
    ? unknown(`one of ${count} mappings of this size in this bank, which differ`)
    : known(value, 'dma');
}

export const sgEntriesOf = (row: BufferRow, scene: Scene): Value<number> =>
  ofMapping(row, scene, {
    one: ({ totalEntries }) => known(totalEntries, 'dma'),
    all: ({ entries }) => entries,
  });

export const largestPieceOf = (row: BufferRow, scene: Scene): Value<number> =>
  ofMapping(row, scene, {
    one: ({ entries, truncated, totalEntries }) =>
      truncated
        ? unknown(`the event names ${entries.length} of ${totalEntries} entries`)
        : known(largestPiece(entries), 'dma'),
    all: ({ largestPiece: piece, truncated }) => (truncated ? null : piece),
  });

/** Bytes of the longest run of entries that follow each other. */
export function largestPiece(entries: readonly SgEntry[]): number {
  let largest = 0;
  let run = 0;
  let end: bigint | null = null;
  for (const { dmaAddr, length } of entries) {
    run = dmaAddr === end ? run + length : length;
    end = dmaAddr + BigInt(length);
    largest = Math.max(largest, run);
  }
  return largest;
}

export const contiguousOf = (row: BufferRow, scene: Scene): Value<boolean> =>
  ofMapping(row, scene, {
    one: ({ contiguous }) => known(contiguous, 'dma'),
    all: ({ contiguous }) => contiguous,
  });

export const sinceOf = (row: BufferRow, scene: Scene): Value<number> => {
  if (row.self) return known(row.self.sinceNs, 'self');
  if (row.device === null) return unknown('a descriptor does not say when it was opened');
  return ofMapping(row, scene, {
    one: ({ sinceNs }) => known(sinceNs, 'dma'),
    all: ({ oldestNs, youngestNs }) => (oldestNs === youngestNs ? oldestNs : null),
  });
};

export const referencesOf = ({ buffer }: BufferRow): Value<number> =>
  buffer ? buffer.references : none(NEVER_EXPORTED);

/** GEM handles: only those of the agent are known. */
export const handleOf = ({ self, buffer }: BufferRow): Value<number> => {
  if (self) return known(self.handle, 'self');
  return unknown(
    buffer
      ? 'GEM handles of other processes are in no tier: the kernel shows none'
      : 'its handle is in no tier: the kernel shows none of other processes',
  );
};

/** File descriptors of the row's process. */
export const descriptorsOf = (row: BufferRow, scene: Scene): Value<number> => heldOf(row, scene, 'fds');

/** CPU mappings of the dma-buf by the row's process. */
export const cpuMapsOf = (row: BufferRow, scene: Scene): Value<number> => heldOf(row, scene, 'maps');

function heldOf({ buffer, holder, pid }: BufferRow, scene: Scene, what: 'fds' | 'maps'): Value<number> {
  if (!buffer)
    return what === 'fds' ? none(NEVER_EXPORTED) : unknown('mappings through the node name no buffer');
  if (holder) return known(what === 'fds' ? holder.fds.length : holder.maps, 'proc');
  if (pid === null) return unknown('whose it is, is in no tier');
  const noProc = whyNot(scene.tiers, 'proc');
  if (noProc !== null) return unknown(noProc);
  const process = scene.processes.get(pid);
  if (!process) return unknown('this process was not listed');
  if (!process.alive) return none('the process is gone');
  return process.unreadable ? unknown('this process could not be read') : known(0, 'proc');
}

/** Where the DSP processes of the agent have it. */
export function dspAddressOf({ buffer }: BufferRow, scene: Scene): Value<readonly bigint[]> {
  if (!buffer) return none(NEVER_EXPORTED);
  const at = scene.dsp.flatMap(({ maps }) =>
    maps.filter((map) => map.ino === buffer.ino).map((map) => map.address),
  );
  if (at.length > 0) return known(at, 'self');
  return unknown("the agent's own DSP processes do not have it; what those of others have is in no tier");
}

/** States of a row, the worst first; never empty. */
export function statesOf(row: BufferRow, scene: Scene): readonly RowState[] {
  const { buffer, mapping, device, holder, self, pid } = row;
  const states: RowState[] = [];
  if (isScattered(row, scene)) states.push('scattered');
  if (pid !== null && device !== null && scene.processes.get(pid)?.alive === false) states.push('owner gone');
  if (buffer?.holders.length === 0 && !importerLives(row, scene)) states.push('unheld');
  if (keptByMap(row)) states.push('kept by a map');
  if (mapping || row.group?.pairing.kind === 'one-user') states.push('mapped');
  else if (device !== null) states.push('attached');
  if (self) states.push('own handle');
  if (states.length === 0 || (holder && device === null && states.length === 0)) states.push('held');
  return states;
}

/** Proven of its own mapping, or so of every mapping that may be its own. */
const isScattered = (row: BufferRow, scene: Scene): boolean =>
  row.mapping
    ? row.mapping.kind === 'map-sg' && !row.mapping.contiguous
    : commonOf(row, scene)?.contiguous === false;

/** A process that is known to live has it in its bank, and keeps it so. */
function importerLives({ pid, buffer }: BufferRow, { processes, banks }: Scene): boolean {
  if (pid !== null) return processes.get(pid)?.alive === true;
  const users = (buffer?.attachedTo.value ?? []).flatMap((device) => banks.get(device)?.users.value ?? []);
  return users.some((user) => processes.get(user)?.alive === true);
}

/** Nobody holds a descriptor any more: what keeps it is a CPU mapping. */
const keptByMap = ({ buffer }: BufferRow): boolean =>
  buffer !== null &&
  buffer.holders.some((holder) => holder.maps > 0) &&
  buffer.holders.every((holder) => holder.fds.length === 0);

function some(list: readonly (number | string)[], of = list.length): string {
  const shown = list.slice(0, 4).join(', ');
  return of > 4 ? `${shown} and ${of - 4} more` : shown;
}
