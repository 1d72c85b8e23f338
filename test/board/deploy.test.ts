// An agent on a board whose daemon is played by this machine: real shells, files, processes and sockets, a virtual QDA below.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cleaned, Target } from '../../electron/link/interfaces/link.ts';
import { ok, type Outcome, type Problem } from '../../electron/model/outcome.ts';
import { openSession } from '../../electron/session/open.ts';
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import { Bench, hostAgents, LocalWay, programsBelow, targetFor, USER_LANDS, waysTo } from './deploy-lab.ts';
import { boardOfOwn, endless, planOf, problemOf, remainsOf, until, valueOf, Watched } from './session-lab.ts';
import { nothingStays } from './leftovers.ts';

let board: VirtualBoard;
let bench: Bench;
let place: string;
const uid = process.getuid?.() ?? 0;

beforeAll(async () => {
  board = await boardOfOwn();
});
beforeEach(() => {
  bench = new Bench();
  place = bench.place('tmp');
});
afterEach(async () => {
  await Watched.closeAll();
  expect(await bench.remove()).toEqual([]);
});
afterAll(async () => {
  await board.stop();
  await nothingStays(() => remainsOf(board.name));
});

const partsOf = (places = [place], graceS = 600) => ({ agents: hostAgents(board.name), places, graceS });
const filesIn = (folder: string): string[] => readdirSync(join(folder, `qda-lab-${uid}`)).sort();
const agentsIn = (folder: string): string[] => filesIn(folder).filter((name) => !name.endsWith('.log'));

