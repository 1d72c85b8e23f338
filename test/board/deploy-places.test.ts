// Boards that make it hard: places that are read-only, full, without exec, somebody else's; users that are not root, and su in its dialects.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanBoard } from '../../electron/link/deploy/clean.ts';
import { agentLog } from '../../electron/link/deploy/logs.ts';
import { probeBoard } from '../../electron/link/deploy/probe.ts';
import { findRank } from '../../electron/link/deploy/root.ts';
import { tryPlaces } from '../../electron/link/deploy/places.ts';
import type { RunOptions } from '../../electron/link/adb/device.ts';
import type { Problem } from '../../electron/model/outcome.ts';
import { openSession } from '../../electron/session/open.ts';
import {
  Bench,
  canMount,
  hostAgents,
  isRoot,
  LocalDevice,
  LocalWay,
  programsBelow,
  targetFor,
  USER_LANDS,
  type LocalBoard,
} from './deploy-lab.ts';
import { problemOf, valueOf } from './session-lab.ts';

const NOBODY = 65534;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(async () => {
  expect(await bench.remove()).toEqual([]);
});

/** On this machine's own kernel: what is asked here is only whether it gets there and runs. */
async function deploy(board: LocalBoard, places: readonly string[]) {
  const notices: Problem[] = [];
  const target = targetFor(new LocalWay('a', board), { agents: hostAgents(null), places });
  const outcome = await openSession(target, { onNotice: (notice) => void notices.push(notice) });
  return { outcome, notices };
}

async function reportOf(board: LocalBoard, places: readonly string[]) {
  const device = new LocalDevice(board);
  const probe = valueOf(await probeBoard(device));
  return valueOf(await tryPlaces(device, { probe, places, name: 'agent-0123456789abcdef' }));
}

const MOUNTS = (folder: string): string => `
mount -t tmpfs -o ro none ${folder}/ro
mount -t tmpfs -o noexec,mode=1777 none ${folder}/noexec
mount -t tmpfs -o size=4k,mode=1777 none ${folder}/full && cat /dev/zero >${folder}/full/big 2>/dev/null
mount -t tmpfs -o size=128k,mode=1777 none ${folder}/small`;

describe.skipIf(!canMount)('file systems of boards', () => {
  let within: readonly string[];
  const at = (name: string): string => join(bench.folder, name);
  beforeEach(async () => {
    for (const name of ['ro', 'noexec', 'full', 'small', 'good']) bench.place(name);
    within = await bench.mounts(MOUNTS(bench.folder));
  });

  for (const { name, missing, board } of USER_LANDS)
    it.skipIf(missing)(`are told apart, with ${name}`, async () => {
      const places = ['none', 'ro', 'full', 'noexec', 'good', 'small'].map(at);
      const report = await reportOf({ ...board(bench), within }, places);
      expect(report.map(({ state }) => state)).toEqual(['absent', 'read-only', 'full', 'noexec', 'ok']);
    });

  it('are left for the next one where the agent does not fit', async () => {
    const { outcome } = await deploy({ within }, ['small', 'good'].map(at));
    await valueOf(outcome).close();
    const left = spawnSync(within[0] ?? '', [...within.slice(1), 'find', at('small'), '-type', 'f'], {
      encoding: 'utf8',
    });
    expect(left.stdout).toBe('');
  });

  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['ro', 'read-only', /ro is read-only/],
    ['full', 'board-full', /full is full/],
    ['small', 'board-full', /small is full/],
    ['noexec', 'noexec', /noexec lets nothing run/],
    ['none', 'no-place', /none is not there/],
  ];
  for (const [name, code, message] of cases)
    it(`have a sentence each: ${name}`, async () => {
      const problem = problemOf((await deploy({ within }, [at(name)])).outcome);
      expect(problem.code).toBe(code);
      expect(problem.message).toMatch(message);
      expect(problem.remedy).not.toBe('');
    });

  it('that all fail are named each with its reason', async () => {
    const problem = problemOf((await deploy({ within }, ['none', 'ro', 'full', 'noexec'].map(at))).outcome);
    expect(problem.code).toBe('noexec');
    for (const words of ['none is not there', 'ro is read-only', 'full is full', 'noexec lets nothing run'])
      expect(problem.message).toContain(words);
  });
});

