import { extractAll, listPackage } from '@electron/asar';
import { build } from 'electron-builder';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildStale } from '../../../build/app.ts';
import { config } from '../../../build/pack/config.ts';
import { ico, icns } from '../../../build/pack/icons.ts';
import { missingNative, request } from '../../../build/pack/pack.ts';
import { at } from '../../../build/run.ts';
import { buildShell } from '../../../build/shell.ts';

const NATIVE = 'node_modules/@node-usb/usb-linux-x64-gnu';

/** Where Electron's own files would lie: a folder with a program of that name, because the real one cannot be had everywhere. */
function stubElectron(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qda-electron-dist-'));
  writeFileSync(join(folder, 'electron'), '#!/bin/sh\n', { mode: 0o755 });
  mkdirSync(join(folder, 'resources'));
  return folder;
}

describe('the packed app', () => {
  const output = mkdtempSync(join(tmpdir(), 'qda-pack-'));
  const dist = stubElectron();
  const inside = join(output, 'linux-unpacked');

  beforeAll(async () => {
    await buildStale();
    await buildShell();
    const { config: own, ...rest } = request('linux', true, dist, output);
    // Fuses are flipped in Electron's own program, which the stub is not.
    await build({ ...rest, config: { ...own, electronFuses: null } });
  });
  afterAll(() => {
    for (const folder of [output, dist]) rmSync(folder, { recursive: true, force: true });
  });

  it('holds the bundles, npm usb for this system, and nothing else of node_modules or of the sources', () => {
    const files = listPackage(join(inside, 'resources/app.asar'), { isPack: false });
    for (const must of [
      '/out/main/main.js',
      '/out/main/host-process.js',
      '/out/preload/index.cjs',
      '/package.json',
    ])
      expect(files).toContain(must);
    expect(files).toContain('/out/renderer/index.html');
    expect(files.filter((name) => /\.ts$|\.map$|^\/electron/.test(name))).toEqual([]);
    expect(files.filter((name) => /node_modules.*\./.test(name)).sort()).toEqual([
      `/${NATIVE}/package.json`,
      `/${NATIVE}/usb.linux-x64-gnu.node`,
      '/node_modules/usb/LICENSE.md',
      '/node_modules/usb/dist/index.js',
      '/node_modules/usb/index.js',
      '/node_modules/usb/package.json',
    ]);
  });

  it('has the native part as a file, which its JavaScript loads from there', () => {
    const unpacked = join(inside, 'resources/app.asar.unpacked', NATIVE, 'usb.linux-x64-gnu.node');
    expect(readFileSync(unpacked).equals(readFileSync(at(NATIVE, 'usb.linux-x64-gnu.node')))).toBe(true);
    const opened = join(output, 'opened');
    extractAll(join(inside, 'resources/app.asar'), opened);
    const ask = "import('usb').then(({ usb }) => console.log(typeof usb.getDevices))";
    writeFileSync(join(opened, 'out/main/ask.mjs'), ask);
    expect(execFileSync(process.execPath, [join(opened, 'out/main/ask.mjs')], { encoding: 'utf8' })).toBe(
      'function\n',
    );
  });

  it('loads it only where the USB is used', () => {
    const host = readFileSync(at('out/main/host-process.js'), 'utf8');
    expect(host).not.toMatch(/(?:from|require\()\s*["']usb["']/);
  });

  it.each([
    'agents/aarch64/qda-agent',
    'native/agent/qda-agent',
    'native/vqda/vqda',
    'native/vqda/vqda-workload',
    'native/vqda/vqda-sandbox.so',
    'udev/51-qda-lab.rules',
    'LICENSE.txt',
  ])('has %s as a resource, the same bytes as built', (path) => {
    const here = join(inside, 'resources', path);
    expect(existsSync(here)).toBe(true);
    const from = [...(config.linux?.extraResources as { from: string; to: string }[]), ...ALL].find(
      ({ to }) => to === path,
    );
    expect(from && readFileSync(at(from.from)).equals(readFileSync(here))).toBe(true);
  });
});

const ALL = config.extraResources as { from: string; to: string }[];

describe('what is configured', () => {
  it('are the guards of the program', () => {
    expect(config.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
    });
  });

  it('registers no scheme and no update channel by itself', () => {
    expect(config.protocols).toBeUndefined();
    expect(config.publish).toBeNull();
  });

  it('puts the udev rule where udev reads it', () => {
    expect(config.deb?.fpm).toEqual([
      'resources/udev/51-qda-lab.rules=/usr/lib/udev/rules.d/51-qda-lab.rules',
    ]);
    expect(readFileSync(at('resources/udev/51-qda-lab.rules'), 'utf8')).toContain('*:ff4201:*');
  });

  it.each([
    ['linux', ['AppImage', 'deb']],
    ['win', ['nsis']],
    ['mac', ['dmg']],
  ] as const)('packs for %s: %j', (platform, targets) => {
    expect(config[platform]?.target).toEqual(targets);
  });
});

describe("npm usb's native part", () => {
  it.each([
    ['linux', 'node_modules/@node-usb/usb-linux-${arch}-gnu'],
    ['win', 'node_modules/@node-usb/usb-win32-${arch}-msvc'],
    ['mac', 'node_modules/@node-usb/usb-darwin-${arch}'],
  ] as const)('is the one for %s: %s', (platform, from) => {
    expect(config[platform]?.files).toEqual([{ from, to: from, filter: ['package.json', '*.node'] }]);
  });

  it('is missed where npm left it out', () => {
    expect(missingNative('linux', 'x64')).toBeNull();
    expect(missingNative('win', 'x64')).toBe('@node-usb/usb-win32-x64-msvc');
    expect(missingNative('mac', 'arm64')).toBe('@node-usb/usb-darwin-arm64');
  });

  it('is left to the system to load', () => {
    expect(config.asarUnpack).toEqual(['node_modules/@node-usb/**/*.node']);
  });
});

describe('icons', () => {
  const sizes = [16, 32, 48, 64, 128, 256, 512, 1024];
  const pngs = new Map(sizes.map((size) => [size, readFileSync(at(`build/pack/icons/${size}x${size}.png`))]));

  it('are the containers of the committed pictures', () => {
    expect(ico(pngs).equals(readFileSync(at('build/pack/icons/icon.ico')))).toBe(true);
    expect(icns(pngs).equals(readFileSync(at('build/pack/icons/icon.icns')))).toBe(true);
  });

  it.each(sizes)('of %i pixels are that large', (size) => {
    const png = pngs.get(size);
    expect([png?.readUInt32BE(16), png?.readUInt32BE(20)]).toEqual([size, size]);
  });
});
