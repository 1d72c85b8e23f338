import type { DmaEvent, MemoryFact, SgEntry, Tier, TierStatus } from '../model/memory.ts';
import type * as wire from './gen/qda_lab_pb.js';
import { clockNs, type Fit } from './fit.ts';
import type { AgentBody, MemoryPart } from './messages.ts';
import { dmaKinds, tiers } from './words.ts';

export function memoryPartOf(chunk: wire.MemoryChunk, fit: Fit): MemoryPart {
  const facts: MemoryFact[] = [];
  for (const { record } of chunk.records) {
    const fact = factOf(record, fit);
    if (fact === null) fit.refuse('MemoryRecord has no fact that this version knows');
    else facts.push(fact);
  }
  if (!chunk.last) return { facts, last: null };
  const statuses = chunk.tiers.map((status) => tierStatusOf(status, fit));
  return { facts, last: { takenNs: clockNs(chunk.takenNs), tiers: statuses } };
}

function tierOf(value: wire.Tier, fit: Fit, field: string): Tier {
  const tier = fit.word(tiers, value, field);
  if (tier !== 'none') return tier;
  fit.refuse(`${field} names no tier`);
  return 'self';
}

const tierStatusOf = (status: wire.TierStatus, fit: Fit): TierStatus => ({
  tier: tierOf(status.tier, fit, 'TierStatus.tier'),
  available: status.available,
  reason: status.reason,
  source: status.source,
  lostEvents: fit.exact(status.lostEvents, 'TierStatus.lost_events'),
  sinceNs: status.sinceNs === 0n ? null : clockNs(status.sinceNs),
});

function factOf(record: wire.MemoryRecord['record'], fit: Fit): MemoryFact | null {
  switch (record.case) {
    case 'process': {
      const { pid, comm, uid, unreadable } = record.value;
      return { kind: 'process', pid, comm, uid, unreadable };
    }
    case 'node': {
      const { pid, fd, path } = record.value;
      return { kind: 'node', pid, fd, path };
    }
    case 'buffer':
      return bufferOf(record.value, fit);
    case 'holder': {
      const { pid, fd } = record.value;
      return { kind: 'holder', pid, fd, ino: fit.exact(record.value.ino, 'HolderFact.ino') };
    }
    case 'map':
      return mapOf(record.value, fit);
    case 'attachment': {
      const ino = fit.exact(record.value.ino, 'AttachmentFact.ino');
      return { kind: 'attachment', ino, device: record.value.device };
    }
    case 'self':
      return selfOf(record.value, fit);
    case 'dspSession':
      return dspSessionOf(record.value, fit);
    case 'dspMap':
      return dspMapOf(record.value, fit);
    case 'dspCall': {
      const { pid, tid, handle, scalars, sinceNs } = record.value;
      return { kind: 'dsp-call', pid, tid, handle, scalars, sinceNs: clockNs(sinceNs) };
    }
    case undefined:
      return null;
  }
}

function bufferOf(fact: wire.BufferFact, fit: Fit): MemoryFact {
  const tier = tierOf(fact.tier, fit, 'BufferFact.tier');
  if (tier !== 'proc' && tier !== 'bufinfo') fit.refuse(`BufferFact.tier is ${tier}`);
  return {
    kind: 'buffer',
    ino: fit.exact(fact.ino, 'BufferFact.ino'),
    tier: tier === 'bufinfo' ? tier : 'proc',
    size: fit.exact(fact.size, 'BufferFact.size'),
    exporter: fact.exporter,
    name: fact.name,
    references: fit.maybe(fact.references, 'BufferFact.references'),
  };
}

const mapOf = (fact: wire.MapFact, fit: Fit): MemoryFact => ({
  kind: 'map',
  pid: fact.pid,
  ino: fit.exact(fact.ino, 'MapFact.ino'),
  start: fact.start,
  length: fit.exact(fact.length, 'MapFact.length'),
});

const selfOf = (fact: wire.SelfFact, fit: Fit): MemoryFact => ({
  kind: 'self',
  node: fact.node,
  handle: fact.handle,
  size: fit.exact(fact.size, 'SelfFact.size'),
  ino: fit.maybe(fact.ino, 'SelfFact.ino'),
  sinceNs: clockNs(fact.sinceNs),
  imported: fact.imported,
  mapped: fact.mapped,
});

const dspSessionOf = (fact: wire.DspSessionFact, fit: Fit): MemoryFact => ({
  kind: 'dsp-session',
  pid: fact.pid,
  node: fact.node,
  unsignedPd: fact.unsignedPd,
  shell: fact.shell,
  shellBytes: fit.exact(fact.shellBytes, 'DspSessionFact.shell_bytes'),
  shellSha256: fact.shellSha256,
  processMemory: fit.maybe(fact.processMemory, 'DspSessionFact.process_memory'),
  sinceNs: clockNs(fact.sinceNs),
  addressSpace: fit.exact(fact.addressSpace, 'DspSessionFact.address_space'),
  reverseCalls: fact.reverseCalls,
  ended: fact.ended,
});

const dspMapOf = (fact: wire.DspMapFact, fit: Fit): MemoryFact => ({
  kind: 'dsp-map',
  pid: fact.pid,
  address: fact.address,
  size: fit.exact(fact.size, 'DspMapFact.size'),
  ino: fit.maybe(fact.ino, 'DspMapFact.ino'),
  what: fact.kind,
  sinceNs: clockNs(fact.sinceNs),
});

export const memoryEventsOf = (pushed: wire.MemoryEvents, fit: Fit): AgentBody => ({
  kind: 'memory-events',
  events: pushed.events.map((event) => dmaEventOf(event, fit)),
  lost: fit.exact(pushed.lost, 'MemoryEvents.lost'),
});

const dmaEventOf = (event: wire.DmaEvent, fit: Fit): DmaEvent => ({
  kind: fit.word(dmaKinds, event.kind, 'DmaEvent.kind'),
  timeNs: clockNs(event.timeNs),
  pid: event.pid,
  ...(event.process === 0 ? {} : { process: event.process }),
  comm: event.comm,
  device: event.device,
  entries: event.entries.map((entry) => sgEntryOf(entry, fit)),
  truncated: event.truncated,
  totalEntries: event.totalEntries,
});

const sgEntryOf = (entry: wire.SgEntry, fit: Fit): SgEntry => ({
  dmaAddr: entry.dmaAddr,
  length: fit.exact(entry.length, 'SgEntry.length'),
  phys: entry.phys ?? null,
});