describe('an agent that is put on a board', () => {
  for (const { name, missing, board: boardOf } of USER_LANDS)
    it.skipIf(missing)(`measures, with the user land of ${name}`, async () => {
      const way = new LocalWay('a', boardOf(bench));
      const watched = await Watched.open(targetFor(way, partsOf()));
      const { session } = watched;
      expect(valueOf(await session.identity())).toMatchObject({ simulated: true });
      valueOf(
        await session.startPlan(
          planOf({ samples: 500 }, { benchmark: 'base.ioctl', size: 0, samples: 2_000 }),
        ),
      );
      await until('plan-done', () => watched.over);
      expect(watched.events.at(-1)).toMatchObject({ kind: 'plan-done', cancelled: false });
      expect(watched.counts.get(1)).toBe(2_000);
      expect(programsBelow(place).length).toBeGreaterThan(0);
      await session.close();
      expect(programsBelow(place)).toEqual([]);
      expect(filesIn(place)).toEqual([expect.stringMatching(/^agent-[0-9a-f]{16}$/)]);
    });

  it('has a folder that is closed to others, and an agent that only its user runs', async () => {
    const watched = await Watched.open(targetFor(new LocalWay('a'), partsOf()));
    const folder = join(place, `qda-lab-${uid}`);
    expect(statSync(folder).mode & 0o7777).toBe(0o700);
    const [agent = ''] = agentsIn(place);
    expect(statSync(join(folder, agent)).mode & 0o777).toBe(0o700);
    await watched.session.close();
  });

  it('is sent once: only when what lies there differs', async () => {
    const steps: string[] = [];
    const way = new LocalWay('a');
    const target = targetFor(way, partsOf());
    const first = valueOf(await openSession(target, { onStep: (step) => steps.push(step) }));
    expect(steps).toContain('pushing the agent (50 %)');
    await first.close();
    expect(way.last?.pushed.length).toBe(1);
    const second = valueOf(await openSession(target));
    await second.close();
    expect(way.last?.pushed).toEqual([]);
    const [agent = ''] = agentsIn(place);
    const path = join(place, `qda-lab-${uid}`, agent);
    const whole = readFileSync(path);
    whole[whole.length - 100] = (whole[whole.length - 100] ?? 0) ^ 1;
    writeFileSync(path, whole);
    const third = valueOf(await openSession(target));
    await third.close();
    expect(way.last?.pushed.length).toBe(1);
    expect(agentsIn(place)).toEqual([agent]);
  });

  it('is compared with ours also where the board has no tool for digests', async () => {
    const path = bench.program('sha256sum', 'exit 127');
    for (const tool of ['toybox', 'busybox', 'openssl']) bench.program(tool, 'exit 127');
    const spoil = (content: Uint8Array): Uint8Array => {
      const copy = Uint8Array.from(content);
      copy[70_000] = (copy[70_000] ?? 0) ^ 1;
      return copy;
    };
    const whole = await Watched.open(targetFor(new LocalWay('a', { path }), partsOf()));
    await whole.session.close();
    const spoilt = await openSession(targetFor(new LocalWay('a', { path, spoil }), partsOf()));
    expect(problemOf(spoilt).code).toBe('digest-mismatch');
  });

  it('is not started where something else arrived', async () => {
    const spoil = (content: Uint8Array): Uint8Array => content.slice(0, -1);
    const problem = problemOf(await openSession(targetFor(new LocalWay('a', { spoil }), partsOf())));
    expect(problem).toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringContaining('nothing was started') as string,
    });
    expect(filesIn(place)).toEqual([]);
  });

  it('comes through a shell that prints a banner', async () => {
    const banner = 'Welcome to board 7!\nuid=0\nqda-lab-x-begin\nserial=evil\r\n';
    const watched = await Watched.open(targetFor(new LocalWay('a', { banner }), partsOf()));
    await watched.session.close();
  });

  it('is told of in the words of a shell that does not work', async () => {
    const shell = ['sh', '-c', 'echo "This account is not available" >&2; exit 1'];
    const problem = problemOf(await openSession(targetFor(new LocalWay('a', { shell }), partsOf())));
    expect(problem).toMatchObject({
      code: 'board-shell',
      message: expect.stringContaining('not available') as string,
    });
  });

  it('is none for a machine that none is built for', async () => {
    const agents = (machine: string) => ({
      ok: false as const,
      problem: { code: 'no-agent', message: `The board is a ${machine}.`, remedy: '' },
    });
    const target = targetFor(new LocalWay('a'), { ...partsOf(), agents });
    expect(problemOf(await openSession(target)).code).toBe('no-agent');
    expect(readdirSync(place)).toEqual([]);
  });

  it('that cannot run there says why', async () => {
    const bytes = Buffer.from('#!/bin/sh\necho "no such device" >&2; exit 2\n');
    const agents = () => ({ ok: true as const, value: { bytes, buildId: null, args: [] } });
    const problem = problemOf(await openSession(targetFor(new LocalWay('a'), { ...partsOf(), agents })));
    expect(problem).toMatchObject({
      code: 'agent-start',
      message: expect.stringContaining('no such device') as string,
    });
  });

  it('can be given up while it is started', async () => {
    const abort = new AbortController();
    const onStep = (step: string): void => {
      if (step.startsWith('pushing')) abort.abort();
    };
    const opened = await openSession(targetFor(new LocalWay('a'), partsOf()), {
      signal: abort.signal,
      onStep,
    });
    expect(problemOf(opened).code).toBe('cancelled');
  });
});

describe('an agent that is given up while it starts', () => {
  it('is ended all the same', async () => {
    const abort = new AbortController();
    const onStep = (step: string): void => {
      if (step === 'starting the agent')
        setTimeout(() => {
          abort.abort();
        }, 30);
    };
    const opened = await openSession(targetFor(new LocalWay('a'), partsOf()), {
      signal: abort.signal,
      onStep,
    });
    if (opened.ok) await opened.value.close();
    else expect(opened.problem.code).toBe('cancelled');
    await until('its end', () => programsBelow(place).length === 0); // it was told to end, which takes it a moment
  });
});

