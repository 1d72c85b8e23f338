import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { BoardOptions } from '../../electron/link/virtual/board.ts';
import type { PointResult, Run } from '../../electron/model/run.ts';
import { parseRun } from '../../electron/report/parse.ts';
import type { VirtualBoardInfo } from '../../electron/wire/controlToModel.ts';
import { TestLab, until, value, type Running, type Said } from './bench-lab.ts';

/**
 * Bad shells, and a DSP that dies, hangs or goes in the middle of work, whole: the command line, the agent, its worker, the board and
 * the emulated process. Each has its sentence; afterwards the board holds nothing but what its driver is known to keep.
 */
const BUILT = fileURLToPath(new URL('../../.build/host/', import.meta.url));
const STAND_IN = join(BUILT, 'native/dsp/shell/fastrpc_shell_unsigned_3');
const HOSTILE = join(BUILT, 'test/native/dsp_shells');
const FOLDER = '/usr/lib/rfsa/adsp';
const GENERATIONS = ['v1', 'rfc', 'fastrpc'] as const;
/** What drivers keep for ever is left out: afterwards nothing at all is held. */
const NO_LEAKS = Object.fromEntries(
  ['mmap-pins-object', 'release-leaks-init-memory', 'hidden-import-handles', 'interrupted-call-leaks'].map(
    (quirk) => [quirk, false],
  ),
);
/** Where points hang and nothing else is to pass. */
const GIVE_UP = ['--call-grace', '1'];
/** Where others are to pass: what they start takes its time on a machine that is busy. */
const GIVE_UP_LATER = ['--call-grace', '3'];
const PING = ['--only', 'rpc.ping', '--samples', '8', '--budget', '0.05'];
const CREATE = ['--only', 'session.create', '--samples', '2', '--budget', '0.05'];
const LONG = ['--only', 'rpc.ping', '--samples', '500000', '--budget', '30'];

let lab: TestLab;
let seen: number[] = []; // emulators

async function boardWith(options: Omit<BoardOptions, 'name'> = {}): Promise<void> {
  seen = [];
  lab = await TestLab.start(options);
}

afterEach(async () => {
  const info = value(await lab.control.status());
  expect(info).toMatchObject({ dspSessions: [], files: 0 });
  const kept = info.ledger.reduce((sum, { objects }) => sum + objects, 0);
  expect([info.objects, info.banks.filter(({ owner }) => owner !== null)]).toEqual([kept, []]);
  await lab.close();
  expect([lab.leftovers(), seen.filter((pid) => existsSync(`/proc/${pid}`))]).toEqual([[], []]);
  expect(readdirSync('/dev/shm').filter((name) => /qda|vq|dsp/i.test(name))).toEqual([]);
});

/** Waits until no process of the DSP and no file is left; what the board then holds. */
const settled = (): Promise<VirtualBoardInfo> =>
  until('the DSP processes to be gone', async () => {
    const info = value(await lab.control.status());
    return info.dspSessions.length === 0 && info.files === 0 ? info : null;
  });

async function expectNothingHeld(): Promise<void> {
  const { objects, dmabufs, bytes, banks } = await settled();
  const used = banks.filter(({ references, iovaUsed }) => references + iovaUsed > 0);
  expect({ objects, dmabufs, bytes, used }).toEqual({ objects: 0, dmabufs: 0, bytes: 0, used: [] });
}

const arguments_ = (args: readonly string[]): string[] => [
  ...['bench', '--board', lab.name, '--no-memory', '--out', join(lab.folder, 'out')],
  ...args,
];
async function bench(...args: readonly string[]): Promise<Said> {
  const said = await lab.run(...arguments_(args));
  await settled();
  return said;
}

function stored(): Run {
  const path = join(lab.folder, 'out', 'run.json');
  return value(parseRun(readFileSync(path, 'utf8'), path));
}

