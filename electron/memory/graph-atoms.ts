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

/** Every buffer with its mappings, then the mappings that are nobody's. Linear. */
export function atomsOf({ buffers, mappings }: Pick<PictureSource, 'buffers' | 'mappings'>): Atom[] {
  const taken = new Set<string>();
  const atoms: Atom[] = [];
  for (const buffer of buffers.values()) {
    const own = buffer.mappings.flatMap(({ mapping }) => mappings.get(mapping) ?? []);
    for (const { id } of own) taken.add(id);
    atoms.push(bufferAtom(buffer, own));
  }
  for (const mapping of mappings.values()) if (!taken.has(mapping.id)) atoms.push(mappingAtom(mapping));
  return atoms;
}

function bufferAtom(buffer: PictureBuffer, mappings: readonly PictureMapping[]): Atom {
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