describe.skipIf(!isRoot)('folders that are not ours', () => {
  const uid = 0;

  it('a link of a hostile user is not followed', async () => {
    const place = bench.place('tmp');
    const victim = bench.place('victim', 0o755);
    symlinkSync(victim, join(place, `qda-lab-${uid}`));
    const report = await reportOf({}, [place]);
    expect(report).toMatchObject([{ state: 'foreign' }]);
    expect(problemOf((await deploy({}, [place])).outcome).message).toContain('not ours');
    expect(valueOf(await cleanBoard(new LocalDevice({}), { places: [place] })).removed).toEqual([]);
    expect(readdirSync(victim)).toEqual([]);
  });

  it("another user's folder of our name is not used, nor removed", async () => {
    const place = bench.place('tmp');
    mkdirSync(join(place, `qda-lab-${uid}`));
    spawnSync('chown', [String(NOBODY), join(place, `qda-lab-${uid}`)]);
    expect(await reportOf({}, [place])).toMatchObject([{ state: 'foreign' }]);
    await cleanBoard(new LocalDevice({}), { places: [place] });
    expect(existsSync(join(place, `qda-lab-${uid}`))).toBe(true);
  });

  it('what lies there is not read as a log of ours, nor where a link leads', async () => {
    const place = bench.place('tmp');
    const folder = join(place, `qda-lab-${uid}`);
    const secret = join(bench.place('secret', 0o700), 'shadow');
    writeFileSync(secret, 'root:hash');
    mkdirSync(folder, { mode: 0o700 });
    const logOf = async () => valueOf(await agentLog({ device: new LocalDevice({}) }, { places: [place] }));
    expect(await logOf()).toBe('');
    symlinkSync(secret, join(folder, 'agent-1.log'));
    expect(await logOf()).toBe('');
    rmSync(join(folder, 'agent-1.log'));
    writeFileSync(join(folder, 'agent-2.log'), 'one\ntwo\n');
    expect(await logOf()).toBe(`${folder}/agent-2.log\none\ntwo`);
    spawnSync('chown', [String(NOBODY), folder]);
    expect(await logOf()).toBe('');
  });

  it('a file of that name is left alone', async () => {
    const place = bench.place('tmp');
    writeFileSync(join(place, `qda-lab-${uid}`), 'of somebody');
    expect(await reportOf({}, [place])).toMatchObject([{ state: 'foreign' }]);
  });

  it('a place where anybody may exchange files is left out', async () => {
    expect(await reportOf({}, [bench.place('tmp', 0o777)])).toMatchObject([{ state: 'unsafe' }]);
  });

  it('a user that may not write is told so', async () => {
    const report = await reportOf({ uid: NOBODY }, [bench.place('tmp', 0o755)]);
    expect(report).toMatchObject([{ state: 'no-permission' }]);
  });
});

describe.skipIf(!isRoot)('a daemon that is not root', () => {
  it('has an agent of its user, and what is missing is named', async () => {
    const place = bench.place('tmp');
    const { outcome, notices } = await deploy({ uid: NOBODY, path: bench.program('su', 'exit 1') }, [place]);
    const session = valueOf(outcome);
    const notice = notices.find(({ code }) => code === 'not-root');
    for (const word of [`user ${NOBODY}`, 'bufinfo', 'dma', 'kprobe', 'su said nothing', 'no sudo'])
      expect(notice?.message).toContain(word);
    await session.close();
    expect(existsSync(join(place, `qda-lab-${NOBODY}`))).toBe(true);
  });

  it('sees nothing of what root left there', async () => {
    const place = bench.place('tmp');
    await valueOf((await deploy({}, [place])).outcome).close();
    const board = { uid: NOBODY, path: bench.program('su', 'exit 1') };
    expect(valueOf(await cleanBoard(new LocalDevice(board), { places: [place] }))).toEqual({
      removed: [],
      ended: 0,
    });
    expect(existsSync(join(place, 'qda-lab-0'))).toBe(true);
  });
});

// The user id is played: everything runs as whoever runs the tests, and `id` says 2000 until a su was passed.
const PLAYED_ID =
  '[ -n "$PASSED" ]||case "$*" in -u)echo 2000;exit;;-un)echo shell;exit;;esac;exec /usr/bin/id "$@"';
/** su of AOSP: a user, then a program. */
const AOSP = 'case $1 in 0|root)shift;PASSED=1 exec "$@";;esac;exit 1';
/** su of Magisk: options and a user in any order, what follows are arguments of the shell. */
const MAGISK =
  'u=0;while :;do case $1 in -c)shift;PASSED=1 exec sh -c "$1";;0|root)shift;;*)break;;esac;done;PASSED=1 exec sh "$@"';
/** su that takes -c only in the first place. */
const FIRST = '[ "$1" = -c ]||exit 1;PASSED=1 exec sh -c "$2"';
const SUDO = '[ "$1" = -n ]||exit 1;shift;PASSED=1 exec "$@"';

