// How the window is bundled: Vite's configuration, as a value.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { InlineConfig } from 'vite';
import { at } from './run.ts';

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
