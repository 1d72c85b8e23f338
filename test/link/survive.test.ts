// Sessions over a real adbd whose way breaks: the agent goes on, the host comes back, and nothing is lost that the agent could keep.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRun } from '../../electron/host/runs.ts';
import { runPlan, type FinishedRun } from '../../electron/host/run-plan.ts';
import type { Outcome } from '../../electron/model/outcome.ts';
import { planOf, Watched } from '../board/session-lab.ts';
import { startServer, type RealServer } from './adb-server.ts';
import { Cable } from './cable.ts';
import { guardRejections } from './guard.ts';
import { cannotPlay, LinkBoard, LinkHost, until, valueOf } from './link-lab.ts';
import { goesOn, measuring, patient, untilIs, untilLost } from './watching.ts';

const title = cannotPlay === null ? 'a session over a real adbd' : `skipped: ${cannotPlay}`;
describe.skipIf(cannotPlay !== null)(title, () => {
  guardRejections();
  let board: LinkBoard;
  let cable: Cable;
  let host: LinkHost;
  let server: RealServer | null;

  beforeEach(async () => {
    server = null;
    board = await LinkBoard.start();
    cable = await Cable.to(board.adbd.port);
    host = new LinkHost(board);
  });
  afterEach(async () => {
    await Watched.closeAll();
    await host.close();
    await server?.stop();
    await cable.close();
    const left = board.agents;
    await board.stop();
    expect([left, board.remains]).toEqual([[], []]);
  });

  describe('over TCP', () => {
    beforeEach(() => host.tcp(cable.address));

    it('goes on when the cable was pulled for a while, also more than once', async () => {
      const watched = await measuring(host, board);
      const agents = board.agents;
      for (const awayMs of [50, 2_500]) {
        await cable.pull();
        await untilIs(watched, 'lost');
        await new Promise((resolve) => setTimeout(resolve, awayMs));
        await cable.plug();
        await untilIs(watched, 'running');
      }
      expect(board.agents).toEqual(agents);
      await goesOn(watched, board, 2);
    });

    it('goes on when adbd was killed and started again: the agent outlives it', async () => {
      const watched = await measuring(host, board);
      const agents = board.agents;
      await board.adbd.kill();
      await untilIs(watched, 'lost');
      expect(board.agents).toEqual(agents);
      await board.adbd.restart();
      await goesOn(watched, board, 1);
    });

    it('goes on when the computer slept, and woke to a connection that is no more', async () => {
      const watched = await measuring(host, board);
      cable.freeze();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(watched.session.state.kind).toBe('running');
      await cable.wake();
      await untilLost(watched);
      await goesOn(watched, board, 1);
    });

    it('goes on without a loss when nothing moved for a while', async () => {
      const watched = await measuring(host, board);
      cable.freeze();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      cable.thaw();
      await goesOn(watched, board, 0);
    });

    it('knows a board that was started anew', async () => {
      const watched = await measuring(host, board);
      await cable.pull();
      await board.reboot();
      await cable.lead(board.adbd.port);
      await untilIs(watched, 'rebooted');
      expect(watched.aborted).toMatchObject([{ code: 'rebooted' }]);
      expect(watched.over).toBe(true);
      expect(watched.events.at(-1)?.kind).not.toBe('plan-done');
      await watched.session.close();
      const again = await Watched.open(await host.target(board));
      valueOf(await again.session.ping());
      await again.session.close();
    });

    it('tells an agent that was killed from a board that is away, with its last words', async () => {
      const watched = await measuring(host, board);
      process.kill(board.agent, 'SIGSEGV');
      await untilIs(watched, 'failed');
      expect(watched.aborted).toMatchObject([{ code: 'agent-died' }]);
      expect(watched.aborted[0]?.message).toContain('crashed by signal 11');
      await watched.session.close();
    });

    it('tells a DSP that restarted from a board that was away', async () => {
      const watched = await Watched.open(await host.target(board));
      const { session } = watched;
      valueOf(await session.identity());
      valueOf(await session.startPlan(planOf({ samples: 2_000_000, budgetNs: 600e9 }, {})));
      await until('samples', () => watched.events.some(({ kind }) => kind === 'samples'));
      valueOf(await board.control.unplug('cdsp'));
      await untilIs(watched, 'dsp-restarted');
      expect(watched.states.map(({ kind }) => kind)).not.toContain('lost');
      await cable.pull();
      await untilIs(watched, 'lost');
      valueOf(await board.control.replug('cdsp'));
      await cable.plug();
      await untilIs(watched, 'ready');
      valueOf(await session.identity());
      const events = watched.events.length;
      valueOf(await session.startPlan(planOf({})));
      await until('plan-done', () => watched.events.length > events && watched.over);
      expect(watched.events.at(-2)).toMatchObject({ kind: 'done', status: 'pass' });
      await session.close();
    });

    it('ends its agent by itself when it is closed while the board is away', async () => {
      const watched = await measuring(host, board);
      await cable.pull();
      await untilIs(watched, 'lost');
      await watched.session.close();
      expect(board.agents.length).toBeGreaterThan(0);
      await cable.plug();
      const target = await host.target(board);
      valueOf(await (target.clean?.({}) ?? Promise.reject(new Error('it cannot be cleaned'))));
      expect(board.agents).toEqual([]);
      expect(board.files).toEqual([]);
    });

    it.each([
      ['was away', 'cancelled'],
      ['was started anew', 'incomplete'],
    ])('is stored with its gap, or as incomplete, where the board %s', async (_what, status) => {
      const target = await host.target(board);
      const watched = await Watched.open(target, { limits: patient });
      const { session } = watched;
      const identity = valueOf(await session.identity());
      const storePath = join(board.folder, 'runs.sqlite');
      const lab = { providers: [], storePath, home: board.folder, version: '', buildId: '' };
      const only = {
        only: ['mem.alloc'],
        sizes: [4096],
        exhaustive: false,
        verify: true,
        shell: '',
        seed: '7',
      };
      const plan = { name: 'quick', dsp: 'cdsp', ...only, samples: 4_000_000, budgetS: 600 } as const;
      const request = { plan, label: '', command: '', picture: false, spillFolders: [] };
      const end = new AbortController();
      let events = 0;
      const hooks = { onPlan: () => undefined, onEvent: () => (events += 1), onNotice: () => undefined };
      const open = { target, session, identity };
      const running: Promise<Outcome<FinishedRun>> = runPlan(lab, open, request, hooks, end.signal);
      await until('samples', () => events > 3);
      await cable.pull();
      await untilIs(watched, 'lost');
      if (status === 'incomplete') {
        await board.reboot();
        await cable.lead(board.adbd.port);
      } else {
        await cable.plug();
        await untilIs(watched, 'running');
        const seen = events;
        await until('more', () => events > seen + 3);
        end.abort();
      }
      const { run } = valueOf(await running);
      const stored = valueOf(loadRun(lab, run.id));
      expect(stored.status).toBe(status);
      expect(stored.points[0]?.series[0]?.ns.length).toBe(watched.counts.get(0));
      if (status === 'incomplete') expect(stored.reason).toContain('was started anew');
      else
        expect(stored.gaps).toMatchObject([
          { droppedBlocks: 0, reason: expect.stringContaining('gone') as string },
        ]);
      await session.close();
    });
  });

  describe('through an adb server', () => {
    let line: Cable;
    beforeEach(async () => {
      server = await startServer();
      line = await Cable.to(server.port);
      await server.adb('connect', cable.address);
      host.server(line.address);
    });
    afterEach(() => line.close());

    it('goes on when the server was killed and started again', async () => {
      const watched = await measuring(host, board);
      await server?.kill();
      await untilIs(watched, 'lost');
      await server?.restart();
      await server?.adb('connect', cable.address);
      await goesOn(watched, board, 1);
    });

    it('goes on when the way to the server broke', async () => {
      const watched = await measuring(host, board);
      await line.pull();
      await untilIs(watched, 'lost');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await line.plug();
      await goesOn(watched, board, 1);
    });

    it('goes on when adbd was killed and started again', async () => {
      const watched = await measuring(host, board);
      await board.adbd.kill();
      await untilIs(watched, 'lost');
      await board.adbd.restart();
      await server?.adb('disconnect', cable.address);
      await server?.adb('connect', cable.address);
      await goesOn(watched, board, 1);
    });

    it('goes on over TCP when the server is gone, and over the server when TCP is', async () => {
      const direct = await Cable.to(board.adbd.port);
      host.tcp(direct.address);
      await until(
        'both ways',
        () =>
          host.ways.to(board.serial).every(({ usable }) => usable !== false) &&
          host.ways.to(board.serial).length === 2,
      );
      expect(host.ways.to(board.serial).map(({ transport }) => transport)).toEqual(['adb', 'tcp']);
      const watched = await measuring(host, board);
      await line.pull();
      await until('a loss', () => watched.gaps.length === 1);
      await untilIs(watched, 'running');
      await line.plug();
      await until('the server', () => host.ways.to(board.serial)[0]?.transport === 'adb');
      await direct.pull();
      await until('a loss', () => watched.gaps.length === 2);
      await goesOn(watched, board, 2);
      await direct.close();
    });
  });
});
