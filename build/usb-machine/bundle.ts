// The test as one file: read file by file in the machine, it would take half a minute to load.
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { build } from 'vite';
import { appBuildId } from '../../electron/link/deploy/app-build.ts';
import { at, root } from '../run.ts';

/** Two folders below the root: from there a bundle knows where the checkout is (electron/link/deploy/built.ts). */
const FOLDER = '.build/usb-test';

/** Full path of the bundle. */
export async function bundleTest(): Promise<string> {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string };
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    define: { QDA_LAB_BUILT: JSON.stringify({ version, buildId: appBuildId() }) },
    ssr: { noExternal: true, external: ['usb'], target: 'node' },
    build: {
      ssr: true,
      outDir: at(FOLDER),
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: { main: at('test/usb/main.ts') },
        external: ['usb', ...builtinModules, /^node:/],
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  });
  return at(FOLDER, 'main.js');
}
