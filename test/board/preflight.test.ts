// The preflight of a board through real shells of several kinds, and what the host makes of it together with the agent's own checks.
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkBoard, checkQuietly } from '../../electron/host/check-board.ts';
import { boardPreflight, preflightOf } from '../../electron/link/checks/preflight.ts';
import type { Agents } from '../../electron/link/deploy/agents.ts';
import { boardTarget } from '../../electron/link/deploy/board-target.ts';
import type { Target } from '../../electron/link/interfaces/link.ts';
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import type { Check } from '../../electron/model/board.ts';
import { fail, ok } from '../../electron/model/outcome.ts';
import { Bench, hostAgents, LocalDevice, LocalWay, summaryOf, USER_LANDS, waysTo } from './deploy-lab.ts';
import { boardOfOwn, remainsOf, valueOf } from './session-lab.ts';
import { nothingStays } from './leftovers.ts';

const listed = async (checks: AsyncIterable<Check>): Promise<readonly Check[]> => {
  const list: Check[] = [];
  for await (const check of checks) list.push(check);
  return list;
};

const FIRST = ['adb', 'machine', 'kernel', 'place', 'root'];
const SEEN = ['dsp-state', 'driver', 'node-permission', 'selinux', 'shell-elf'];
const HELD = ['accel-node', 'dma-heap', 'debugfs', 'tracefs', 'governor', 'thermal'];

const noAgents: Agents = (machine) => fail('no-agent', `There is none for ${machine}.`, 'Is this it?');

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(async () => {
  expect(await bench.remove()).toEqual([]);
});

describe.each(USER_LANDS)('through $name', ({ missing, board }) => {
  it.skipIf(missing)('every check comes, in one order, and nothing is left', async () => {
    const device = new LocalDevice({ ...board(bench), banner: 'Welcome to the board.\r\n\n' });
    let released = 0;
    const take = async (): ReturnType<Parameters<typeof boardPreflight>[0]> =>
      ok({ device, release: () => (released += 1) });
    const own = bench.place('tmp'); // in /tmp others may have an agent
    const checks = await listed(boardPreflight(take, noAgents, { places: [own] }));
    expect(checks.map(({ name }) => name)).toEqual([...FIRST, ...SEEN, ...HELD]);
    expect(checks.find(({ name }) => name === 'machine')).toMatchObject({ state: 'fail', fatal: true });
    const place = checks.find(({ name }) => name === 'place');
    expect(place).toMatchObject({ state: 'ok', read: own });
    expect(readdirSync(own)).toEqual([]);
    expect(released).toBe(1);
    await device.close();
  });
});

it('a board that cannot be opened is one check, with its own sentence', async () => {
  const take = async (): ReturnType<Parameters<typeof boardPreflight>[0]> =>
    fail('unauthorized', 'It does not know us.', 'Look at its screen.');
  expect(await listed(boardPreflight(take, noAgents, {}))).toEqual([
    expect.objectContaining({
      name: 'adb',
      state: 'fail',
      fatal: true,
      read: 'It does not know us.',
      remedy: 'Look at its screen.',
    }),
  ]);
});

it('a cable that is pulled in the middle ends the checks with what happened', async () => {
  const way = new LocalWay('s');
  const ways = waysTo(way);
  const names: string[] = [];
  let last: Check | null = null;
  for await (const check of preflightOf('s', ways, noAgents, { places: [bench.place('tmp')] })({})) {
    names.push(check.name);
    last = check;
    if (check.name === 'kernel') way.pull();
  }
  expect(names.slice(0, 3)).toEqual(['adb', 'machine', 'kernel']);
  expect(last).toMatchObject({ state: 'unknown', read: 'The cable was pulled.' });
});

describe('with the agent', () => {
  let board: VirtualBoard;
  beforeAll(async () => {
    board = await boardOfOwn();
  });
  afterAll(async () => {
    await board.stop();
    await nothingStays(() => remainsOf(board.name));
  });

  const lab = { providers: [], storePath: '', home: '', version: '0', buildId: '0' };
  const targetWith = (agents: Agents, places = [bench.place('tmp')]): Target => {
    const ways = waysTo(new LocalWay('s'));
    const summary = { ...summaryOf('s'), state: 'ready' as const };
    const looked = { places: [mkdtempSync(join(bench.folder, 'looked-'))] }; // never in /tmp itself
    const preflight = preflightOf('s', ways, agents, looked);
    return boardTarget(summary, { ways, agents, places, preflight });
  };

  it('its own checks follow, and what it says better is not told twice', async () => {
    const names = (await listed(checkBoard(lab, [targetWith(hostAgents(board.name))], {}))).map(
      ({ name }) => name,
    );
    expect(names.slice(0, 11)).toEqual(['transport', ...FIRST, ...SEEN]);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toEqual(expect.arrayContaining([...HELD, 'node-access', 'generation']));
  });

  it('its log on the board can be read while it lives, and is gone with it', async () => {
    const target = targetWith(hostAgents(board.name));
    const read = async (): Promise<string> => valueOf((await target.logs?.({})) ?? ok(''));
    expect(await read()).toBe('');
    const deployment = valueOf(await target.deploy({}));
    const log = await read();
    expect(log.split('\n')[0]).toMatch(/qda-lab-\d+\/agent-[0-9a-f]+\.log$/);
    await deployment.stop();
    expect(await read()).toBe('');
  });

  it('one that runs already is seen, and no other is put there for a look that shall not disturb', async () => {
    const target = targetWith(hostAgents(board.name));
    const there = async (): Promise<readonly string[]> => valueOf((await target.agents?.({})) ?? ok([]));
    const deployment = valueOf(await target.deploy({}));
    // Its log, the only one in a folder of this test's own, names its process.
    const pid = /, process (\d+), /.exec(valueOf((await target.logs?.({})) ?? ok('')))?.[1] ?? '';
    expect(await there()).toContain(`process ${pid}`);
    const checks = await listed(checkQuietly(lab, [target], {}));
    expect(checks.at(-1)).toMatchObject({ name: 'agent', state: 'unknown' });
    expect(checks.at(-1)?.read).toContain(`process ${pid}`);
    expect(checks.map(({ name }) => name)).not.toContain('node-access');
    await deployment.stop();
    expect(await there()).not.toContain(`process ${pid}`);
  });

  it('where none can be put there, what the shell saw stands in its place, and why', async () => {
    const without = await listed(checkBoard(lab, [targetWith(noAgents)], {}));
    expect(without.map(({ name }) => name)).toEqual(['transport', ...FIRST, ...SEEN, ...HELD]);
    const nowhere = await listed(checkBoard(lab, [targetWith(hostAgents(board.name), ['/nowhere'])], {}));
    expect(nowhere.at(-1)).toMatchObject({ name: 'agent', state: 'fail', fatal: true });
    expect(nowhere.at(-1)?.read).toContain('/nowhere');
  });
});
