// The command line on a board behind Debian's adbd: this machine, which no agent is built for.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../build/run.ts';
import type { Check } from '../../electron/model/board.ts';
import { freePort } from '../ports.ts';
import { adbFound, startAdbd, type RealAdbd } from './adbd.ts';

const title = adbFound.ok ? "the command line through Debian's adbd" : `skipped: ${adbFound.problem.message}`;

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe.skipIf(!adbFound.ok)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'qda-lab-cli-'));
  let adbd: RealAdbd;
  beforeAll(async () => {
    adbd = await startAdbd();
  });
  afterAll(async () => {
    await adbd.stop();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]): Promise<Said> => runOver('tcp', ...args);

  const runOver = (transports: string, ...args: string[]): Promise<Said> =>
    new Promise((resolve) => {
      const env = { ...process.env, QDA_LAB_HOME: join(folder, 'home'), QDA_LAB_TRANSPORTS: transports };
      const child = spawn(at('bin/qda-lab'), args, { env, cwd: folder });
      const said = { out: '', err: '' };
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
      child.on('close', (code) => {
        resolve({ code, ...said });
      });
    });

  test('boards shows the way, also one that nobody listens at', async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    const said = await run('--tcp', adbd.address, '--tcp', dead, 'boards', '--json');
    const rows = JSON.parse(said.out) as { state: string; transports: string[]; via: string }[];
    expect(rows).toEqual([
      expect.objectContaining({ state: 'ready', transports: ['tcp'], via: `TCP ${adbd.address}` }),
      expect.objectContaining({ state: 'offline', transports: ['tcp'], via: `TCP ${dead}` }),
    ]);
    expect((await run('boards', '--tcp', dead)).out).toMatch(/no adb daemon\s+listens/);
  });

  test('check tells what is in the way, and ends with 1', async () => {
    const said = await run('check', '--tcp', adbd.address, '--json');
    const checks = JSON.parse(said.out) as Check[];
    expect(said.code).toBe(1);
    expect(checks.slice(0, 3).map(({ name, state }) => [name, state])).toEqual([
      ['transport', 'ok'],
      ['adb', 'ok'],
      ['machine', 'fail'],
    ]);
    expect(checks.find(({ name }) => name === 'machine')?.fatal).toBe(true);
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['root', 'driver', 'thermal']));
    const text = await run('check', '--tcp', adbd.address);
    expect([text.code, text.out]).toEqual([1, expect.stringContaining('FAIL! machine: ')]);
    const dead = await run('check', '--tcp', `127.0.0.1:${await freePort()}`);
    expect([dead.code, dead.out]).toEqual([1, expect.stringContaining('FAIL! transport: ')]);
  });

  test('check without a board tells what the ways to boards say of themselves', async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    for (const board of [[], ['--board', 'X1']]) {
      const said = await runOver('adb', 'check', '--adb-server', dead, ...board);
      expect([said.code, said.out]).toEqual([2, expect.stringContaining(`FAIL  adb-server: Nobody listens`)]);
      expect(said.out).toContain(dead);
      expect(said.err).toContain(board.length === 0 ? 'No board is seen' : 'No board "X1" is seen');
      expect(said.err).not.toContain('qda-lab check');
    }
  });

  test('clean says what was there: nothing', async () => {
    const said = await run('clean', '--tcp', adbd.address);
    expect([said.code, said.out, said.err]).toEqual([0, expect.stringContaining('Nothing of ours'), '']);
  });

  test('doctor writes one file without names, and says where', async () => {
    const path = join(folder, 'doctor.txt');
    const said = await run('doctor', '--tcp', adbd.address, '--out', path);
    expect([said.code, said.err]).toEqual([0, expect.stringContaining(`Wrote ${path}`)]);
    const text = readFileSync(path, 'utf8');
    for (const part of [
      '== QDA Lab doctor ==',
      '== Ways to boards ==',
      '== Keys',
      'ok adb: ',
      'fail! machine: ',
    ])
      expect(text).toContain(part);
    const { username } = userInfo();
    if (homedir().length > 5) expect(text).not.toContain(homedir());
    if (username !== 'root') expect(text).not.toMatch(new RegExp(`\\b${username}\\b`));
    expect(text).not.toMatch(/[0-9a-f]{32}/i);
    expect((await run('doctor', '--out', '/nowhere/x.txt')).code).toBe(2);
  });
});
