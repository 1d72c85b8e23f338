import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  bench,
  boardWith,
  closeLab,
  expectNothingHeld,
  type GENERATIONS,
  NO_LEAKS,
  PING,
  plain,
  reasons,
} from './dsp-lab.ts';

/** Bad shells, whole: the command line, the agent, its worker, the board and the emulated process. Each has its sentence. */
const BUILT = fileURLToPath(new URL('../../.build/host/', import.meta.url));
const STAND_IN = join(BUILT, 'native/dsp/shell/fastrpc_shell_unsigned_3');
const HOSTILE = join(BUILT, 'test/native/dsp_shells');
const FOLDER = '/usr/lib/rfsa/adsp';
/** Where points hang and nothing else is to pass. */
const GIVE_UP = ['--call-grace', '1'];
const CREATE = ['--only', 'session.create', '--samples', '2', '--budget', '0.05'];

afterEach(closeLab);

function badShells(folder: string): void {
  const good = readFileSync(STAND_IN);
  const dynamic = Buffer.from(good);
  dynamic.writeUInt16LE(3, 16); // ET_DYN
  const files: Readonly<Record<string, Uint8Array>> = {
    'too-large': Buffer.concat([good, Buffer.alloc(4 << 20)]),
    'of-the-host': readFileSync(process.execPath).subarray(0, 1 << 20),
    text: Buffer.from('no program\n'),
    empty: Buffer.alloc(0),
    truncated: good.subarray(0, good.length / 2),
    qualcomm: Buffer.concat([dynamic, Buffer.from('qurt_thread_create\0')]),
    'without-code': Buffer.concat([good.subarray(0, 4096), Buffer.alloc(good.length - 4096)]),
    good,
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  symlinkSync(STAND_IN, join(folder, 'link'));
}

describe('shells that are none', () => {
  const says = async (name: string): Promise<readonly [number | null, string]> => {
    const said = await bench(...CREATE, '--shell', name);
    return [said.code, plain(said)];
  };
  const at = (name: string): string => `${FOLDER}/${name}`;

  async function boardWithBadShells(generation: (typeof GENERATIONS)[number]): Promise<void> {
    const shells = mkdtempSync(join(tmpdir(), 'qda-lab-shells-'));
    onTestFinished(() => {
      rmSync(shells, { recursive: true });
    });
    badShells(shells);
    await boardWith({ generation, shells, quirks: NO_LEAKS });
  }

  test('are refused, each with its reason', async () => {
    await boardWithBadShells('v1');
    for (const name of ['absent', 'link', '../adsp/good'])
      expect(await says(at(name))).toEqual([0, expect.stringContaining(`there is no shell at ${at(name)}`)]);
    expect(await says(at('too-large'))).toEqual([0, expect.stringContaining('over 4 MiB')]);
    for (const name of ['of-the-host', 'text', 'empty'])
      expect(await says(at(name))).toEqual([0, expect.stringContaining(`${name} cannot be used: it is no`)]);
    expect(await says(FOLDER)).toEqual([0, expect.stringContaining('it is a folder')]);
    expect(await says(at('truncated'))).toEqual([1, expect.stringContaining('AEE_EUNABLETOLOAD')]);
    expect(await says(at('qualcomm'))).toEqual([1, expect.stringContaining('not Qualcomm')]);
    expect(await says(at('without-code'))).toEqual([
      1,
      expect.stringContaining('could not start the shell: AEE_EFAILED'),
    ]);
    expect(reasons('error')).toEqual([expect.stringContaining(`(${FOLDER}/without-code)`)]);
    const found = plain(await bench(...PING));
    expect(found).toContain("install the board's DSP binaries or name the file (--shell PATH)");
    expect((await says(at('good')))[0]).toBe(0);
    await expectNothingHeld();
  });

  // The agent looks at the file, whatever the driver; what the DSP says to it comes through each driver's own call.
  test.each(['rfc', 'fastrpc'] as const)(
    'are refused by the DSP, and the next is taken, on %s',
    async (generation) => {
      await boardWithBadShells(generation);
      expect(await says(at('truncated'))).toEqual([1, expect.stringContaining('AEE_EUNABLETOLOAD')]);
      expect(await says(at('without-code'))).toEqual([1, expect.stringContaining('AEE_EFAILED')]);
      expect((await says(at('good')))[0]).toBe(0);
      await expectNothingHeld();
    },
  );

  const HOSTILE_SHELLS = ['exit', 'flood_garbage', 'eat_memory', 'threads', 'write_wild'];
  test('that are hostile end with the point, and the next session is whole', async () => {
    await boardWith({ shells: HOSTILE, quirks: NO_LEAKS });
    for (const name of HOSTILE_SHELLS) {
      const said = await bench(...CREATE, '--shell', at(`dsp_shell_${name}`));
      expect([name, said.code, plain(said)]).toEqual([name, 1, expect.stringContaining('AEE_EFAILED')]);
      expect(reasons('error')).toEqual([expect.stringContaining(`dsp_shell_${name}`)]);
    }
    await expectNothingHeld();
  });

  test('that never answer are given up', async () => {
    await boardWith({ shells: HOSTILE, quirks: NO_LEAKS });
    for (const name of ['spin', 'flood_replies', 'well']) {
      const said = await bench(...[...CREATE, ...GIVE_UP, '--shell', at(`dsp_shell_${name}`)]);
      expect([name, said.code, reasons('pass')]).toEqual([name, 1, []]);
      expect(reasons('error')).not.toEqual([]);
      for (const reason of reasons('error')) expect(reason).toMatch(/hung: nothing came for \d+ s/);
      await expectNothingHeld();
    }
  });
});
