// Several boards on one computer, and several computers on one board: each goes on by itself.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cleaned, Target } from '../../electron/link/interfaces/link.ts';
import type { Outcome, Problem } from '../../electron/model/outcome.ts';
import { endless, planOf, Watched } from '../board/session-lab.ts';
import { startServer } from './adb-server.ts';
import { Cable } from './cable.ts';
import { guardRejections } from './guard.ts';
import { cannotPlay, LinkBoard, LinkHost, until, valueOf } from './link-lab.ts';

const title = cannotPlay === null ? 'over real adbds' : `skipped: ${cannotPlay}`;

const clean = async (target: Target): Promise<Outcome<Cleaned>> =>
  target.clean === undefined ? Promise.reject(new Error('it cannot be cleaned')) : target.clean({});

describe.skipIf(cannotPlay !== null)(title, () => {
  guardRejections();
  let boards: LinkBoard[] = [];
  let cables: Cable[] = [];
  let hosts: LinkHost[] = [];

  async function board(): Promise<LinkBoard> {
    const started = await LinkBoard.start();
    boards.push(started);
    return started;
  }
  async function cable(port: number): Promise<Cable> {
    const laid = await Cable.to(port);
    cables.push(laid);
    return laid;
  }
  function hostOf(...known: readonly LinkBoard[]): LinkHost {
    const host = new LinkHost(...known);
    hosts.push(host);
    return host;
  }

  beforeEach(() => {
    [boards, cables, hosts] = [[], [], []];
  });
  afterEach(async () => {
    await Watched.closeAll();
    for (const host of hosts) await host.close();
    for (const one of cables) await one.close();
    const left = boards.flatMap(({ agents }) => agents);
    for (const one of boards) await one.stop();
    expect([left, boards.flatMap(({ remains }) => remains)]).toEqual([[], []]);
  });

  const wholeRun = async (watched: Watched): Promise<void> => {
    await until('plan-done', () => watched.over);
    expect(watched.events.at(-1)).toMatchObject({ kind: 'plan-done', cancelled: false });
    expect(watched.blocks).toEqual(watched.blocks.map((_, at) => at + 1));
    expect(watched.states.map(({ kind }) => kind)).not.toContain('lost');
  };

  it('three boards measure at once; one is pulled, one loses its agent, the third does not notice', async () => {
    const [pulled, killed, calm] = [await board(), await board(), await board()];
    const wire = await cable(pulled.adbd.port);
    const host = hostOf(pulled, killed, calm)
      .tcp(wire.address)
      .tcp(killed.adbd.address)
      .tcp(calm.adbd.address);
    const [first, second, third] = await Promise.all(
      [pulled, killed, calm].map(async (one) => Watched.open(await host.target(one))),
    );
    if (!first || !second || !third) throw new Error('three were opened');
    for (const { session } of [first, second]) valueOf(await session.startPlan(endless));
    valueOf(await third.session.startPlan(planOf({ samples: 20_000, budgetNs: 600e9 }, { samples: 20_000 })));
    await until('samples of each', () => [first, second, third].every(({ events }) => events.length > 2));
    await wire.pull();
    process.kill(killed.agent, 'SIGKILL');
    await until('what became of them', () => first.session.state.kind === 'lost' && second.over);
    expect(second.aborted).toMatchObject([{ code: 'agent-died' }]);
    await wholeRun(third);
    expect(third.counts).toEqual(
      new Map([
        [0, 20_000],
        [1, 20_000],
      ]),
    );
    expect(first.session.state.kind).toBe('lost');
    await wire.plug();
    await until('the first', () => first.session.state.kind === 'running');
    valueOf(await first.session.cancel());
    await until('its end', () => first.over);
    for (const { session } of [first, second, third]) await session.close();
  });

  it('boards in one adb server: it dies, and both come back', async () => {
    const [left, right] = [await board(), await board()];
    const server = await startServer();
    try {
      for (const { adbd } of [left, right]) await server.adb('connect', adbd.address);
      const host = hostOf(left, right).server(server.address);
      const both = await Promise.all([left, right].map(async (one) => Watched.open(await host.target(one))));
      for (const { session } of both) valueOf(await session.startPlan(endless));
      await until('samples of both', () => both.every(({ events }) => events.length > 2));
      await server.kill();
      await until('both lost', () => both.every(({ session }) => session.state.kind === 'lost'));
      await server.restart();
      for (const { adbd } of [right, left]) await server.adb('connect', adbd.address);
      await until('both back', () => both.every(({ session }) => session.state.kind === 'running'));
      for (const { session } of both) valueOf(await session.cancel());
      await until('both ends', () => both.every(({ over }) => over));
      for (const { blocks } of both) expect(blocks).toEqual(blocks.map((_, at) => at + 1));
      for (const { session } of both) await session.close();
    } finally {
      for (const host of hosts) await host.close();
      await server.stop();
    }
  });

  it('two computers on one board, one by TCP and one by an adb server: each is told of the other, and both work', async () => {
    const one = await board();
    const server = await startServer();
    try {
      await server.adb('connect', one.adbd.address);
      const [mine, theirs] = [hostOf(one).tcp(one.adbd.address), hostOf(one).server(server.address)];
      const told: Problem[][] = [[], []];
      const opened: Watched[] = [];
      for (const [index, host] of [mine, theirs].entries()) {
        const onNotice = (notice: Problem): void => void told[index]?.push(notice);
        opened.push(await Watched.open(await host.target(one), { onNotice }));
      }
      const others = told.map((notices) => notices.filter(({ code }) => code === 'other-host').length);
      expect(others).toEqual([0, 1]);
      const [first, second] = opened;
      if (!first || !second) throw new Error('two were opened');
      valueOf(await first.session.startPlan(endless));
      await until('samples', () => first.events.length > 2);
      const refused = await second.session.startPlan(planOf({ samples: 5_000 }));
      expect(refused).toMatchObject({ ok: false, problem: { code: 'busy' } });
      if (!refused.ok) expect(refused.problem.message).toContain('measure each other');
      valueOf(await second.session.identity());
      valueOf(await first.session.cancel());
      await until('the end of the first', () => first.over);
      valueOf(await second.session.startPlan(planOf({ samples: 5_000 })));
      await wholeRun(second);
      await second.session.close();
      valueOf(await first.session.ping());
      await first.session.close();
      expect(one.agents).toEqual([]);
      expect(valueOf(await clean(await theirs.target(one)))).toMatchObject({ ended: 0 });
      expect(one.files).toEqual([]);
    } finally {
      for (const host of hosts) await host.close();
      await server.stop();
    }
  });

  it('one computer cleans the board under the other, who hears that its agent ended', async () => {
    const one = await board();
    const [mine, theirs] = [hostOf(one).tcp(one.adbd.address), hostOf(one).tcp(one.adbd.address)];
    const watched = await Watched.open(await mine.target(one));
    valueOf(await watched.session.startPlan(endless));
    await until('samples', () => watched.events.length > 2);
    const cleaned = valueOf(await clean(await theirs.target(one)));
    expect(cleaned.ended).toBeGreaterThan(0);
    await until('the end', () => watched.session.state.kind === 'failed');
    expect(watched.session.state).toMatchObject({ reason: expect.stringContaining('has ended') as string });
    expect(watched.over).toBe(true);
    expect([one.agents, one.files]).toEqual([[], []]);
    await watched.session.close();
  });
});
