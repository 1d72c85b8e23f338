import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestLab, until, value, type Running, type Said } from './bench-lab.ts';
import { nothingStays } from './leftovers.ts';

/** Faults in the middle of real work: each has its sentence, loses nothing that was measured, leaves nothing behind. */
let lab: TestLab;
beforeEach(async () => {
  lab = await TestLab.start();
});
afterEach(async () => {
  await lab.close();
  await nothingStays(() => lab.leftovers());
});

const LONG = [
  '--no-memory',
  '--plan',
  'full',
  '--budget',
  '20',
  '--samples',
  '500000',
  '--only',
  'mem.alloc,mem.export',
];
const SHORT = ['--no-memory', '--sizes', '4K', '--samples', '40', '--budget', '0.2', '--only', 'mem.alloc'];

interface Header {
  readonly id: string;
  readonly status: string;
  readonly reason: string;
}

async function newest(): Promise<Header> {
  const [header] = JSON.parse((await lab.run('runs', '--json')).out) as Header[];
  if (!header) throw new Error('no run is stored');
  return header;
}

async function sampleRows(run: string): Promise<number> {
  return (await lab.run('report', run, '--format', 'samples-csv')).out.trim().split('\n').length - 1;
}

/** Starts a long run and waits until it measures; samples of it are in the store by then. */
async function measuring(): Promise<Running> {
  const running = lab.start(['bench', '--board', lab.name, ...LONG]);
  await until('samples in the store', () => (lab.storedBlocks() > 0 ? true : null));
  return running;
}

test('an agent that is killed in the middle leaves an incomplete run with what was received', async () => {
  const running = await measuring();
  process.kill(lab.agentPid(), 'SIGKILL');
  const said = await running.ended;
  expect([said.code, said.err]).toEqual([2, expect.stringContaining('The run is incomplete')]);
  expect((await newest()).status).toBe('incomplete');
  expect(await sampleRows('latest')).toBeGreaterThan(0);
});

test('a virtual QDA that is killed in the middle ends the run with its sentence, and the samples are kept', async () => {
  const running = await measuring();
  process.kill(lab.board.pid, 'SIGKILL');
  const said = await running.ended;
  expect(said.code).toBeGreaterThan(0);
  expect(`${said.out}${said.err}`).toContain('ENODEV');
  expect(await newest()).toMatchObject({
    status: 'incomplete',
    reason: expect.stringContaining(`The virtual board ${lab.name} ended during the run`) as string,
  });
  expect(await sampleRows('latest')).toBeGreaterThan(0);
});

test('a node that is unplugged in the middle is told; after a replug the next run finds the new node', async () => {
  const running = await measuring();
  value(await lab.control.unplug('cdsp'));
  const said = await running.ended;
  expect(said.code).toBe(1);
  expect(said.out).toMatch(/ENODEV|node is gone|went away/);
  expect(await newest()).toMatchObject({
    status: 'incomplete',
    reason: expect.stringMatching(/accel0 went away during point 0 \(DSP restart or unplug\)/) as string,
  });
  expect(await sampleRows('latest')).toBeGreaterThan(0);
  value(await lab.control.replug('cdsp'));
  const again = await lab.run('bench', '--board', lab.name, ...SHORT);
  expect([again.code, again.err]).toEqual([0, expect.stringContaining('points on cdsp')]);
});

test('context banks that are exhausted are an error with errno and call, not a crash', async () => {
  value(await lab.control.setFault({ kind: 'banks-exhausted' }));
  const said = await lab.run('bench', '--board', lab.name, ...SHORT, '--only', 'mem.alloc,mem.import');
  expect(said.code).toBe(1);
  expect(said.out).toContain('GEM_CREATE');
  expect(said.out).toContain('ENOMEM');
  value(await lab.control.clearFaults());
  expect((await lab.run('bench', '--board', lab.name, ...SHORT)).code).toBe(0);
});

test('memory that cannot be had and a refused import have their own sentences', async () => {
  value(await lab.control.setFault({ kind: 'alloc' }));
  const alloc = await lab.run('bench', '--board', lab.name, ...SHORT);
  expect([alloc.code, alloc.out]).toEqual([1, expect.stringContaining('ENOMEM')]);
  value(await lab.control.clearFaults());
  value(await lab.control.setFault({ kind: 'foreign-import' }));
  const imported = await lab.run('bench', '--board', lab.name, ...SHORT, '--only', 'mem.import');
  expect([imported.code, imported.out]).toEqual([1, expect.stringContaining('PRIME_FD_TO_HANDLE')]);
});

test('a store of a newer schema is not touched: the run goes into a file that can be opened', async () => {
  value2(await lab.run('bench', '--board', lab.name, ...SHORT));
  const path = join(lab.folder, 'home', 'runs.sqlite');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  const said = await lab.run('bench', '--board', lab.name, ...SHORT);
  expect(said.err).toContain('newer');
  await spilled(said);
  expect((await lab.run('runs')).code).toBe(2);
});

const NAMESPACE = ['unshare', ...(process.getuid?.() === 0 ? [] : ['-r']), '-m', 'sh', '-c'];
const canMount = spawnSync('unshare', [...NAMESPACE.slice(1, -2), 'true']).status === 0;

/** Runs a short bench in a mount namespace of its own, where `mount` was done first. */
async function onMount(mount: string): Promise<Said> {
  const home = join(lab.folder, 'home');
  mkdirSync(home, { recursive: true });
  return await lab.start(['bench', '--board', lab.name, ...SHORT, '--samples', '20000', '--budget', '30'], {
    wrap: [...NAMESPACE, `${mount.replaceAll('HOME', home)} && exec "$@"`, 'sh'],
  }).ended;
}

test.skipIf(!canMount)(
  'a store on a read-only file system: the run goes into a file, and the message says where',
  async () => {
    const said = await onMount('mount --bind HOME HOME && mount -o remount,ro,bind HOME');
    expect(said.err).toMatch(/cannot be written|read-only/);
    await spilled(said);
  },
);

test.skipIf(!canMount)('a store that cannot be written can still be read', async () => {
  value2(await lab.run('bench', '--board', lab.name, ...SHORT, '--label', 'kept'));
  const home = join(lab.folder, 'home');
  const wrap = [
    ...NAMESPACE,
    `mount --bind ${home} ${home} && mount -o remount,ro,bind ${home} && exec "$@"`,
    'sh',
  ];
  const listed = await lab.start(['runs', '--json'], { wrap }).ended;
  expect([listed.code, JSON.parse(listed.out)]).toEqual([0, [expect.objectContaining({ label: 'kept' })]]);
  expect((await lab.start(['report', 'latest', '--format', 'csv'], { wrap }).ended).code).toBe(0);
});

test.skipIf(!canMount)(
  'a disk that gets full in the middle: the run goes into a file, and the message says where',
  async () => {
    const said = await onMount('mount -t tmpfs -o size=256k tmpfs HOME');
    expect(said.err).toContain('full');
    await spilled(said);
  },
);

function value2(said: Said): void {
  expect([said.code, said.err]).toEqual([0, expect.stringContaining('is kept in')]);
}

/** The run is in the file that the message names, whole, and a report can be made of it. */
async function spilled(said: Said): Promise<void> {
  const path = /is kept in (\S+\.json)/.exec(said.err)?.[1];
  if (path === undefined) throw new Error(`no spill file is named in: ${said.err}`);
  expect(said.code).toBe(0);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ status: 'complete', simulated: true });
  expect((await lab.run('report', path, '--format', 'csv')).code).toBe(0);
}
