import type { PictureBuffer, PictureMapping } from '../model/memory.ts';
import type { PictureSource } from './source.ts';

/** One thing of the buffer column: a dma-buf, or a mapping that no dma-buf is proven to be. */
export interface Atom {
  readonly key: string;
  readonly buffer: PictureBuffer | null;
  readonly mapping: PictureMapping | null;
  readonly size: number | null;
  readonly exporter: string;
  readonly scattered: boolean;
  /** Processes that hold it, or allocated it. */
  readonly owners: readonly number[];
  /** Imports: which process, into which bank; null: the process is not known. */
  readonly imports: readonly {
    readonly pid: number | null;
    readonly device: string;
    readonly scattered: boolean;
  }[];
  /** Banks in which it lies because it was allocated there. */
  readonly home: readonly string[];
}

/**
 * Every buffer with its mappings, then the mappings that are nobody's. Where as many buffers as mappings are left over of one size
 * in one bank, all mapped by one process, each buffer is that process's import: only its address stays open. Linear.
 */
export function atomsOf({ buffers, mappings }: Pick<PictureSource, 'buffers' | 'mappings'>): Atom[] {
  const taken = new Set<string>();
  for (const buffer of buffers.values()) for (const { mapping } of buffer.mappings) taken.add(mapping);
  const pairs = pairsOf(buffers, mappings, taken);
  const atoms: Atom[] = [];
  for (const buffer of buffers.values()) {
    const own = buffer.mappings.flatMap(({ mapping }) => mappings.get(mapping) ?? []);
    atoms.push(bufferAtom(buffer, own, pairs));
  }
  for (const mapping of mappings.values())
    if (!taken.has(mapping.id) && !pairs.has(keyOf(mapping))) atoms.push(mappingAtom(mapping));
  return atoms;
}

/** Buffers and mappings of one size that are left over in one bank, or as exports of the driver. */
interface Pair {
  buffers: number;
  readonly mappings: PictureMapping[];
}

const keyOf = ({ kind, device, size }: PictureMapping): string =>
  kind === 'map-sg' ? `${device}/${size}` : `drm/${size}`;

/** Keys of what a buffer may be: an import into each bank that it is attached to, an export of the driver. */
function openKeys(buffer: PictureBuffer, own: readonly PictureMapping[]): string[] {
  const size = buffer.size.value;
  if (size === null) return [];
  const known = new Set(own.map(keyOf));
  const keys = (buffer.attachedTo.value ?? []).map((device) => `${device}/${size}`);
  if (buffer.exporter.value === 'drm') keys.push(`drm/${size}`);
  return keys.filter((key) => !known.has(key));
}

function pairsOf(
  buffers: PictureSource['buffers'],
  mappings: PictureSource['mappings'],
  taken: ReadonlySet<string>,
): Map<string, PictureMapping> {
  const pairs = new Map<string, Pair>();
  for (const mapping of mappings.values()) {
    if (taken.has(mapping.id)) continue;
    const pair = pairs.get(keyOf(mapping));
    if (pair) pair.mappings.push(mapping);
    else pairs.set(keyOf(mapping), { buffers: 0, mappings: [mapping] });
  }
  if (pairs.size === 0) return new Map();
  for (const buffer of buffers.values()) {
    const own = buffer.mappings.flatMap(({ mapping }) => mappings.get(mapping) ?? []);
    for (const key of openKeys(buffer, own)) {
      const pair = pairs.get(key);
      if (pair) pair.buffers += 1;
    }
  }
  const settled = new Map<string, PictureMapping>();
  for (const [key, pair] of pairs) {
    const one = oneUser(pair);
    if (one) settled.set(key, one);
  }
  return settled;
}

/** Stands for all mappings of the pair; scattered where they all are, for else it is not known of which. */
function oneUser({ buffers, mappings }: Pair): PictureMapping | null {
  const [first] = mappings;
  if (!first || mappings.length !== buffers) return null;
  const same = mappings.every(({ pid, device }) => pid === first.pid && device === first.device);
  return same ? { ...first, contiguous: mappings.some(({ contiguous }) => contiguous) } : null;
}

function bufferAtom(
  buffer: PictureBuffer,
  proven: readonly PictureMapping[],
  pairs: ReadonlyMap<string, PictureMapping>,
): Atom {
  const paired = openKeys(buffer, proven).flatMap((key) => pairs.get(key) ?? []);
  const mappings = [...proven, ...paired];
  const allocated = mappings.filter(({ kind }) => kind === 'alloc');
  const imported = mappings.filter(({ kind }) => kind === 'map-sg');
  const known = new Set(imported.map(({ device }) => device));
  const unknown = (buffer.attachedTo.value ?? []).filter((device) => !known.has(device));
  return {
    key: `b/${buffer.ino}`,
    buffer,
    mapping: null,
    size: buffer.size.value,
    exporter: buffer.exporter.value ?? 'unknown exporter',
    scattered: imported.some(({ contiguous }) => !contiguous),
    owners: [...new Set([...buffer.holders.map(({ pid }) => pid), ...allocated.map(({ pid }) => pid)])],
    imports: [
      ...imported.map(({ pid, device, contiguous }) => ({ pid, device, scattered: !contiguous })),
      ...unknown.map((device) => ({ pid: null, device, scattered: false })),
    ],
    home: allocated.map(({ device }) => device),
  };
}

function mappingAtom(mapping: PictureMapping): Atom {
  const { id, kind, size, pid, device, contiguous } = mapping;
  const allocated = kind === 'alloc';
  return {
    key: `m/${id}`,
    buffer: null,
    mapping,
    size,
    exporter: allocated ? 'allocation' : 'import',
    scattered: !contiguous,
    owners: allocated ? [pid] : [],
    imports: allocated ? [] : [{ pid, device, scattered: !contiguous }],
    home: allocated ? [device] : [],
  };
}
