// What the machine with USB is made of: a Debian kernel, QEMU, busybox, udevd, and the real adb and adbd; unpacked into .build.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { fail, ok, type Outcome } from '../../electron/model/outcome.ts';
import { adbTools, type AdbTools } from '../adbd.ts';
import { debsEnv, unpackDebs, type DebSet } from '../debs.ts';
import { at, run } from '../run.ts';

export interface Parts {
  /** Folder that everything was unpacked into. */
  readonly folder: string;
  /** Environment in which the programs of that folder run. */
  readonly env: Readonly<Record<'PATH' | 'LD_LIBRARY_PATH', string>>;
  /** Kernel release, the name of its folder in lib/modules. */
  readonly release: string;
  readonly kernel: string;
  readonly busybox: string;
  readonly adb: AdbTools;
}

const FOLDER = at('.build/usb-machine/debs');

/** The kernel of the release itself lacks nothing either, but this one is what was measured. */
const SETS: readonly DebSet[] = [
  { packages: ['linux-image-amd64'], backports: true, only: /^linux-image-(?:\d.*-)?amd64$/ },
  { packages: ['qemu-system-x86', 'busybox-static', 'kmod', 'udev'] },
];

const here = (...paths: readonly string[]): string | undefined =>
  paths.flatMap((path) => [`${FOLDER}/${path}`, `/${path}`]).find(existsSync);

/** Unpacks what is not there yet. Fails with one sentence that says why there is no such machine here. */
export async function fetchParts(): Promise<Outcome<Parts>> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return fail(
      'not-here',
      `The machine with USB needs x86-64 Linux, this is ${process.platform} ${process.arch}.`,
    );
  const adb = await adbTools();
  if (!adb.ok) return adb;
  const unpacked = await unpackDebs(FOLDER, SETS);
  if (!unpacked.ok) return unpacked;
  const release = readdirSync(`${FOLDER}/lib/modules`)[0] ?? '';
  const kernel = `${FOLDER}/boot/vmlinuz-${release}`;
  const busybox = here('bin/busybox', 'usr/bin/busybox');
  if (!existsSync(kernel) || busybox === undefined)
    return fail('no-packages', 'The packages for the machine with USB hold no kernel or no busybox.');
  const parts = { folder: FOLDER, env: debsEnv(FOLDER), release, kernel, busybox, adb: adb.value };
  return listModules(parts);
}

/** The package has its lists of modules made when it is installed; here nobody installed it. */
async function listModules(parts: Parts): Promise<Outcome<Parts>> {
  if (existsSync(`${parts.folder}/lib/modules/${parts.release}/modules.dep.bin`)) return ok(parts);
  const done = await run('depmod', ['-b', parts.folder, parts.release], { env: parts.env });
  return done.ok ? ok(parts) : fail('no-modules', `depmod failed: ${done.output.trim()}`);
}

/** The files of modules and of what they need, in the order in which they can be loaded. */
export function moduleFiles(parts: Parts, names: readonly string[]): readonly string[] {
  const base = `${parts.folder}/lib/modules/${parts.release}`;
  const needs = new Map(
    readFileSync(`${base}/modules.dep`, 'utf8')
      .split('\n')
      .map((line) => line.split(/:\s*/))
      .map(([file = '', others = '']) => [
        file,
        others
          .split(' ')
          .filter((name) => name !== '')
          .reverse(),
      ]),
  );
  const files = names.flatMap((name) => {
    const file = globSync(`kernel/**/${name}.ko*`, { cwd: base })[0];
    return file === undefined ? [] : [...(needs.get(file) ?? []), file];
  });
  return [...new Set(files)].map((file) => `${base}/${file}`);
}
