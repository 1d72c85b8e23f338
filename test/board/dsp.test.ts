import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { BoardOptions } from '../../electron/link/virtual/board.ts';
import type { PointResult, Run } from '../../electron/model/run.ts';
import { parseRun } from '../../electron/report/parse.ts';
import type { VirtualBoardInfo } from '../../electron/wire/controlToModel.ts';
import { TestLab, until, value, type Said } from './bench-lab.ts';
import { nothingStays } from './leftovers.ts';

/** Runs on the virtual DSP, whole: the agent, its worker, the emulated process, our code in it, the store and the report. */
let lab: TestLab;

async function boardWith(options: Omit<BoardOptions, 'name'> = {}): Promise<void> {
  lab = await TestLab.start(options);
}

/** Whatever a test did, no process of the DSP is left, and nothing of the board once it is stopped. */
afterEach(async () => {
  const info = await until('the DSP processes to be gone', gone);
  expect([info.files, info.banks.filter((bank) => bank.owner !== null)]).toEqual([0, []]);
  await lab.close();
  await nothingStays(() => lab.leftovers());
});

async function gone(): Promise<VirtualBoardInfo | null> {
  const info = value(await lab.control.status());
  return info.dspSessions.length === 0 && info.files === 0 ? info : null;
}

const bench = (...args: readonly string[]): Promise<Said> =>
  lab.run('bench', '--board', lab.name, '--no-memory', '--out', join(lab.folder, 'out'), ...args);

function stored(): Run {
  const path = join(lab.folder, 'out', 'run.json');
  return value(parseRun(readFileSync(path, 'utf8'), path));
}

const of = (run: Run, benchmark: string): PointResult[] =>
  run.points.filter((result) => result.point.benchmark === benchmark);

const statuses = (results: readonly PointResult[]): string[] => [
  ...new Set(results.map(({ status }) => status)),
];

describe('a run on the DSP', () => {
  test('is stored and reported with its stamps, counts, proofs and the process that it ran in', async () => {
    await boardWith();
    const said = await bench('--only', 'session.create,rpc.ping,rpc.argsize,dsp.read', '--samples', '12');
    expect([said.code, said.err]).toEqual([0, expect.stringContaining('is kept in')]);
    const run = stored();
    expect([run.status, statuses(run.points)]).toEqual(['complete', ['pass']]);
    for (const { series } of of(run, 'rpc.ping')) {
      expect(series.map(({ name, ns }) => [name, ns.length])).toEqual([
        ['call', 12],
        ['dsp', 12],
        ['rest', 12],
      ]);
    }
    const counted = of(run, 'dsp.read').flatMap(({ counters }) => counters);
    expect(counted.some(({ name, value: count }) => name === 'instructions' && count > 10_000)).toBe(true);
    const mapped = of(run, 'rpc.argsize').filter(({ point }) => point.variant === 4);
    for (const { proof } of mapped)
      expect(proof).toMatchObject({ importIno: proof?.ino, nonceToDsp: true, nonceFromDsp: true });
    expect(of(run, 'rpc.argsize').filter(({ point }) => point.variant === 0)[0]?.proof).toBeNull();
    expect(run.dsp?.sessions[0]).toMatchObject({ unsignedPd: true, ended: false });
    expect(run.dsp?.sessions[0]?.maps.some(({ what, ino }) => what === 'buffer' && ino !== null)).toBe(true);
    expect(said.out).toMatch(/Copy or share/);
    expect(said.out).toMatch(/Zero copy, \d+ of \d+ claims shown/);
    const html = readFileSync(join(lab.folder, 'out', 'report.html'), 'utf8');
    for (const id of ['calls', 'crossover', 'zero-copy']) expect(html).toContain(`<section id="${id}"`);
    expect((await lab.run('report', 'latest', '--format', 'csv')).out).toContain('dsp.read');
    expect(JSON.parse((await lab.run('runs', '--json')).out)).toMatchObject([
      { dsp: { sessions: [{ maps: [{ address: expect.stringMatching(/^0x[0-9a-f]+$/) as string }] }] } },
    ]);
  });

  test('copies no byte of a shared buffer', async () => {
    await boardWith();
    const said = await bench('--only', 'dsp.write', '--sizes', '1M', '--samples', '4', '--no-verify');
    expect(said.code).toBe(0);
    const { copiedBytes } = value(await lab.control.status());
    expect(copiedBytes).toBeGreaterThan(0);
    expect(copiedBytes).toBeLessThan(2 ** 20);
  });

  test('runs on the legacy driver too', async () => {
    await boardWith({ generation: 'fastrpc' });
    const said = await bench('--only', 'rpc.ping,dsp.read', '--sizes', '64K', '--samples', '8');
    expect(said.code).toBe(0);
    expect([stored().node.generation, statuses(stored().points)]).toEqual(['fastrpc', ['pass']]);
  });
});

