import type { MemoryFact, Maybe, PictureBuffer, Tier, TierStatus } from '../model/memory.ts';
import { sameBuffer } from './same.ts';

type BufferFact = Extract<MemoryFact, { kind: 'buffer' }>;

interface Held {
  readonly pid: number;
  readonly fds: number[];
  maps: number;
}

interface Gathered {
  proc: BufferFact | null;
  bufinfo: BufferFact | null;
  readonly held: Held[];
  /** Made with the second holder: most buffers have one, and there are many buffers. */
  byPid: Map<number, Held> | null;
  readonly devices: string[];
}

/** Why a tier gives nothing, as its status says; null where it works. */
export function whyNot(tiers: readonly TierStatus[], tier: Tier): string | null {
  const status = tiers.find((row) => row.tier === tier);
  if (!status) return `the tier ${tier} was not asked`;
  return status.available ? null : status.reason;
}

/** What a snapshot says of buffers: what stays the same until the next one. */
export interface BufferBase {
  /** Not joined to mappings yet. */
  readonly buffers: readonly PictureBuffer[];
  readonly byIno: ReadonlyMap<number, PictureBuffer>;
  /** How many dma-bufs bufinfo shows attached to each device. */
  readonly attached: ReadonlyMap<string, number>;
}

/**
 * One buffer an inode, its facts of all tiers joined. Linear in the facts. A buffer of which nothing is new is the same object as
 * before: most of ten thousand are, several times a second.
 */
export function baseOf(
  facts: readonly MemoryFact[],
  tiers: readonly TierStatus[],
  before: BufferBase | null,
): BufferBase {
  const gathered = gather(facts);
  const noBufinfo = whyNot(tiers, 'bufinfo');
  const byIno = new Map<number, PictureBuffer>();
  const attached = new Map<string, number>();
  for (const [ino, one] of gathered) {
    const now = bufferOf(ino, one, noBufinfo);
    const old = before?.byIno.get(ino);
    byIno.set(ino, old !== undefined && sameBuffer(old, now) ? old : now);
    if (noBufinfo === null)
      for (const device of one.devices) attached.set(device, (attached.get(device) ?? 0) + 1);
  }
  return { buffers: [...byIno.values()], byIno, attached };
}

function bufferOf(ino: number, one: Gathered, noBufinfo: string | null): PictureBuffer {
  const fact = one.proc ?? one.bufinfo;
  return {
    ino,
    size: fact ? { value: fact.size, tier: fact.tier } : UNKNOWN,
    exporter: fact ? { value: fact.exporter, tier: fact.tier } : UNKNOWN,
    name: fact?.name ?? '',
    references: references(one),
    holders: one.held.length > 1 ? one.held.sort((a, b) => a.pid - b.pid) : one.held,
    attachedTo:
      noBufinfo === null ? { value: one.devices, tier: 'bufinfo' } : { value: null, why: noBufinfo },
    mappings: [],
  };
}

const UNKNOWN: Maybe<never> = { value: null, why: 'no tier described this buffer' };

function references({ proc, bufinfo }: Gathered): Maybe<number> {
  const fact = bufinfo !== null && bufinfo.references !== null ? bufinfo : proc;
  if (fact !== null && fact.references !== null) return { value: fact.references, tier: fact.tier };
  return { value: null, why: 'neither fdinfo nor bufinfo gave a count' };
}

function gather(facts: readonly MemoryFact[]): Map<number, Gathered> {
  const all = new Map<number, Gathered>();
  const at = (ino: number): Gathered => {
    let one = all.get(ino);
    if (!one) all.set(ino, (one = { proc: null, bufinfo: null, held: [], byPid: null, devices: [] }));
    return one;
  };
  for (const fact of facts) {
    if (fact.kind === 'buffer') at(fact.ino)[fact.tier] = fact;
    else if (fact.kind === 'holder') heldBy(at(fact.ino), fact.pid).fds.push(fact.fd);
    else if (fact.kind === 'map') heldBy(at(fact.ino), fact.pid).maps += 1;
    else if (fact.kind === 'attachment') at(fact.ino).devices.push(fact.device);
  }
  return all;
}

/** The process among those that hold the buffer. Facts come process by process, so it is the last one or a new one. */
function heldBy(buffer: Gathered, pid: number): Held {
  const { held } = buffer;
  const last = held.at(-1);
  if (last?.pid === pid) return last;
  if (last) buffer.byPid ??= new Map(held.map((row) => [row.pid, row]));
  const known = buffer.byPid?.get(pid);
  if (known) return known;
  const fresh: Held = { pid, fds: [], maps: 0 };
  held.push(fresh);
  buffer.byPid?.set(pid, fresh);
  return fresh;
}
