import type {
  Holder,
  MemoryFact,
  Maybe,
  PictureBuffer,
  PictureMapping,
  Tier,
  TierStatus,
} from '../model/memory.ts';

type BufferFact = Extract<MemoryFact, { kind: 'buffer' }>;

interface Gathered {
  proc: BufferFact | null;
  bufinfo: BufferFact | null;
  readonly fds: Map<number, number[]>;
  readonly maps: Map<number, number>;
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
  const buffers = [...gathered].map(([ino, one]): PictureBuffer => {
    const fact = one.proc ?? one.bufinfo;
    return {
      ino,
      size: fact ? { value: fact.size, tier: fact.tier } : UNKNOWN,
      exporter: fact ? { value: fact.exporter, tier: fact.tier } : UNKNOWN,
      name: fact?.name ?? '',
      references: references(one),
      holders: holders(one),
      attachedTo:
        noBufinfo === null ? { value: one.devices, tier: 'bufinfo' } : { value: null, why: noBufinfo },
      mappings: [],
    };
  });
  return link(buffers, mappings);
}

const UNKNOWN: Maybe<never> = { value: null, why: 'no tier described this buffer' };

function references({ proc, bufinfo }: Gathered): Maybe<number> {
  for (const fact of [bufinfo, proc]) {
    if (fact && fact.references !== null) return { value: fact.references, tier: fact.tier };
  }
  return { value: null, why: 'neither fdinfo nor bufinfo gave a count' };
}

function holders({ fds, maps }: Gathered): Holder[] {
  const pids = [...new Set([...fds.keys(), ...maps.keys()])].sort((a, b) => a - b);
  return pids.map((pid) => ({ pid, fds: fds.get(pid) ?? [], maps: maps.get(pid) ?? 0 }));
}

function gather(facts: readonly MemoryFact[]): Map<number, Gathered> {
  const all = new Map<number, Gathered>();
  const at = (ino: number): Gathered => {
    let one = all.get(ino);
    if (!one)
      all.set(ino, (one = { proc: null, bufinfo: null, fds: new Map(), maps: new Map(), devices: [] }));
    return one;
  };
  for (const fact of facts) {
    if (fact.kind === 'buffer') at(fact.ino)[fact.tier] = fact;
    else if (fact.kind === 'holder') pushInto(at(fact.ino).fds, fact.pid, fact.fd);
    else if (fact.kind === 'map') at(fact.ino).maps.set(fact.pid, (at(fact.ino).maps.get(fact.pid) ?? 0) + 1);
    else if (fact.kind === 'attachment') at(fact.ino).devices.push(fact.device);
  }
  return all;
}

function pushInto(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/**
 * Joins buffers and DMA mappings where there is only one candidate on either side: an import by device and size (bufinfo says
 * which device, the trace which mapping), an export of the accel driver by size alone. Everything else stays apart: an
 * address is never guessed.
 */
function link(buffers: readonly PictureBuffer[], mappings: readonly PictureMapping[]): PictureBuffer[] {
  const places = new Map<string, number>();
  for (const buffer of buffers) for (const key of keysOf(buffer)) places.set(key, (places.get(key) ?? 0) + 1);
  const made = new Map<string, string[]>();
  for (const mapping of mappings)
    pushText(
      made,
      mapping.kind === 'map-sg' ? `${mapping.device}/${mapping.size}` : `drm/${mapping.size}`,
      mapping.id,
    );
  return buffers.map((buffer) => {
    const found = keysOf(buffer).flatMap((key) =>
      places.get(key) === 1 && made.get(key)?.length === 1 ? (made.get(key) ?? []) : [],
    );
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
