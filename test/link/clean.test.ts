// Cleaning a board as root, while its shell's user (2000), whose folder is cleaned too, plays tricks with folders and with names of programs.
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanBoard } from '../../electron/link/deploy/clean.ts';
import type { Cleaned } from '../../electron/link/interfaces/link.ts';
import { Bench, isRoot, LocalDevice, USER_LANDS, type LocalBoard } from '../board/deploy-lab.ts';
import { valueOf } from '../board/session-lab.ts';

const SHELL = 2000;

let bench: Bench;
let place: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  bench = new Bench();
  place = bench.place('tmp');
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  expect(await bench.remove()).toEqual([]);
});

const clean = async (board: LocalBoard = {}): Promise<Cleaned> =>
  valueOf(await cleanBoard(new LocalDevice(board), { places: [place] }));

/** A folder with files that have names like ours. */
function folderOf(uid: number, path: string): string {
  mkdirSync(path, { mode: 0o700 });
  for (const name of ['agent-0123', 'try-7']) writeFileSync(join(path, name), 'x');
  chownSync(path, uid, uid);
  return path;
}

/** A process whose program is that file. */
async function running(path: string): Promise<ChildProcess> {
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(realpathSync('/bin/sleep'), path);
  const child = spawn(path, ['1000'], { stdio: 'ignore' });
  children.push(child);
  await new Promise((resolve) => child.once('spawn', resolve));
  return child;
}

/** A program before the machine's own that does this once, after a call of it whose words end so. */
function trick(program: string, afterWords: string, deed: string): LocalBoard {
  const done = join(bench.folder, 'done');
  const script = `/usr/bin/env PATH="\${PATH#*:}" ${program} "$@";r=$?
case "$*" in *"${afterWords}")[ -e ${done} ]||{ : >${done};${deed};};;esac;exit $r`;
  return { path: bench.program(program, script) };
}

const played = (): boolean => existsSync(join(bench.folder, 'done'));

describe.skipIf(!isRoot)('cleaning as root', () => {
  for (const { name, missing, board } of USER_LANDS)
    it.skipIf(missing)(`removes what the shell's user left as well, with ${name}`, async () => {
      const folder = folderOf(SHELL, join(place, `qda-lab-${SHELL}`));
      writeFileSync(join(folder, 'agent-0123.log'), 'x');
      const agent = await running(join(folder, 'agent-4567'));
      const other = await running(join(place, 'qda-lab-1', 'agent-4567'));
      const { removed, ended } = await clean(board(bench));
      expect(removed).toHaveLength(5);
      expect(removed).toContain(folder);
      expect(ended).toBe(1);
      expect(existsSync(folder)).toBe(false);
      expect(
        agent.signalCode ?? (await new Promise((resolve) => agent.once('exit', resolve))),
      ).not.toBeNull();
      expect(other.signalCode).toBeNull();
    });

  it.each([SHELL, 0])('goes nowhere by a link that takes the place of the folder of %i', async (uid) => {
    const folder = folderOf(uid, join(place, `qda-lab-${uid}`));
    const victim = folderOf(0, join(bench.folder, 'victim'));
    const board = trick('ls', `-ldn ${folder}`, `mv ${folder} ${folder}.away; ln -s ${victim} ${folder}`);
    expect((await clean(board)).removed).toEqual([]);
    expect(played()).toBe(true);
    expect(readdirSync(victim)).toEqual(['agent-0123', 'try-7']);
  });

  it('removes nothing elsewhere where the folder is exchanged in the midst of it', async () => {
    const folder = folderOf(SHELL, join(place, `qda-lab-${SHELL}`));
    const victim = folderOf(0, join(bench.folder, 'victim'));
    await clean(trick('rm', 'agent-0123', `mv ${folder} ${folder}.away; ln -s ${victim} ${folder}`));
    expect(played()).toBe(true);
    expect(readdirSync(victim)).toEqual(['agent-0123', 'try-7']);
    expect(readdirSync(`${folder}.away`)).toEqual([]);
  });

  it("does not go into a folder of that user's that a link leads to", async () => {
    const elsewhere = folderOf(SHELL, join(bench.folder, 'elsewhere'));
    symlinkSync(elsewhere, join(place, `qda-lab-${SHELL}`));
    expect((await clean()).removed).toEqual([]);
    expect(readdirSync(elsewhere)).toEqual(['agent-0123', 'try-7']);
  });

  it('ends no process that the name of another one speaks of', async () => {
    const folder = folderOf(SHELL, join(place, `qda-lab-${SHELL}`));
    const victim = await running(join(bench.folder, 'victim'));
    const lie = ` /proc/${String(victim.pid)}/exe -> ${folder}/agent-1`;
    await running(join(bench.folder, `of shell\nlrwxrwxrwx 1 root root 0 now${lie}`));
    await running(join(bench.folder, `of shell${lie}`));
    expect((await clean()).ended).toBe(0);
    expect([victim.exitCode, victim.signalCode]).toEqual([null, null]);
  });

  it('leaves files whose names are none of ours', async () => {
    const folder = folderOf(SHELL, join(place, `qda-lab-${SHELL}`));
    const odd = 'agent-1\nremoved=everything';
    writeFileSync(join(folder, odd), 'x');
    expect((await clean()).removed).toEqual([join(folder, 'agent-0123'), join(folder, 'try-7')]);
    expect(readdirSync(folder)).toEqual([odd]);
  });
});
