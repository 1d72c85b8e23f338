import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestLab, until, value } from './bench-lab.ts';
import { nothingStays } from './leftovers.ts';

let lab: TestLab;
beforeAll(async () => {
  lab = await TestLab.start();
});
afterAll(async () => {
  await lab.close();
  await nothingStays(() => lab.leftovers());
});

const quick = (...more: string[]): string[] => [
  'bench',
  '--board',
  lab.name,
  '--no-memory',
  '--sizes',
  '4K',
  '--samples',
  '40',
  '--budget',
  '0.2',
  ...more,
];

test('a wrong command line ends with 3, says what is wrong and where help is', async () => {
  for (const args of [
    ['nonsense'],
    ['bench', '--samples', 'many'],
    ['bench', '--call-grace', '0.5'],
    ['bench', '--plan', 'huge'],
    ['report'],
    ['bench', '--nonsense'],
    ['board', 'fly'],
    ['board', 'stop', '--workload', 'share'],
    ['memory', '--seconds', 'long'],
  ]) {
    const said = await lab.run(...args);
    expect([args[0], said.code, said.out]).toEqual([args[0], 3, '']);
    expect(said.err).toMatch(/^qda-lab: .+\n {9}qda-lab (\w+ )?--help/);
  }
});

test('help and version go to standard output and end with 0', async () => {
  for (const args of [
    ['--help'],
    ['bench', '--help'],
    ['memory', '--help'],
    ['board', '--help'],
    ['bench', '-h'],
    ['help', 'runs'],
    ['--version'],
  ]) {
    const said = await lab.run(...args);
    expect([said.code, said.err]).toEqual([0, '']);
    expect(said.out.length).toBeGreaterThan(10);
  }
});

test('a virtual board that runs already is told, and goes on', async () => {
  const said = await lab.run('board', 'start', lab.name);
  expect([said.code, said.err]).toEqual([2, expect.stringContaining('runs already')]);
  expect((await lab.run('boards')).out).toContain(lab.name);
});

test('an empty store says what to do', async () => {
  const said = await lab.start(['report', 'latest'], { env: { QDA_LAB_HOME: join(lab.folder, 'none') } })
    .ended;
  expect([said.code, said.err]).toEqual([2, expect.stringContaining('Make one with: qda-lab bench')]);
});

test('boards lists the virtual board as simulated', async () => {
  const said = await lab.run('boards', '--json');
  expect(JSON.parse(said.out)).toContainEqual(
    expect.objectContaining({ id: lab.name, simulated: true, transport: 'virtual', state: 'ready' }),
  );
});

test('an unknown board and an unknown benchmark are told with what is there', async () => {
  const board = await lab.run('memory', '--board', 'no-such-board');
  expect([board.code, board.err]).toEqual([2, expect.stringContaining('There is no board "no-such-board"')]);
  const checked = await lab.run('check', '--board', 'no-such-board');
  expect([checked.code, checked.err]).toEqual([
    2,
    expect.stringContaining('No board "no-such-board" is seen'),
  ]);
  const benchmark = await lab.run(...quick('--only', 'mem.fly'));
  expect([benchmark.code, benchmark.err]).toEqual([
    2,
    expect.stringContaining('Known here: base.ioctl, mem.alloc'),
  ]);
  const dsp = await lab.run(...quick('--only', 'mem.alloc', '--dsp', 'sdsp'));
  expect([dsp.code, dsp.err]).toEqual([2, expect.stringContaining('No usable node of the DSP "sdsp"')]);
});

test('check tells what was looked at', async () => {
  const said = await lab.run('check', '--board', lab.name, '--json');
  const checks = JSON.parse(said.out) as { name: string; state: string; read: string }[];
  expect(checks.length).toBeGreaterThan(4);
  expect(checks.every((row) => row.name !== '' && row.read !== '')).toBe(true);
});

test('a run is kept, listed, exported in every format, and marked simulated in each', async () => {
  const out = join(lab.folder, 'out');
  const run = await lab.run(...quick('--only', 'mem.alloc,base.ioctl', '--label', 'first', '--out', out));
  expect([run.code, run.err]).toEqual([0, expect.stringContaining('is kept in')]);
  expect(run.out.split('\n')[0]).toContain('Simulated');
  expect(run.out).toContain('mem.alloc');
  const listed = JSON.parse((await lab.run('runs', '--json')).out) as {
    id: string;
    status: string;
    simulated: boolean;
  }[];
  expect(listed[0]).toMatchObject({ status: 'complete', simulated: true });
  const id = listed[0]?.id ?? '';
  const html = await lab.run('report', id);
  expect(html.out.toLowerCase()).toContain('simulated');
  const csv = await lab.run('report', id, '--format', 'csv');
  expect(csv.out.split('\n')[0]).toContain('simulated');
  const samples = await lab.run('report', 'latest', '--format', 'samples-csv');
  expect(samples.out.split('\n').length).toBeGreaterThan(40 * 3 * 3);
  const json = await lab.run('report', id, '--format', 'json');
  expect(JSON.parse(json.out)).toMatchObject({ simulated: true, id });
  expect(readFileSync(join(out, 'run.json'), 'utf8').trim()).toBe(json.out.trim());
});

