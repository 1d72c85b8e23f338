import type { Fields } from '../deploy/shell.ts';

/** A node of a DSP's driver, as the daemon's user sees it. */
export interface SeenNode {
  readonly path: string;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Driver by its link in sysfs; empty: not told. */
  readonly driver: string;
  /** 'cdsp'; empty: not told before somebody asks the node. */
  readonly dsp: string;
  /** "crw-rw---- root:video"; empty: not told. */
  readonly permissions: string;
}

/** A file with what the daemon's user may do to it. */
export interface SeenFile {
  readonly path: string;
  readonly readable: boolean;
  readonly writable: boolean;
}

/** What BOARD_SCRIPT found. Lists are empty where nothing was found or nothing may be looked at. */
export interface BoardFacts {
  readonly model: string;
  /** null: this kernel has no SELinux, or does not tell. */
  readonly selinux: 'enforcing' | 'permissive' | null;
  /** SELinux context of the daemon's shell; empty: none. */
  readonly context: string;
  readonly nodes: readonly SeenNode[];
  /** /dev/accel can be listed. */
  readonly accelListed: boolean;
  /** Driver modules ('qda', 'fastrpc') that are loaded, or have BTF of their own. */
  readonly modules: readonly { readonly name: string; readonly loaded: boolean; readonly btf: boolean }[];
  readonly vmlinuxBtf: boolean;
  readonly remoteprocs: readonly { readonly name: string; readonly state: string; readonly path: string }[];
  readonly shells: readonly SeenFile[];
  readonly heaps: readonly SeenFile[];
  readonly mounts: readonly { readonly kind: string; readonly path: string }[];
  readonly bufinfo: boolean;
  /** Roots of tracefs that have the DMA events. */
  readonly events: readonly string[];
  readonly governors: readonly { readonly policy: string; readonly governor: string }[];
  readonly zones: readonly { readonly path: string; readonly milliDegrees: number }[];
}

/** Lines of any one key that are looked at. */
const MOST = 256;
const LONGEST = 400;

/** The facts in what the script printed. */
export function factsOf(fields: Fields): BoardFacts {
  const rows = (key: string): (readonly string[])[] =>
    fields
      .all(key)
      .slice(0, MOST)
      .map((value) => value.slice(0, LONGEST).split('|'));
  const has = (key: string): boolean => rows(key).length > 0;
  const [selinux = '', context = ''] = rows('selinux')[0] ?? [];
  return {
    model: rows('model')[0]?.join('|') ?? '',
    selinux: selinuxOf(selinux),
    context,
    nodes: rows('node').map(nodeOf),
    accelListed: has('accel'),
    modules: rows('module')
      .map(([name = '', loaded = '', btf = '']) => ({ name, loaded: loaded !== '', btf: btf !== '' }))
      .filter(({ loaded, btf }) => loaded || btf),
    vmlinuxBtf: has('vmlinux'),
    remoteprocs: rows('dsp').map(([name = '', state = '', path = '']) => ({ name, state, path })),
    shells: rows('shell').map(fileOf),
    heaps: rows('heap').map(fileOf),
    mounts: rows('mount').map(([kind = '', path = '']) => ({ kind, path })),
    bufinfo: has('bufinfo'),
    events: rows('events').map(([root = '']) => root),
    governors: rows('governor').map(([policy = '', governor = '']) => ({ policy, governor })),
    zones: rows('zone').flatMap(zoneOf),
  };
}

function selinuxOf(text: string): BoardFacts['selinux'] {
  if (/^1$|enforcing/i.test(text)) return 'enforcing';
  return /^0$|permissive/i.test(text) ? 'permissive' : null;
}

const fileOf = ([path = '', access = '']: readonly string[]): SeenFile => ({
  path,
  readable: access.startsWith('r'),
  writable: access.endsWith('w'),
});

function nodeOf([path = '', access = '', driver = '', label = '', listed = '']: readonly string[]): SeenNode {
  const [mode = '', , owner = '', group = ''] = listed.split(/\s+/);
  return {
    ...fileOf([path, access]),
    driver,
    dsp: label === '' ? (/^\/dev\/fastrpc-(\w+)/.exec(path)?.[1] ?? '') : label,
    permissions: mode === '' ? '' : `${mode} ${owner}:${group}`,
  };
}

function zoneOf([text = '', path = '']: readonly string[]): BoardFacts['zones'] {
  return /^-?\d{1,7}$/.test(text) ? [{ path, milliDegrees: Number(text) }] : [];
}
