import { formatBytes } from '../model/format.ts';
import { atomsOf, type Atom } from './graph-atoms.ts';
import { groupBuffers, groupProcesses, type Grouping } from './graph-groups.ts';
import type { Pointed } from './related.ts';
import type { PictureSource } from './source.ts';

/** process -> buffer -> importer -> bank. */
export type Column = 0 | 1 | 2 | 3;
export const COLUMN_TITLES = ['Process', 'Buffer', 'Importer', 'Context bank'] as const;

/** What a node is besides: told by a shape and a word. */
export type Flag = 'gone' | 'scattered' | 'unproven' | 'held-by-gone';
export const FLAG_WORDS: Readonly<Record<Flag, string>> = {
  gone: 'gone',
  scattered: 'scattered',
  unproven: 'not proven',
  'held-by-gone': 'held by a dead process',
};

export interface GraphNode {
  readonly id: string;
  readonly column: Column;
  readonly title: string;
  readonly detail: string;
  readonly flags: readonly Flag[];
  /** 1, or how many things stand behind it. */
  readonly members: number;
  /** Group that a click opens; null: it is one thing. */
  readonly opens: string | null;
  /** Group that it came out of; null: none. */
  readonly within: string | null;
  readonly pids: readonly number[];
  readonly inos: readonly number[];
  readonly mappings: readonly string[];
  readonly device: string | null;
  readonly selects: Pointed | null;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** 'holds', 'imports', 'maps', 'allocated in', 'attached to'. */
  readonly word: string;
  readonly scattered: boolean;
}

export interface SharingGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** How many nodes there would be without groups. */
  readonly whole: number;
  readonly grouped: boolean;
}

export interface GraphOptions {
  /** More nodes than these are grouped. */
  readonly limit: number;
  /** Groups that the user opened. */
  readonly open: ReadonlySet<string>;
}

/** Who shares what with whom, as nodes and edges from left to right. Linear in the picture. */
export function graphOf(source: PictureSource, { limit, open }: GraphOptions): SharingGraph {
  const atoms = atomsOf(source);
  const holders = new Set(atoms.flatMap(({ owners }) => owners));
  const importers = new Set(atoms.flatMap(({ imports }) => imports.flatMap(({ pid }) => pid ?? [])));
  const whole = holders.size + atoms.length + importers.size + source.banks.size;
  const grouped = whole > limit;
  const drawing = new Drawing(source, {
    holders: groupProcesses([...holders], { source, grouped, open, side: 'p' }),
    importers: groupProcesses([...importers], { source, grouped, open, side: 'i' }),
    buffers: groupBuffers(atoms, { grouped, open }),
  });
  for (const atom of atoms) drawing.add(atom);
  return { ...drawing.result(), whole, grouped };
}

interface Groupings {
  readonly holders: Grouping<number>;
  readonly importers: Grouping<number>;
  readonly buffers: Grouping<Atom>;
}

class Drawing {
  readonly #source: PictureSource;
  readonly #groups: Groupings;
  readonly #edges = new Map<string, { -readonly [K in keyof GraphEdge]: GraphEdge[K] }>();

  constructor(source: PictureSource, groups: Groupings) {
    this.#source = source;
    this.#groups = groups;
  }

  add(atom: Atom): void {
    const { holders, importers, buffers } = this.#groups;
    const node = buffers.idOf(atom);
    for (const pid of atom.owners) this.#edge(holders.idOf(pid), node, 'holds');
    for (const device of atom.home) this.#edge(node, bankId(device), 'allocated in');
    for (const { pid, device, scattered } of atom.imports) {
      if (pid === null) this.#edge(node, bankId(device), 'attached to');
      else {
        const importer = importers.idOf(pid);
        this.#edge(node, importer, 'imported by', scattered);
        this.#edge(importer, bankId(device), 'maps into', scattered);
      }
    }
  }