test("a run of more than one heartbeat knows the offset of the board clock; here it is this machine's own", async () => {
  const run = await lab.run(
    ...[
      'bench',
      '--board',
      lab.name,
      '--no-memory',
      '--only',
      'base.ioctl',
      '--samples',
      '1000000',
      '--budget',
      '1',
    ],
  );
  expect(run.code).toBe(0);
  const [newest] = JSON.parse((await lab.run('runs', '--json')).out) as { clockOffsetNs: number | null }[];
  expect(newest?.clockOffsetNs).not.toBeNull();
  expect(Math.abs(newest?.clockOffsetNs ?? NaN)).toBeLessThan(60e9); // a lag of a busy machine, not another clock
});

test('a run file that was edited by hand is refused; the file as written is not', async () => {
  const path = join(lab.folder, 'out', 'run.json');
  const again = await lab.run('report', path, '--format', 'csv');
  expect(again.code).toBe(0);
  const text = readFileSync(path, 'utf8');
  const edited = join(lab.folder, 'edited.json');
  const run = JSON.parse(text) as { points: { series: { ns: number[] }[] }[] };
  const ns = run.points[0]?.series[0]?.ns;
  if (ns?.[0] === undefined) throw new Error('the run file has samples');
  ns[0] -= 1;
  writeFileSync(edited, JSON.stringify(run));
  const refused = await lab.run('report', edited);
  expect([refused.code, refused.out, refused.err]).toEqual([
    2,
    '',
    expect.stringContaining('do not fit their SHA-256'),
  ]);
  writeFileSync(edited, text.slice(0, 500));
  expect((await lab.run('report', edited)).code).toBe(2);
});

test('Ctrl-C cancels on the board and keeps what was measured', async () => {
  const before = lab.storedBlocks();
  const running = lab.start([
    'bench',
    '--board',
    lab.name,
    '--no-memory',
    '--only',
    'mem.alloc,mem.export,cpu.bw',
    '--plan',
    'full',
    '--budget',
    '30',
    '--samples',
    '200000',
    '--label',
    'cancelled',
  ]);
  await until('samples in the store', () => (lab.storedBlocks() > before ? true : null));
  running.signal('SIGINT');
  const said = await running.ended;
  expect([said.code, said.err]).toEqual([130, expect.stringContaining('The run is cancelled')]);
  const [newest] = JSON.parse((await lab.run('runs', '--json')).out) as object[];
  const reason = 'Cancelled by the user with Ctrl-C.';
  expect(newest).toMatchObject({ status: 'cancelled', reason, label: 'cancelled' });
  const samples = await lab.run('report', 'latest', '--format', 'samples-csv');
  expect(samples.out.trim().split('\n').length).toBeGreaterThan(10);
});

test('what a run leaves in a driver that keeps mapped buffers is said beforehand, and is what the board then holds', async () => {
  const held = async (): Promise<number> => {
    const info = value(await lab.control.status());
    return info.ledger.find((row) => row.quirk === 'mmap-pins-object')?.bytes ?? 0;
  };
  const before = await held();
  const args = quick('--only', 'mem.alloc,mem.cpumap,mem.handoff,cpu.bw');
  args[args.indexOf('40')] = '20'; // as many as are taken at least, whatever the budget
  const said = await lab.run(...args);
  // 4 KiB each: 1 of mem.alloc, 3 of mem.cpumap, 3 of mem.handoff, 6 of cpu.bw (through the node, as a dma-buf); of the complete
  // path 3 warm, and cold 3 times 20 samples, a warm-up and the one that is proven to be shared
  expect(said.err).toContain('328 KiB stay held');
  expect((await held()) - before).toBe(328 * 1024);
});

test('nothing is written to the terminal line in a pipe', async () => {
  const said = await lab.run(...quick('--only', 'base.ioctl'));
  for (const control of ['\r', '\x1b']) expect(`${said.out}${said.err}`).not.toContain(control);
});

test('two command lines at once on one board: one measures, the other is told who does', async () => {
  const before = lab.storedBlocks();
  const long = lab.start([
    'bench',
    '--board',
    lab.name,
    '--no-memory',
    '--only',
    'mem.alloc',
    '--plan',
    'full',
    '--budget',
    '20',
    '--samples',
    '500000',
  ]);
  await until('samples of the first run', () => (lab.storedBlocks() > before ? true : null));
  const other = await lab.run(...quick('--only', 'mem.alloc'));
  expect([other.code, other.err]).toEqual([2, expect.stringMatching(/measur|run/i)]);
  long.signal('SIGINT');
  expect((await long.ended).code).toBe(130);
});

