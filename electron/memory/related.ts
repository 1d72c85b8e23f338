import type { PictureMapping } from '../model/memory.ts';
import type { PictureSource } from './source.ts';

/** What table, graph, map and timeline point at together. */
export interface Pointed {
  readonly kind: 'process' | 'bank' | 'buffer' | 'mapping' | 'finding';
  readonly key: string;
}

/** What belongs to a selection: the things themselves and what is proven to be theirs. */
export interface Related {
  readonly pids: ReadonlySet<number>;
  readonly inos: ReadonlySet<number>;
  readonly mappings: ReadonlySet<string>;
  readonly banks: ReadonlySet<string>;
}

const NOTHING: Related = { pids: new Set(), inos: new Set(), mappings: new Set(), banks: new Set() };

/** What the selection lights up in every picture. Linear in the buffers for a process or a mapping, else in what is found. */
export function relatedTo(pointed: Pointed | null, source: PictureSource): Related {
  if (!pointed) return NOTHING;
  const { kind, key } = pointed;
  if (kind === 'process') return ofProcess(Number(key), source);
  if (kind === 'buffer') return ofBuffer(Number(key), source);
  if (kind === 'mapping') return ofMapping(key, source);
  if (kind === 'bank') return ofBank(key, source);
  return ofEvidence(source.findings.find((finding) => finding.id === key)?.evidence ?? [], source);
}

function ofProcess(pid: number, { buffers, mappings }: PictureSource): Related {
  const own = [...mappings.values()].filter((mapping) => mapping.pid === pid);
  const held = [...buffers.values()].filter((buffer) => buffer.holders.some((row) => row.pid === pid));
  return {
    pids: new Set([pid]),
    inos: new Set(held.map((buffer) => buffer.ino)),
    mappings: new Set(own.map((mapping) => mapping.id)),
    banks: devicesOf(own),
  };
}

function ofBuffer(ino: number, { buffers, mappings }: PictureSource): Related {
  const buffer = buffers.get(ino);
  const own = (buffer?.mappings ?? []).flatMap(({ mapping }) => mappings.get(mapping) ?? []);
  return {
    pids: new Set([...(buffer?.holders ?? []).map((row) => row.pid), ...own.map((mapping) => mapping.pid)]),
    inos: new Set([ino]),
    mappings: new Set(own.map((mapping) => mapping.id)),
    banks: new Set([...devicesOf(own), ...(buffer?.attachedTo.value ?? [])]),
  };
}

function ofMapping(id: string, { buffers, mappings }: PictureSource): Related {
  const mapping = mappings.get(id);
  const theirs = [...buffers.values()].filter((buffer) => buffer.mappings.some((row) => row.mapping === id));
  return {
    pids: new Set(mapping ? [mapping.pid] : []),
    inos: new Set(theirs.map((buffer) => buffer.ino)),
    mappings: new Set([id]),
    banks: new Set(mapping ? [mapping.device] : []),
  };
}

function ofBank(device: string, { banks, mappings }: PictureSource): Related {
  const ids = banks.get(device)?.mappings ?? [];
  const own = ids.flatMap((id) => mappings.get(id) ?? []);
  return {
    pids: new Set(own.map((mapping) => mapping.pid)),
    inos: new Set(),
    mappings: new Set(ids),
    banks: new Set([device]),
  };
}

/** Evidence names mappings, inodes and devices. */
function ofEvidence(evidence: readonly string[], { banks, buffers, mappings }: PictureSource): Related {
  const own = evidence.flatMap((key) => mappings.get(key) ?? []);
  const inos = evidence.map(Number).filter((ino) => buffers.has(ino));
  return {
    pids: new Set(own.map((mapping) => mapping.pid)),
    inos: new Set(inos),
    mappings: new Set(own.map((mapping) => mapping.id)),
    banks: new Set([...devicesOf(own), ...evidence.filter((key) => banks.has(key))]),
  };
}

const devicesOf = (mappings: readonly PictureMapping[]): Set<string> =>
  new Set(mappings.map((mapping) => mapping.device));
