// Bundles the window into out/renderer.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type InlineConfig } from 'vite';
import { at, root } from './run.ts';

/** Where the built window lies. */
export const rendererOut = at('out/renderer');

export const rendererConfig: InlineConfig = {
  configFile: false,
  root: at('renderer'),
  // The page is served from a folder, from a scheme of the app and over HTTP alike.
  base: './',
  publicDir: false,
  plugins: [svelte({ configFile: false })],
  worker: { format: 'es' },
  logLevel: 'warn',
  build: {
    outDir: rendererOut,
    emptyOutDir: true,
    target: 'chrome140',
    sourcemap: false,
    // The page's policy allows no inline script and no font or worker from a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
};

/** What the window is made of; when any of it changes, it is stale. */
const sources = [
  'renderer/**/*',
  'electron/{contract,model,memory,bench,report}/**/*.ts',
  'build/renderer.ts',
  'package-lock.json',
];

/** Lies beside the window, not in it: nobody serves it. */
const stampPath = `${rendererOut}.stamp`;

/** Bytes, gzipped, that all files of the window may have together. */
const MOST_BYTES = 900 * 1024;

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const path of globSync(sources, { cwd: root }).sort()) {
    const full = join(root, path);
    if (/\.[a-z]+$/.test(path)) hash.update(path).update(readFileSync(full));
  }
  return hash.digest('hex');
}

const gzipped = (path: string): number => gzipSync(readFileSync(path)).length;

/** Bytes of the window, gzipped: of all files, and of those that the page asks for at once. */
function sizesOf(folder: string): { readonly all: number; readonly first: number } {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = globSync('**/*.*', { cwd: folder }).map((path) => ({
    bytes: gzipped(join(folder, path)),
    first: path === 'index.html' || page.includes(path.replaceAll('\\', '/')),
  }));
  const sum = (list: typeof files): number => list.reduce((bytes, file) => bytes + file.bytes, 0);
  return { all: sum(files), first: sum(files.filter(({ first }) => first)) };
}

/** Puts a finished folder in the place of the one before: a page that is being served finds one or the other. */
function replace(made: string): void {
  const before = `${made}.before`;
  if (existsSync(rendererOut)) renameSync(rendererOut, before);
  renameSync(made, rendererOut);
  rmSync(before, { recursive: true, force: true });
}

/** Bundles the window. Throws what Vite throws where it does not build, and where it has become too large. */
export async function buildRenderer(): Promise<void> {
  const stamp = fingerprint();
  const made = `${rendererOut}.${process.pid}`;
  process.stderr.write('Bundling the window (some seconds)\n');
  try {
    await build({ ...rendererConfig, build: { ...rendererConfig.build, outDir: made } });
    const { all, first } = sizesOf(made);
    const kib = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`;
    if (all > MOST_BYTES) throw new Error(`the window has ${kib(all)} gzipped, over ${kib(MOST_BYTES)}`);
    replace(made);
    writeFileSync(stampPath, stamp);
    console.log(`window: ${kib(all)} gzipped, ${kib(first)} of it before the first view`);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** Bundles the window where its sources changed since the last time. */
export async function buildStale(): Promise<void> {
  const built = existsSync(join(rendererOut, 'index.html')) && existsSync(stampPath);
  if (!built || readFileSync(stampPath, 'utf8') !== fingerprint()) await buildRenderer();
}