describe.skipIf(!isRoot)('ways to root', () => {
  const boardWith = (programs: Readonly<Record<string, string>>): LocalBoard => {
    bench.program('sudo', 'exit 1');
    for (const [name, script] of Object.entries(programs)) bench.program(name, script);
    return { path: bench.program('id', PLAYED_ID) };
  };
  const rankOn = async (board: LocalBoard, device = new LocalDevice(board)) =>
    findRank(device, valueOf(await probeBoard(device)), { timeoutMs: 60_000 });
  /** Waits for a su no longer than this; for all else, as long as it takes on a slow machine. */
  class HastyDevice extends LocalDevice {
    override run(command: string, options?: RunOptions): ReturnType<LocalDevice['run']> {
      return super.run(command, command.startsWith('su ') ? { ...options, timeoutMs: 700 } : options);
    }
  }

  const dialects: readonly (readonly [string, Readonly<Record<string, string>>, string, RegExp])[] = [
    ["AOSP's su", { su: AOSP }, 'su', /^su 0 sh -c/],
    ["Magisk's su", { su: MAGISK }, 'su', /^su 0 -c/],
    ['a su that takes -c first', { su: FIRST }, 'su', /^su -c/],
    ['sudo without a password', { su: 'exit 1', sudo: SUDO }, 'sudo -n', /^sudo -n/],
  ];
  for (const [name, programs, root, command] of dialects)
    it(`${name} is understood`, async () => {
      const rank = await rankOn(boardWith(programs));
      expect(rank).toMatchObject({ root, uid: 0 });
      expect(rank.as('x')).toMatch(command);
    });

  it('the agent runs as root through it, and takes connections of the daemon', async () => {
    const place = bench.place('tmp');
    bench.program('mkdir', 'for d;do :;done;/bin/mkdir "$@"&&chown 2000 "$d"');
    const board = boardWith({ su: MAGISK });
    const { outcome, notices } = await deploy(board, [place]);
    const session = valueOf(outcome);
    expect(notices.filter(({ code }) => code === 'not-root')).toEqual([]);
    const { stdout } = spawnSync('sh', ['-c', `tr '\\0' ' ' </proc/$(${pidOf(place)})/cmdline`], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('--allow-uid 2000');
    await session.close();
  });

  it('the agent runs as the daemon where that does not get to one that is root', async () => {
    const place = bench.place('tmp');
    bench.program('mkdir', 'for d;do :;done;/bin/mkdir "$@"&&chown 2000 "$d"');
    const { outcome, notices } = await deploy({ ...boardWith({ su: AOSP }), refusals: 1 }, [place]);
    const session = valueOf(outcome);
    expect(notices.filter(({ code }) => code === 'not-root')).toMatchObject([
      { code: 'not-root', message: expect.stringContaining('SELinux') as string },
    ]);
    expect(programsBelow(place).length).toBe(1);
    await session.close();
  });

  it('an agent that cannot be reached at all is told so, and ended', async () => {
    const place = bench.place('tmp');
    const { outcome } = await deploy({ refusals: 100 }, [place]);
    expect(problemOf(outcome)).toMatchObject({
      code: 'agent-unreachable',
      remedy: expect.stringContaining('avc') as string,
    });
  });

  it('a su that asks on the screen is given up, and said so', async () => {
    const board = boardWith({ su: 'exec sleep 60', sudo: SUDO });
    expect(await rankOn(board, new HastyDevice(board))).toMatchObject({ root: 'sudo -n' });
    bench.program('sudo', 'echo "a password is required" >&2; exit 1');
    const rank = await rankOn(board, new HastyDevice(board));
    expect(rank.root).toBeNull();
    expect(rank.tried.join()).toMatch(/su does not come back: it waits.*screen/);
    expect(rank.tried.join()).toContain('a password is required');
  });

  it('a su that says yes to everything and does nothing is no root', async () => {
    expect(await rankOn(boardWith({ su: 'exit 0' }))).toMatchObject({ root: null });
    expect(await rankOn(boardWith({ su: 'echo 2000' }))).toMatchObject({ root: null });
    expect(await rankOn(boardWith({ su: 'echo 100' }))).toMatchObject({ root: null });
  });
});

const pidOf = (folder: string): string =>
  `ls -l /proc/[0-9]*/exe 2>/dev/null|sed -n 's|.*/proc/\\([0-9]*\\)/exe -> ${folder}/.*|\\1|p'|head -n 1`;