describe('faults of the DSP', () => {
  test('a process that dies in a call fails that point; the next have a new one', async () => {
    await boardWith();
    value(await lab.control.setFault({ kind: 'dsp-crash', count: 1 }));
    const said = await bench('--only', 'rpc.ping', '--samples', '20');
    expect(said.code).toBe(1);
    const [first, ...others] = stored().points;
    expect([first?.status, statuses(others)]).toEqual(['error', ['pass']]);
    expect(first?.reason).not.toBe('');
    expect(said.out).toContain('Not passed');
  });

  test('a call that is never answered is given up, and what the DSP may still own is said', async () => {
    await boardWith();
    value(await lab.control.setFault({ kind: 'dsp-hang', count: 1 }));
    const said = await bench(
      '--only',
      'rpc.ping',
      '--samples',
      '20',
      '--budget',
      '0.05',
      '--call-grace',
      '8',
    );
    expect(said.code).toBe(1);
    const results = stored().points;
    const [hung, ...others] = results.filter(({ status }) => status === 'error');
    expect([hung?.call, others]).toEqual(['INVOKE', []]);
    expect(hung?.reason).toContain('The DSP may still own');
    expect(results.filter(({ status }) => status === 'pass')).toHaveLength(5);
    value(await lab.control.clearFaults());
  });

  test('an address space that is nearly full ends in a point with its reason, not in a broken run', async () => {
    await boardWith();
    value(await lab.control.setFault({ kind: 'dsp-space', delayNs: 48 * 2 ** 20 }));
    const said = await bench('--only', 'dsp.map', '--sizes', '4K,64M', '--samples', '4');
    const results = stored().points;
    const at = (size: number): string[] => statuses(results.filter(({ point }) => point.size === size));
    expect([said.code, at(4096), at(64 * 2 ** 20)]).toEqual([1, ['pass'], ['error']]);
    value(await lab.control.clearFaults());
  });

  test('without a DSP its benchmarks are skipped with what is missing; the others run', async () => {
    await boardWith({ dsp: 'none' });
    const said = await bench('--only', 'mem.alloc,rpc.ping,dsp.map', '--sizes', '4K', '--samples', '6');
    expect(said.code).toBe(0);
    const run = stored();
    expect([of(run, 'mem.alloc'), of(run, 'rpc.ping'), of(run, 'dsp.map')].map(statuses)).toEqual([
      ['pass'],
      ['skip'],
      ['skip'],
    ]);
    expect(of(run, 'rpc.ping')[0]?.reason).toContain('--dsp none');
    expect(run.dsp).toBeNull();
    expect((await lab.run('board', 'status', lab.name)).out).toContain('The DSP runs nothing');
  });

  test('a machine without the emulator says what installs it', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    try {
      await boardWith();
    } finally {
      vi.unstubAllEnvs();
    }
    const said = await bench('--only', 'skel.load');
    expect([said.code, statuses(stored().points)]).toEqual([0, ['skip']]);
    expect(said.out.replace(/\s+/g, ' ')).toContain('apt-get install qemu-user');
  });

  test('a shell that the user names and that is not there is said so', async () => {
    await boardWith();
    const said = await bench('--only', 'rpc.null', '--shell', '/no/such/shell', '--samples', '4');
    expect(said.out).toContain('/no/such/shell');
    expect(statuses(stored().points)).not.toContain('pass');
    expect(stored().plan.shell).toBe('/no/such/shell');
  });
});
