// Bundles the app's shell: main program, host process and preload, into out/main and out/preload. Called by `npm run build`.
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { build, type InlineConfig } from 'vite';
import { appBuildId } from '../electron/link/deploy/app-build.ts';
import { at, root } from './run.ts';

/** What a bundle cannot hold: Electron itself, Node's own modules, and what has a native part (packed beside it by build/pack/config.ts). */
const NATIVE = ['usb'];
const external = ['electron', ...NATIVE, ...builtinModules, /^node:/];

function bundle(
  entries: Readonly<Record<string, string>>,
  folder: string,
  format: 'es' | 'cjs',
  empty = true,
): InlineConfig {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string };
  const built = { version, buildId: appBuildId() };
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    define: { QDA_LAB_BUILT: JSON.stringify(built) },
    // Everything else is in the bundle, so that an installed app needs no other node_modules.
    ssr: { noExternal: true, external: NATIVE, target: 'node' },
    build: {
      ssr: true,
      outDir: at('out', folder),
      emptyOutDir: empty,
      target: 'node24',
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, at(path)])),
        external,
        output: { format, entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].js' },
      },
    },
  };
}

/** Each entry by itself: a bundle knows where it lies, and from there where the app's other parts are (link/deploy/built.ts). */
export async function buildShell(): Promise<void> {
  await build(bundle({ main: 'electron/main/main.ts' }, 'main', 'es'));
  await build(bundle({ 'host-process': 'electron/main/host-process.ts' }, 'main', 'es', false));
  await build(bundle({ 'runs-worker': 'electron/host/desk/runs/worker.ts' }, 'main', 'es', false));
  await build(bundle({ index: 'electron/preload/index.ts' }, 'preload', 'cjs'));
}

if (import.meta.main) await buildShell();
