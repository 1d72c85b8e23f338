import type {
  Finding,
  Holder,
  Maybe,
  DspSession,
  MemoryPicture,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
  SgEntry,
  Tier,
  TierStatus,
} from '../model/memory.ts';
import {
  address,
  count,
  flag,
  list,
  nullable,
  object,
  optional,
  optionalList,
  real,
  recordOf,
  text,
  whole,
  word,
  type Codec,
} from './codec.ts';

const tier = word<Tier>({ self: true, proc: true, bufinfo: true, dma: true });

/** A value with its tier, or null with the reason. */
function maybe<T>(codec: Codec<T>): Codec<Maybe<T>> {
  const known = object<{ value: T; tier: Tier }>({ value: codec, tier });
  const unknown = object<{ value: null; why: string }>({ value: nothing, why: text });
  return {
    read: (value, at) => {
      const missing = recordOf(value, at)['value'] === null;
      return missing ? unknown.read(value, at) : known.read(value, at);
    },
    write: (value) => ('why' in value ? unknown.write(value) : known.write(value)),
  };
}

const nothing: Codec<null> = { read: () => null, write: () => null };

const tierStatus = object<TierStatus>({
  tier,
  available: flag,
  reason: text,
  source: text,
  lostEvents: count,
  sinceNs: nullable(real),
});

const sgEntry = object<SgEntry>({ dmaAddr: address, length: count, phys: nullable(address) });

const process = object<PictureProcess>({
  pid: whole,
  comm: maybe(text),
  alive: flag,
  nodes: list(text),
  unreadable: flag,
});

const holder = object<Holder>({ pid: whole, fds: list(whole), maps: count });

const buffer = object<PictureBuffer>({
  ino: count,
  size: maybe(count),
  exporter: maybe(text),
  name: text,
  references: maybe(whole),
  holders: list(holder),
  attachedTo: maybe(list(text)),
  mappings: list(
    object<PictureBuffer['mappings'][number]>({
      mapping: text,
      how: word<'only-candidate' | 'self'>({ 'only-candidate': true, self: true }),
    }),
  ),
});

const mapping = object<PictureMapping>({
  id: text,
  device: text,
  pid: whole,
  comm: text,
  kind: word<PictureMapping['kind']>({ alloc: true, 'map-sg': true }),
  sinceNs: real,
  size: count,
  entries: list(sgEntry),
  totalEntries: count,
  truncated: flag,
  contiguous: flag,
});

const bank = object<PictureBank>({
  device: text,
  dsp: text,
  sid: whole,
  users: maybe(list(whole)),
  mappedBytes: maybe(count),
  mappings: list(text),
});

const finding = object<Finding>({
  id: text,
  severity: word<Finding['severity']>({ notice: true, warning: true, error: true }),
  text,
  remedy: text,
  sinceNs: optional(nullable(real), null, (value) => value === null),
  evidence: list(text),
});

const self = object<MemoryPicture['self'][number]>({
  kind: word<'self'>({ self: true }),
  node: text,
  handle: count,
  size: count,
  ino: nullable(count),
  sinceNs: real,
  imported: flag,
  mapped: flag,
});

export const dspSession = object<DspSession>({
  pid: whole,
  node: text,
  unsignedPd: flag,
  shell: text,
  shellBytes: count,
  shellSha256: text,
  processMemory: nullable(count),
  sinceNs: real,
  addressSpace: count,
  reverseCalls: count,
  ended: flag,
  maps: list(
    object<DspSession['maps'][number]>({
      address,
      size: count,
      ino: nullable(count),
      what: text,
      sinceNs: real,
    }),
  ),
  calls: list(
    object<DspSession['calls'][number]>({ tid: whole, handle: count, scalars: count, sinceNs: real }),
  ),
});

export const memoryCodec = object<MemoryPicture>({
  takenNs: real,
  tiers: list(tierStatus),
  processes: list(process),
  buffers: list(buffer),
  banks: list(bank),
  mappings: list(mapping),
  self: list(self),
  dsp: optionalList(dspSession),
  findings: list(finding),
});

/** The parts of a picture, for files that hold changes of one. */
export const pictureParts = { tierStatus, process, buffer, mapping, bank, finding, self };