  result(): Pick<SharingGraph, 'nodes' | 'edges'> {
    const { holders, importers, buffers } = this.#groups;
    return {
      nodes: [
        ...holders.groups().map((group) => this.#process(group, 0)),
        ...buffers.groups().map(bufferNode),
        ...importers.groups().map((group) => this.#process(group, 2)),
        ...[...this.#source.banks.keys()].map((device) => this.#bank(device)),
      ],
      edges: [...this.#edges.values()],
    };
  }

  #edge(from: string, to: string, word: string, scattered = false): void {
    const id = `${from}>${to}`;
    const edge = this.#edges.get(id);
    if (!edge) this.#edges.set(id, { id, from, to, count: 1, word, scattered });
    else {
      edge.count += 1;
      edge.scattered ||= scattered;
    }
  }

  #process({ id, title, members, opens, within }: GroupOf<number>, column: 0 | 2): GraphNode {
    const { processes } = this.#source;
    const gone = members.filter((pid) => processes.get(pid)?.alive === false).length;
    const [pid = 0] = members;
    const one = members.length === 1;
    const some = gone > 0 && !one ? `, ${gone} gone` : '';
    return {
      id,
      column,
      title,
      detail: one ? `pid ${pid}` : `${members.length} processes${some}`,
      flags: gone === members.length ? ['gone'] : [],
      members: members.length,
      opens,
      within,
      pids: members,
      inos: [],
      mappings: [],
      device: null,
      selects: one ? { kind: 'process', key: String(pid) } : null,
    };
  }

  #bank(device: string): GraphNode {
    const bank = this.#source.banks.get(device);
    const users = bank?.users.value ?? [];
    const dead = users.length > 0 && users.every((pid) => this.#source.processes.get(pid)?.alive === false);
    const bytes = bank?.mappedBytes.value ?? null;
    return {
      id: bankId(device),
      column: 3,
      title: bank ? `${bank.dsp} bank ${bank.sid}` : device,
      detail: bytes === null ? 'mapped: not known' : `${formatBytes(bytes)} mapped`,
      flags: dead ? ['held-by-gone'] : [],
      members: 1,
      opens: null,
      within: null,
      pids: [],
      inos: [],
      mappings: [],
      device,
      selects: { kind: 'bank', key: device },
    };
  }
}

type GroupOf<T> = ReturnType<Grouping<T>['groups']>[number];

const bankId = (device: string): string => `k/${device}`;

function bufferNode({ id, title, members, opens, within }: GroupOf<Atom>): GraphNode {
  const [first] = members;
  const one = members.length === 1 ? first : undefined;
  const bytes = members.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const scattered = members.filter((atom) => atom.scattered).length;
  return {
    id,
    column: 1,
    title,
    detail: one
      ? atomDetail(one)
      : `${members.length} buffers, ${formatBytes(bytes)}${scattered > 0 ? `, ${scattered} scattered` : ''}`,
    flags: [
      ...(scattered > 0 ? (['scattered'] as const) : []),
      ...(one?.mapping && one.exporter === 'import' ? (['unproven'] as const) : []),
    ],
    members: members.length,
    opens,
    within,
    pids: [],
    inos: members.flatMap(({ buffer }) => buffer?.ino ?? []),
    mappings: members.flatMap(({ buffer, mapping }) =>
      mapping ? [mapping.id] : (buffer?.mappings ?? []).map((row) => row.mapping),
    ),
    device: null,
    selects: one ? atomSelects(one) : null,
  };
}

function atomDetail({ buffer, mapping }: Atom): string {
  if (buffer) return `ino ${buffer.ino}`;
  return mapping?.kind === 'alloc' ? 'no dma-buf known' : '';
}

const atomSelects = ({ buffer, mapping }: Atom): Pointed =>
  buffer ? { kind: 'buffer', key: String(buffer.ino) } : { kind: 'mapping', key: mapping?.id ?? '' };