describe.skipIf(uid !== 0)('a hostile user of the board', () => {
  it('is refused, counted and told', async () => {
    const target = targetFor(new LocalWay('knocked'), partsOf());
    const deployment = valueOf(await target.deploy({}));
    const name =
      /@(qda-lab\/0\/knocked\/agent-\w+)$/m.exec(readFileSync('/proc/net/unix', 'utf8'))?.[1] ?? '';
    const knock = `require('net').connect({path:'\\0${name}'}).on('data',()=>process.exit(1)).on('close',()=>process.exit(0))`;
    for (let round = 0; round < 3; round += 1)
      expect(spawnSync(process.execPath, ['-e', knock], { uid: 65534, gid: 65534, cwd: '/' }).status).toBe(0);
    const session = valueOf(await openSession({ ...target, deploy: () => Promise.resolve(ok(deployment)) }));
    const { readings } = valueOf(await session.identity());
    expect(readings.find(({ key }) => key === 'agent.refused-users')?.value).toBe('3');
    const [log = ''] = filesIn(place).filter((file) => file.endsWith('.log'));
    const text = readFileSync(join(place, `qda-lab-${uid}`, log), 'utf8');
    expect(text).toContain('refused (2 so far): User 65534 of the board');
    await session.close();
    expect(programsBelow(place)).toEqual([]);
  });
});

describe('an agent that lost its host', () => {
  it('goes on without the way that it was started by, and is found again over another', async () => {
    const usb = new LocalWay('a', {}, 'usb');
    const tcp = new LocalWay('a', {}, 'tcp');
    const watched = await Watched.open(targetFor(usb, partsOf(), waysTo(usb, tcp)));
    const { session } = watched;
    valueOf(await session.startPlan(endless));
    await until('some samples', () => watched.events.length > 3);
    usb.pull();
    valueOf(await session.ping()); // this stand-in's streams outlive its way; the next connection goes over the other
    await session.close();
    expect(tcp.opened).toBe(1);
    expect(programsBelow(place)).toEqual([]);
  });

  it('that was killed is told as dead, with the end of its log', async () => {
    const watched = await Watched.open(targetFor(new LocalWay('a'), partsOf()));
    const line = programsBelow(place)[0] ?? '';
    process.kill(Number(/\/proc\/(\d+)\/exe/.exec(line)?.[1]), 'SIGSEGV');
    await until('the end', () => watched.session.state.kind === 'failed');
    expect(watched.session.state).toMatchObject({
      reason: expect.stringMatching(/has ended\..*crashed by signal 11/s) as string,
    });
  });

  it('of a board that was started anew is told as such', async () => {
    const boot = join(bench.folder, 'boot');
    writeFileSync(boot, 'first\n');
    const path = bench.program(
      'cat',
      `case $1 in /proc/sys/kernel/random/boot_id)exec /bin/cat ${boot};;esac;exec /bin/cat "$@"`,
    );
    const watched = await Watched.open(targetFor(new LocalWay('a', { path }), partsOf()));
    const line = programsBelow(place)[0] ?? '';
    writeFileSync(boot, 'second\n');
    process.kill(Number(/\/proc\/(\d+)\/exe/.exec(line)?.[1]), 'SIGKILL');
    await until('the end', () => watched.session.state.kind === 'rebooted');
    await watched.session.close();
  });

  it('ends by itself when the board cannot be reached any more', async () => {
    const way = new LocalWay('a');
    const deployment = valueOf(await targetFor(way, partsOf([place], 1)).deploy({}));
    way.pull();
    await deployment.stop();
    expect(problemOf(await way.open()).code).toBe('unknown-board');
    expect(problemOf(await deployment.connect()).code).toBe('closed');
    await until('its end', () => programsBelow(place).length === 0);
  });

  it('is ended also where it does not listen to its host', async () => {
    const way = new LocalWay('a');
    const deployment = valueOf(await targetFor(way, partsOf()).deploy({}));
    const line = programsBelow(place)[0] ?? '';
    process.kill(Number(/\/proc\/(\d+)\/exe/.exec(line)?.[1]), 'SIGSTOP');
    await deployment.stop();
    expect(programsBelow(place)).toEqual([]);
  });
});

