// Configures and builds the native trees: build/node build/native.ts [host] [asan] [fuzz] [aarch64]
// A tree is configured once and again only when its recipe changes; ninja does the rest.
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { locked } from './locked.ts';
import { at, root, run, type Finished } from './run.ts';

export type Tree = 'host' | 'asan' | 'fuzz' | 'aarch64';

interface Recipe {
  readonly what: string;
  readonly setup: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const checked = ['-Db_sanitize=address,undefined', '-Db_lundef=false', '-Dbuildtype=debugoptimized'];
const sanitizerFlags = '-fno-sanitize-recover=all -fno-omit-frame-pointer';

/** The trees, as data. */
export const recipes: Readonly<Record<Tree, Recipe>> = {
  host: { what: 'release build for this machine', setup: ['-Dbuildtype=release'] },
  asan: {
    what: 'build with ASan and UBSan, for the tests',
    setup: [...checked, `-Dc_args=${sanitizerFlags}`],
  },
  fuzz: {
    what: 'fuzz targets (clang, libFuzzer)',
    // Warnings are the business of the gcc trees.
    setup: [
      ...checked,
      '-Dfuzz=true',
      '-Dwerror=false',
      `-Dc_args=${sanitizerFlags} -fsanitize=fuzzer-no-link`,
    ],
    env: { CC: 'clang-16' },
  },
  aarch64: {
    what: "the board's agent (aarch64, static, musl)",
    setup: ['--cross-file=.build/sysroot-aarch64/aarch64.ini', '-Dbuildtype=minsize', '-Dboard=true'],
  },
};

export const trees = Object.keys(recipes) as readonly Tree[];

/** What a configured tree depends on beside the files that meson itself watches. */
interface Stamp {
  /** When this changes, the tree is made anew. */
  readonly ground: string;
  /** When only this changes, meson looks again. */
  readonly rooms: readonly string[];
}

function stampFor(tree: Tree): Stamp {
  const sysroot = at('.build/sysroot-aarch64/recipe');
  const cross = tree === 'aarch64' && existsSync(sysroot) ? readFileSync(sysroot, 'utf8') : '';
  const rooms = globSync('{native,test/native}/**/meson.build', { cwd: root }).sort();
  return { ground: JSON.stringify([recipes[tree], cross, root]), rooms };
}

function stampOf(tree: Tree): Stamp | undefined {
  const path = at('.build', `${tree}.recipe`);
  if (!existsSync(path) || !existsSync(at('.build', tree, 'build.ninja'))) return undefined;
  return JSON.parse(readFileSync(path, 'utf8')) as Stamp;
}

async function configure(tree: Tree): Promise<Finished | undefined> {
  const [before, now] = [stampOf(tree), stampFor(tree)];
  if (JSON.stringify(before) === JSON.stringify(now)) return undefined;
  const again = before?.ground === now.ground;
  if (!again) rmSync(at('.build', tree), { recursive: true, force: true });
  const { setup, env } = recipes[tree];
  const args = ['setup', `.build/${tree}`, ...(again ? ['--reconfigure'] : setup)];
  const done = await run('meson', args, env === undefined ? {} : { env });
  if (done.ok) writeFileSync(at('.build', `${tree}.recipe`), JSON.stringify(now));
  return done;
}

/** The targets of the fuzz tree that are worth building: the fuzzers, with what they need. */
export async function fuzzers(): Promise<readonly string[]> {
  const listed = await run('meson', ['introspect', '--targets', '.build/fuzz']);
  if (!listed.ok) throw new Error(`meson introspect failed:\n${listed.output}`);
  const targets = JSON.parse(listed.output) as readonly {
    defined_in: string;
    filename: readonly string[];
    type: string;
  }[];
  return targets
    .filter((target) => target.type === 'executable' && target.defined_in.includes('/test/native/fuzz/'))
    .flatMap((target) => target.filename.map((name) => name.slice(at('.build/fuzz').length + 1)));
}

async function bringUpToDate(tree: Tree): Promise<Finished> {
  const configured = await configure(tree);
  if (configured !== undefined && !configured.ok) return configured;
  const targets = tree === 'fuzz' ? await fuzzers() : [];
  if (tree === 'fuzz' && targets.length === 0) {
    return { code: 0, signal: undefined, output: 'no fuzz targets\n', ok: true };
  }
  return run('ninja', ['-C', `.build/${tree}`, ...targets]);
}

/** Brings a tree up to date, one caller at a time. The result of the step that failed, or of the last one. */
export function buildTree(tree: Tree): Promise<Finished> {
  return locked(tree, () => bringUpToDate(tree));
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !trees.includes(name as Tree));
  if (unknown.length > 0) {
    console.error(`native: unknown tree '${unknown.join("', '")}'; there are: ${trees.join(', ')}`);
    return 3;
  }
  for (const tree of names.length === 0 ? (['host'] as const) : (names as readonly Tree[])) {
    const done = await buildTree(tree);
    const last = done.output.trimEnd().split('\n').at(-1) ?? '';
    if (!done.ok) {
      console.error(`${done.output}\nnative: the ${tree} tree (${recipes[tree].what}) does not build`);
      return 1;
    }
    console.log(`native: ${tree}: ${last}`);
  }
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
