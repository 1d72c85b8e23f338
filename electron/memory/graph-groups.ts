import { formatBytes } from '../model/format.ts';
import type { Atom } from './graph-atoms.ts';
import type { PictureSource } from './source.ts';

/** Things behind one node. */
export interface Group<T> {
  readonly id: string;
  readonly title: string;
  readonly members: readonly T[];
  /** Key by which the user opens it; null: there is nothing to open. */
  readonly opens: string | null;
  /** The opened group that it belongs to. */
  readonly within: string | null;
}

export interface Grouping<T> {
  idOf(thing: T): string;
  groups(): readonly Group<T>[];
}

/** An opened group shows this many of its members, the rest as one node. */
const MOST_SHOWN = 100;
/** Groups of a column; what is in smaller ones is put together. */
const MOST_GROUPS = 60;

interface How<T> {
  readonly idOf: (thing: T) => string;
  readonly titleOf: (thing: T) => string;
  /** Group of a thing: a key that stays, and its words; null: it stands alone. */
  readonly groupOf: (thing: T) => { readonly key: string; readonly title: string } | null;
  readonly other: { readonly key: string; readonly title: string };
  readonly open: ReadonlySet<string>;
}

interface ProcessesOf {
  readonly source: Pick<PictureSource, 'processes'>;
  readonly grouped: boolean;
  readonly open: ReadonlySet<string>;
  /** 'p': holders, 'i': importers. */
  readonly side: 'p' | 'i';
}

/** Processes by their name, a number at its end left out. */
export function groupProcesses(
  pids: readonly number[],
  { source, grouped, open, side }: ProcessesOf,
): Grouping<number> {
  const nameOf = (pid: number): string => source.processes.get(pid)?.comm.value ?? 'process';
  return grouping(pids, {
    idOf: (pid) => `${side}/${pid}`,
    titleOf: nameOf,
    groupOf: (pid) => {
      const name = nameOf(pid).replace(/[-_.:/# ]?\d+$/, '');
      return grouped ? { key: `${side}:${name}`, title: name } : null;
    },
    other: { key: `${side}:`, title: 'other processes' },
    open,
  });
}

/** Buffers by exporter and power of four of their size. */
export const groupBuffers = (
  atoms: readonly Atom[],
  { grouped, open }: { readonly grouped: boolean; readonly open: ReadonlySet<string> },
): Grouping<Atom> =>
  grouping(atoms, {
    idOf: ({ key }) => key,
    titleOf: ({ size, exporter }) => `${size === null ? 'size unknown' : formatBytes(size)} ${exporter}`,
    groupOf: ({ size, exporter }) => {
      if (!grouped) return null;
      if (size === null) return { key: `b:${exporter}/unknown`, title: `size unknown ${exporter}` };
      const least = size === 0 ? 0 : 4 ** Math.floor(Math.log2(size) / 2);
      return { key: `b:${exporter}/${least}`, title: `${rangeText(least)} ${exporter}` };
    },
    other: { key: 'b:', title: 'other buffers' },
    open,
  });

/** '4–16 KiB'. */
function rangeText(least: number): string {
  const [from, to] = [formatBytes(least), formatBytes(least * 4)];
  const [number = '', unit] = from.split(' ');
  return `${to.endsWith(` ${unit}`) ? number : from}–${to}`;
}

function grouping<T>(things: readonly T[], how: How<T>): Grouping<T> {
  const { lists, alone } = listsOf(things, how);
  const ids = new Map<T, string>();
  const groups: Group<T>[] = [];
  const put = (group: Group<T>): void => {
    groups.push(group);
    for (const member of group.members) ids.set(member, group.id);
  };
  const single = (thing: T, within: string | null): void =>
    put({ id: how.idOf(thing), title: how.titleOf(thing), members: [thing], opens: null, within });
  for (const thing of alone) single(thing, null);
  for (const { key, title, members } of lists) {
    const [first] = members;
    if (members.length === 1 && first !== undefined) single(first, null);
    else if (!how.open.has(key)) put({ id: key, title, members, opens: key, within: null });
    else {
      for (const member of members.slice(0, MOST_SHOWN)) single(member, key);
      const rest = members.slice(MOST_SHOWN);
      if (rest.length > 0)
        put({ id: `${key} rest`, title: `${title}: the rest`, members: rest, opens: null, within: key });
    }
  }
  return { idOf: (thing) => ids.get(thing) ?? '', groups: () => groups };
}

interface List<T> {
  readonly key: string;
  readonly title: string;
  readonly members: T[];
}

function listsOf<T>(things: readonly T[], how: How<T>): { lists: readonly List<T>[]; alone: readonly T[] } {
  const lists = new Map<string, List<T>>();
  const alone: T[] = [];
  for (const thing of things) {
    const group = how.groupOf(thing);
    const list = group && lists.get(group.key);
    if (list) list.members.push(thing);
    else if (group) lists.set(group.key, { ...group, members: [thing] });
    else alone.push(thing);
  }
  const all = [...lists.values()];
  if (all.length <= MOST_GROUPS) return { lists: all, alone };
  all.sort((a, b) => b.members.length - a.members.length);
  const small = all.slice(MOST_GROUPS).flatMap(({ members }) => members);
  return { lists: [...all.slice(0, MOST_GROUPS), { ...how.other, members: small }], alone };
}