describe('several hosts on one board', () => {
  const open = async (parts: ReturnType<typeof partsOf>) => {
    const notices: Problem[] = [];
    const onNotice = (notice: Problem): void => void notices.push(notice);
    return {
      session: valueOf(await openSession(targetFor(new LocalWay('a'), parts), { onNotice })),
      notices,
    };
  };

  it('both work, and the second is told', async () => {
    const first = await open(partsOf());
    // Other tests may have agents on this machine at the same time: only these two are looked for.
    const pid = /\/proc\/(\d+)\/exe/.exec(programsBelow(place)[0] ?? '')?.[1] ?? 'none';
    const second = await open(partsOf());
    expect(second.notices.find(({ code }) => code === 'other-host')?.message).toMatch(
      new RegExp(`\\b${pid}\\b`),
    );
    expect(first.notices.map(({ message }) => message).join()).not.toMatch(new RegExp(`\\b${pid}\\b`));
    valueOf(await first.session.ping());
    valueOf(await second.session.ping());
    await second.session.close();
    valueOf(await first.session.ping());
    await first.session.close();
  });

  it('an agent of another build is not harmed, and told', async () => {
    const first = await open(partsOf());
    const [program = ''] = agentsIn(place);
    const { agents } = partsOf();
    const other: typeof agents = (machine) => {
      const program = valueOf(agents(machine));
      return {
        ok: true,
        value: { ...program, bytes: Buffer.concat([program.bytes, Buffer.from('another build')]) },
      };
    };
    const second = await open({ ...partsOf(), agents: other });
    expect(second.notices.map(({ code }) => code)).toContain('other-build-runs');
    valueOf(await first.session.ping());
    expect(agentsIn(place)).toContain(program); // it runs: not removed
    await first.session.close();
    await second.session.close();
    const third = await open({ ...partsOf(), agents: other });
    expect(agentsIn(place)).not.toContain(program); // nobody runs it any more
    await third.session.close();
  });
});

const cleanWith = (target: Target): Promise<Outcome<Cleaned>> =>
  target.clean?.({}) ?? Promise.reject(new Error('it cannot be cleaned'));

describe('cleaning a board', () => {
  it('ends every agent and removes what was put there, and nothing else', async () => {
    const parts = partsOf([place, bench.place('other')]);
    const target = targetFor(new LocalWay('a'), parts);
    const deployment = valueOf(await target.deploy({}));
    writeFileSync(join(place, `qda-lab-${uid}`, 'of-somebody'), 'kept');
    mkdirSync(join(place, 'qda-lab-12345'));
    const cleaned = valueOf(await cleanWith(target));
    expect(cleaned.ended).toBe(1);
    expect(cleaned.removed.length).toBe(2);
    expect(programsBelow(place)).toEqual([]);
    expect(filesIn(place)).toEqual(['of-somebody']);
    expect(existsSync(join(place, 'qda-lab-12345'))).toBe(true);
    expect(problemOf(await deployment.connect()).code).toBe('agent-died');
    await deployment.stop();
  });

  it('finds agents through a link in the way to a place, and none elsewhere', async () => {
    const elsewhere = bench.place('elsewhere');
    const link = join(bench.folder, 'link');
    symlinkSync(place, link);
    const target = targetFor(new LocalWay('a'), partsOf([link]));
    valueOf(await target.deploy({}));
    const kept = valueOf(await targetFor(new LocalWay('b'), partsOf([elsewhere])).deploy({}));
    expect(valueOf(await cleanWith(target)).ended).toBe(1);
    expect(programsBelow(place)).toEqual([]);
    expect(programsBelow(elsewhere).length).toBe(1);
    await kept.stop();
  });

  it('has nothing to do where nothing is', async () => {
    const target = targetFor(new LocalWay('a'), partsOf());
    expect(valueOf(await cleanWith(target))).toEqual({
      removed: [],
      ended: 0,
    });
    expect(lstatSync(place).isDirectory()).toBe(true);
  });
});
