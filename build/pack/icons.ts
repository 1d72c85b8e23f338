// Draws the app's icons from build/pack/icon.svg: build/node build/pack/icons.ts
// Chromium renders the PNGs; ICO and ICNS are containers of PNGs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { at } from '../run.ts';

const SIZES = [16, 32, 48, 64, 128, 256, 512, 1024] as const;

async function draw(): Promise<Map<number, Buffer>> {
  const browser = await chromium.launch({
    executablePath: process.env['QDA_LAB_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  const svg = readFileSync(at('build/pack/icon.svg'), 'utf8');
  const pngs = new Map<number, Buffer>();
  for (const size of SIZES) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(
      `<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
    );
    pngs.set(size, await page.screenshot({ omitBackground: true }));
    await page.close();
  }
  await browser.close();
  return pngs;
}

const pngOf = (pngs: ReadonlyMap<number, Buffer>, size: number): Buffer => {
  const png = pngs.get(size);
  if (!png) throw new Error(`no picture of ${size} pixels was drawn`);
  return png;
};

/** ICO: a directory of 16-byte entries, then the PNGs (a size of 256 is written as 0). */
export function ico(pngs: ReadonlyMap<number, Buffer>): Buffer {
  const sizes = [16, 32, 48, 64, 128, 256];
  const head = Buffer.alloc(6 + 16 * sizes.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sizes.length, 4);
  let offset = head.length;
  for (const [at, size] of sizes.entries()) {
    const png = pngOf(pngs, size);
    const entry = 6 + 16 * at;
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...sizes.map((size) => pngOf(pngs, size))]);
}

/** ICNS: 'icns', the whole length, then each PNG after its type and its length (big-endian, heads included). */
export function icns(pngs: ReadonlyMap<number, Buffer>): Buffer {
  const types: readonly (readonly [string, number])[] = [
    ['icp4', 16],
    ['icp5', 32],
    ['icp6', 64],
    ['ic07', 128],
    ['ic08', 256],
    ['ic09', 512],
    ['ic10', 1024],
  ];
  const parts = types.map(([type, size]) => part(type, pngOf(pngs, size)));
  return part('icns', Buffer.concat(parts));
}

function part(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}

if (import.meta.main) {
  const pngs = await draw();
  mkdirSync(at('build/pack/icons'), { recursive: true });
  writeFileSync(at('build/pack/icons/icon.ico'), ico(pngs));
  writeFileSync(at('build/pack/icons/icon.icns'), icns(pngs));
  for (const size of SIZES) writeFileSync(at(`build/pack/icons/${size}x${size}.png`), pngOf(pngs, size));
}
