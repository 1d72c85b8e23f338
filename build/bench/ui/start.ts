// What the window weighs and how soon it shows something.
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startServing } from '../../../electron/serve/server.ts';
import { rendererOut } from '../../renderer.ts';
import { must, progress, type BenchLab } from '../bench-lab.ts';
import { digits, median, type Figure } from '../figure.ts';
import { SyntheticDesk } from './synthetic-desk.ts';
import { startBrowser } from './window.ts';

export function bundle(): Promise<readonly Figure[]> {
  const files = globSync('**/*.{js,css,html}', { cwd: rendererOut });
  const sizes = files.map((file) => ({
    file,
    bytes: gzipSync(readFileSync(join(rendererOut, file))).length,
  }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  return Promise.resolve([
    {
      what: 'bundle of the window, gzipped',
      value: total / 1024,
      unit: 'KiB',
      goal: { sense: 'at most', value: 900 },
      how: `${files.length} files, each by itself; the largest: ${largest.map(({ file, bytes }) => `${file} ${digits(bytes / 1024)} KiB`).join(', ')}`,
    },
  ]);
}

/** From the start of a browser with a new profile until the text is seen, ms. */
async function shownAfter(url: string, text: string): Promise<number> {
  const began = performance.now();
  const browser = await startBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByText(text).first().waitFor();
  const took = performance.now() - began;
  await browser.close();
  return took;
}

const EMPTY = '<!doctype html><title>empty</title><p>nothing else</p>';

export async function paint(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const serving = must(
    await startServing({ desk: new SyntheticDesk(1000), page: rendererOut, port: 0, say: () => undefined }),
  );
  lab.later(() => serving.close());
  const bare = createServer((_, response) => response.setHeader('content-type', 'text/html').end(EMPTY));
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  lab.later(() => void bare.close());
  const empty = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
  const pairs: { ours: number; bare: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    lab.check();
    progress(`start ${round + 1} of ${rounds}`);
    pairs.push({
      bare: await shownAfter(empty, 'nothing else'),
      // The board in front is named in the top line: the host has answered.
      ours: await shownAfter(serving.url, 'synthetic board'),
    });
  }
  const more = pairs.map(({ ours, bare: without }) => ours - without);
  return [
    {
      what: 'first meaningful paint beyond a bare start of Chromium with an empty page',
      value: median(more),
      unit: 'ms',
      goal: { sense: 'at most', value: 1000 },
      how: `until the board is named, side by side, median of ${rounds}; the bare start takes ${digits(median(pairs.map((pair) => pair.bare)))} ms`,
    },
  ];
}