const plain = (said: Said): string => `${said.out} ${said.err}`.replace(/\s+/g, ' ');
const reasons = (status: PointResult['status']): string[] => [
  ...new Set(
    stored()
      .points.filter((point) => point.status === status)
      .map(({ reason }) => reason),
  ),
];

/** A run that measures on the DSP now: samples of it are in the store. Its emulator and its worker are noted. */
async function measuring(): Promise<Running> {
  const running = lab.start(arguments_(LONG));
  await until('samples in the store', () => (lab.storedBlocks() > 0 ? true : null));
  seen.push(...value(await lab.control.status()).dspSessions.map(({ pid }) => pid));
  expect(seen).toHaveLength(1);
  expect(lab.leftovers().some((line) => line.includes('--worker'))).toBe(true);
  return running;
}

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

describe('a DSP that goes wrong in the middle of a call', () => {
  test.each(GENERATIONS)(
    'dies: that point says so, the next run has a new process (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      const running = await measuring();
      value(await lab.control.setFault({ kind: 'dsp-crash', count: 1 }));
      await until('the process to be gone', () => (existsSync(`/proc/${seen[0]}`) ? null : true));
      running.signal('SIGINT');
      expect((await running.ended).code).toBe(130);
      expect(reasons('error')).toEqual([expect.stringContaining('AEE_EBADSTATE')]);
      expect((await bench(...PING)).code).toBe(0);
      await expectNothingHeld();
    },
  );

  test.each(GENERATIONS)(
    'hangs: its worker is ended, what it may own is said, the next point works (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      value(await lab.control.setFault({ kind: 'dsp-hang', count: 1 }));
      const said = await bench(
        ...['--only', 'rpc.argsize', '--sizes', '64K', '--samples', '8', '--budget', '0.05'],
        ...GIVE_UP_LATER,
      );
      value(await lab.control.clearFaults());
      expect(said.code).toBe(1);
      expect(reasons('error')).toEqual([expect.stringContaining('The DSP may still own')]);
      const passed = stored().points.filter(({ status }) => status === 'pass');
      expect(passed).toHaveLength(stored().points.length - 1);
      await expectNothingHeld();
    },
  );

  test.each(GENERATIONS)('restarts: told as that; a replug brings it back (%s)', async (generation) => {
    await boardWith({ generation, quirks: NO_LEAKS });
    const running = await measuring();
    value(await lab.control.unplug('cdsp'));
    const said = await running.ended;
    expect([said.code, plain(said)]).toEqual([1, expect.stringMatching(/restart/)]);
    expect(stored().points[0]?.series.some(({ ns }) => ns.length > 0)).toBe(true);
    await expectNothingHeld();
    value(await lab.control.replug('cdsp'));
    expect((await bench(...PING)).code).toBe(0);
    await expectNothingHeld();
  });
});

