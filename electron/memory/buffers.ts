import type { MemoryFact, Maybe, PictureBuffer, PictureMapping, Tier, TierStatus } from '../model/memory.ts';

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

/** One buffer an inode, its facts of all tiers joined. Linear in the facts. */
export function buffersOf(
  facts: readonly MemoryFact[],
  tiers: readonly TierStatus[],
  mappings: readonly PictureMapping[],
): PictureBuffer[] {
  const gathered = gather(facts);
  const noBufinfo = whyNot(tiers, 'bufinfo');
  const buffers: PictureBuffer[] = [];
  for (const [ino, one] of gathered) {
    const fact = one.proc ?? one.bufinfo;
    buffers.push({
      ino,
      size: fact ? { value: fact.size, tier: fact.tier } : UNKNOWN,
      exporter: fact ? { value: fact.exporter, tier: fact.tier } : UNKNOWN,
      name: fact?.name ?? '',
      references: references(one),
      holders: one.held.length > 1 ? one.held.sort((a, b) => a.pid - b.pid) : one.held,
      attachedTo:
        noBufinfo === null ? { value: one.devices, tier: 'bufinfo' } : { value: null, why: noBufinfo },
      mappings: [],
    });
  }
  return mappings.length > 0 ? link(buffers, mappings) : buffers;
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

/**
 * Joins buffers and DMA mappings where there is only one candidate on either side: an import by device and size (bufinfo says
 * which device, the trace which mapping), an export of the accel driver by size alone. Everything else stays apart: an
 * address is never guessed.
 */
function link(buffers: readonly PictureBuffer[], mappings: readonly PictureMapping[]): PictureBuffer[] {
  const places = new Map<string, number>();
  const keys = buffers.map(keysOf);
  for (const list of keys) for (const key of list) places.set(key, (places.get(key) ?? 0) + 1);
  const made = new Map<string, string[]>();
  for (const mapping of mappings)
    pushText(
      made,
      mapping.kind === 'map-sg' ? `${mapping.device}/${mapping.size}` : `drm/${mapping.size}`,
      mapping.id,
    );
  return buffers.map((buffer, at) => {
    const found = (keys[at] ?? []).flatMap((key) =>
      places.get(key) === 1 && made.get(key)?.length === 1 ? (made.get(key) ?? []) : [],
    );
    if (found.length === 0) return buffer;
    return { ...buffer, mappings: found.map((mapping) => ({ mapping, how: 'only-candidate' as const })) };
  });
}

function keysOf(buffer: PictureBuffer): string[] {
  if (buffer.size.value === null) return [];
  const keys = (buffer.attachedTo.value ?? []).map((device) => `${device}/${buffer.size.value}`);
  if (buffer.exporter.value === 'drm') keys.push(`drm/${buffer.size.value}`);
  return keys;
}

function pushText(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
