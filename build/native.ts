// Configures and builds the native trees: build/node build/native.ts [host] [asan] [fuzz] [aarch64]
// A tree is configured once and again only when its recipe changes; ninja does the rest.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
function recipeText(tree: Tree): string {
  const rooms = globSync('{native,test/native}/**/meson.build', { cwd: root }).sort();
  const sysroot = at('.build/sysroot-aarch64/recipe');
  const cross = tree === 'aarch64' && existsSync(sysroot) ? readFileSync(sysroot, 'utf8') : '';
  return JSON.stringify({ recipe: recipes[tree], rooms, cross, root });
}

/** One build at a time in a tree, also among several callers. */
const locked = (
  tree: Tree,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> => run('flock', [`.build/${tree}.lock`, ...command], { env });

async function configure(tree: Tree): Promise<Finished | undefined> {
  const stamp = at('.build', `${tree}.recipe`);
  const text = recipeText(tree);
  const configured = existsSync(at('.build', tree, 'build.ninja'));
  if (configured && existsSync(stamp) && readFileSync(stamp, 'utf8') === text) return undefined;
  const { setup, env } = recipes[tree];
  const fresh = 'rm -rf "$1" && shift && exec "$@"';
  const done = await locked(
    tree,
    ['sh', '-c', fresh, 'sh', `.build/${tree}`, 'meson', 'setup', `.build/${tree}`, ...setup],
    env,
  );
  if (done.ok) writeFileSync(stamp, text);
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

/** Brings a tree up to date. The result of the step that failed, or of the last one. */
export async function buildTree(tree: Tree): Promise<Finished> {
  mkdirSync(at('.build'), { recursive: true });
  const configured = await configure(tree);
  if (configured !== undefined && !configured.ok) return configured;
  const targets = tree === 'fuzz' ? await fuzzers() : [];
  if (tree === 'fuzz' && targets.length === 0)
    return { code: 0, signal: undefined, output: 'no fuzz targets\n', ok: true };
  return locked(tree, ['ninja', '-C', `.build/${tree}`, ...targets]);
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