describe('whoever ends in the middle of a run on the DSP', () => {
  test('Ctrl-C: what was measured is kept, and the next run works', async () => {
    await boardWith({ quirks: NO_LEAKS });
    const running = await measuring();
    running.signal('SIGINT');
    const said = await running.ended;
    expect(said.code).not.toBe(0);
    expect(stored().status).toBe('cancelled');
    expect(stored().points[0]?.series.find(({ name }) => name === 'call')?.ns.length).toBeGreaterThan(0);
    await expectNothingHeld();
    expect((await bench(...PING)).code).toBe(0);
  });

  test('Ctrl-C while a call hangs: the worker is ended, and what was measured is kept', async () => {
    await boardWith({ quirks: NO_LEAKS });
    const running = await measuring();
    value(await lab.control.setFault({ kind: 'dsp-hang', count: 1 }));
    await until('a call that waits', async () => {
      const calls = async (): Promise<number> =>
        value(await lab.control.status()).dspSessions[0]?.calls ?? -1;
      const before = await calls();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return (await calls()) === before ? true : null;
    });
    running.signal('SIGINT');
    const said = await running.ended;
    expect([said.code, plain(said)]).toEqual([130, expect.stringContaining('the DSP may still own')]);
    expect(stored().points[0]?.series.find(({ name }) => name === 'call')?.ns.length).toBeGreaterThan(0);
    value(await lab.control.clearFaults());
    await expectNothingHeld();
  });

  test('a second run on the board meanwhile is refused, and the first goes on', async () => {
    await boardWith({ quirks: NO_LEAKS });
    const running = await measuring();
    const second = await lab.run(...arguments_(PING));
    expect([second.code, plain(second)]).toEqual([2, expect.stringContaining('is being measured')]);
    expect(existsSync(`/proc/${seen[0]}`)).toBe(true);
    running.signal('SIGINT');
    expect((await running.ended).code).toBe(130);
    await expectNothingHeld();
  });

  test.each(['agent', 'worker'])('the %s, killed: no worker and no emulator stays', async (who) => {
    await boardWith({ quirks: NO_LEAKS });
    const running = await measuring();
    const worker = Number(
      lab
        .leftovers()
        .find((line) => line.includes('--worker'))
        ?.split(' ')[0],
    );
    process.kill(who === 'agent' ? lab.agentPid() : worker, 'SIGKILL');
    await until('the first emulator to be gone', () => (existsSync(`/proc/${seen[0]}`) ? null : true));
    if (who === 'worker') running.signal('SIGINT');
    const said = await running.ended;
    if (who === 'agent') expect([said.code, said.err]).toEqual([2, expect.stringContaining('incomplete')]);
    else expect([said.code, plain(said)]).toEqual([130, expect.stringContaining('died with SIGKILL')]);
    await until('the worker to be gone', () =>
      lab.leftovers().some((line) => line.startsWith(`${worker} `)) ? null : true,
    );
    await expectNothingHeld();
  });
});

describe('a DSP that is full', () => {
  test.each(GENERATIONS)(
    'has no address space left: what to do, and all is unmapped (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      value(await lab.control.setFault({ kind: 'dsp-space', delayNs: 16 * 2 ** 20 }));
      const said = await bench(
        ...['--only', 'rpc.argsize,dsp.read', '--sizes', '4K,64M', '--samples', '4', '--budget', '0.05'],
      );
      value(await lab.control.clearFaults());
      expect(said.code).toBe(1);
      for (const reason of reasons('error')) expect(reason).toContain('unmap buffers or take smaller ones');
      const sizes = (status: string): Set<number> =>
        new Set(
          stored()
            .points.filter((result) => result.status === status)
            .map(({ point }) => point.size),
        );
      expect([sizes('pass').has(4096), sizes('error')]).toEqual([true, new Set([64 * 2 ** 20])]);
      await expectNothingHeld();
    },
  );

  test.each(['v1', 'rfc'] as const)(
    'has no context bank: the point says what to do (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      value(await lab.control.setFault({ kind: 'banks-exhausted' }));
      const said = await bench(...PING);
      value(await lab.control.clearFaults());
      expect([said.code, plain(said)]).toEqual([
        1,
        expect.stringMatching(/no context bank is free.*close other users of the DSP/),
      ]);
      await expectNothingHeld();
    },
  );

  test('has no session left on the legacy driver: EBUSY, and what to do', async () => {
    await boardWith({ generation: 'fastrpc', quirks: NO_LEAKS });
    value(await lab.control.setFault({ kind: 'banks-exhausted' }));
    const said = await bench(...PING);
    value(await lab.control.clearFaults());
    expect([said.code, plain(said)]).toEqual([
      2,
      expect.stringContaining('every session of this DSP is taken: end another program that uses it'),
    ]);
    await expectNothingHeld();
  });
});

test('what the driver is known to keep is all that is left, and is said', async () => {
  await boardWith();
  value(await lab.control.setFault({ kind: 'dsp-crash', count: 1 }));
  expect((await bench(...PING)).code).toBe(1);
  const { objects, ledger } = await settled();
  expect(objects).toBeGreaterThan(0);
  expect(objects).toBe(ledger.reduce((sum, entry) => sum + entry.objects, 0));
});