test("a doctor's file is a new one, and does not disturb who measures", async () => {
  const env = {
    QDA_LAB_HOME: join(lab.folder, 'home'),
    QDA_LAB_TRANSPORTS: 'virtual',
    QDA_LAB_VIRTUAL_ONLY: lab.name,
  };
  const doctor = (...args: string[]): Promise<{ code: number | null; err: string }> =>
    lab.start(['doctor', ...args], { env }).ended;
  const files = (): string[] => readdirSync(lab.folder).filter((name) => name.startsWith('qda-lab-doctor-'));
  const long = lab.start(
    quick('--only', 'mem.alloc', '--plan', 'full', '--budget', '60', '--samples', '900000'),
  );
  await until('the first run', () => (long.err.includes('points on') ? true : null));
  const agent = lab.agentPid();
  const busy = join(lab.folder, 'busy.txt');
  const said = await doctor('--out', busy);
  expect([said.code, said.err]).toEqual([0, expect.stringContaining(`Wrote ${busy}`)]);
  const text = readFileSync(busy, 'utf8');
  expect(text).toContain(`unknown agent: an agent of this tool runs on the board already (@qda-lab/`);
  expect(text).not.toContain('node-access');
  expect(lab.agentPid()).toBe(agent);
  long.signal('SIGINT');
  expect((await long.ended).code).toBe(130);
  const again = await doctor('--out', busy);
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('--force')]);
  expect(readFileSync(busy, 'utf8')).toBe(text);
  expect((await doctor('--out', busy, '--force')).code).toBe(0);
  expect(readFileSync(busy, 'utf8')).toContain('node-access');
  expect((await doctor()).code).toBe(0);
  const [first = ''] = files();
  const held = readFileSync(join(lab.folder, first), 'utf8');
  // In the same minute it ends with '-2', in the next it is another minute's.
  expect((await doctor()).code).toBe(0);
  expect([files().length, readFileSync(join(lab.folder, first), 'utf8')]).toEqual([2, held]);
});

test('two command lines at once on one store keep both runs', async () => {
  const second = await TestLab.start();
  try {
    const [a, b] = await Promise.all([
      lab.run(...quick('--only', 'mem.alloc', '--label', 'a')),
      second.start(
        [
          'bench',
          '--board',
          second.name,
          '--no-memory',
          '--sizes',
          '4K',
          '--samples',
          '40',
          '--only',
          'mem.alloc',
          '--label',
          'b',
        ],
        { env: { QDA_LAB_HOME: join(lab.folder, 'home') } },
      ).ended,
    ]);
    expect([a.code, b.code]).toEqual([0, 0]);
    const labels = (JSON.parse((await lab.run('runs', '--json')).out) as { label: string }[]).map(
      (run) => run.label,
    );
    expect(labels).toEqual(expect.arrayContaining(['a', 'b']));
  } finally {
    await second.close();
  }
});

test('an output folder that cannot be written is told; the run is kept', async () => {
  const file = join(lab.folder, 'a-file');
  writeFileSync(file, 'x');
  const said = await lab.run(...quick('--only', 'base.ioctl', '--out', join(file, 'below')));
  expect(said.code).toBe(2);
  expect(said.err).toContain('is kept in');
  expect(said.err).toContain(join(file, 'below'));
});

test('memory names processes, banks and tiers', async () => {
  value(await lab.control.startWorkload({ kind: 'share' }));
  value(await lab.control.startWorkload({ kind: 'churn' }));
  const said = await lab.run('memory', '--board', lab.name, '--json');
  const picture = JSON.parse(said.out) as {
    tiers: { tier: string; available: boolean; reason: string }[];
    buffers: { holders: unknown[] }[];
    banks: { device: string }[];
  };
  expect(picture.tiers.map((tier) => [tier.tier, tier.available])).toEqual(
    expect.arrayContaining([
      ['proc', true],
      ['bufinfo', true],
      ['dma', true],
    ]),
  );
  expect(picture.banks.some((bank) => /^qda-cb-cdsp-\d+$/.test(bank.device))).toBe(true);
  expect(picture.buffers.some((buffer) => buffer.holders.length > 1)).toBe(true);
  value(await lab.control.stopWorkload());
});

test('a reader that goes away ends a watch quietly, and its agent with it', async () => {
  const main = fileURLToPath(new URL('../../electron/cli/main.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    [main, 'memory', '--board', lab.name, '--watch', '--seconds', '0.1', '--json'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let err = '';
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, err]).toEqual([0, '']);
});
