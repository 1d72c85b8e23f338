// The agent of this machine on a virtual board, put there and reached through Debian's adbd: everything but the driver is real.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { serverAddresses } from '../../electron/link/adb-server/address.ts';
import { adbServerProvider } from '../../electron/link/adb-server/provider.ts';
import { Identities } from '../../electron/link/adb/identities.ts';
import { Ways } from '../../electron/link/adb/ways.ts';
import { boardTarget } from '../../electron/link/deploy/board-target.ts';
import type { Provider, Target } from '../../electron/link/interfaces/link.ts';
import { tcpAddresses } from '../../electron/link/tcp/address.ts';
import { tcpProvider } from '../../electron/link/tcp/provider.ts';
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import type { BoardSummary } from '../../electron/model/board.ts';
import { hostAgents, programsBelow } from '../board/deploy-lab.ts';
import { boardOfOwn, endless, planOf, remainsOf, until, valueOf, Watched } from '../board/session-lab.ts';
import { nothingStays } from '../board/leftovers.ts';
import { startServer, type RealServer } from './adb-server.ts';
import { adbFound, startAdbd, type RealAdbd } from './adbd.ts';
import { guardRejections } from './guard.ts';
import { noKeys } from './hosts.ts';

const title = adbFound.ok ? "an agent through Debian's adbd" : `skipped: ${adbFound.problem.message}`;

describe.skipIf(!adbFound.ok)(title, () => {
  guardRejections();
  let adbd: RealAdbd;
  let board: VirtualBoard;
  const closing: Provider[] = [];

  beforeAll(async () => {
    board = await boardOfOwn();
    adbd = await startAdbd();
  });
  afterEach(async () => {
    await Watched.closeAll();
    for (const provider of closing.splice(0)) await provider.close?.();
    expect(programsBelow(adbd.folder)).toEqual([]);
  });
  afterAll(async () => {
    await adbd.stop();
    await board.stop();
    await nothingStays(() => remainsOf(board.name));
  });

  /** The board of that provider. */
  const targetOf = async (make: (parts: PartsOfProvider) => Provider): Promise<Target> => {
    const ways = new Ways();
    const parts = { agents: hostAgents(board.name), places: [adbd.folder], ways };
    const targetFor = (summary: BoardSummary): Target => boardTarget(summary, parts);
    const provider = make({ ways, identities: new Identities(ways), targetOf: targetFor });
    closing.push(provider);
    let found: Target | undefined;
    await until('the board', async () => {
      found = valueOf(await provider.list()).find(({ summary }) => summary.state === 'ready');
      return found !== undefined;
    });
    if (found === undefined) throw new Error('no board');
    return found;
  };
  interface PartsOfProvider {
    readonly ways: Ways;
    readonly identities: Identities;
    readonly targetOf: (summary: BoardSummary) => Target;
  }
  const overTcp = (): Promise<Target> =>
    targetOf((parts) =>
      tcpProvider(tcpAddresses([adbd.address], {}), { ...parts, keys: noKeys, retryMs: 50 }),
    );

  test('is pushed once, measures, and is gone afterwards', async () => {
    const target = await overTcp();
    for (let round = 0; round < 2; round += 1) {
      const watched = await Watched.open(target);
      expect(valueOf(await watched.session.identity()).simulated).toBe(true);
      valueOf(
        await watched.session.startPlan(
          planOf({ samples: 400 }, { benchmark: 'base.ioctl', size: 0, samples: 20_000 }),
        ),
      );
      await until('plan-done', () => watched.over);
      expect(watched.counts.get(1)).toBe(20_000);
      await watched.session.close();
      expect(programsBelow(adbd.folder)).toEqual([]);
    }
    const [folder = ''] = readdirSync(adbd.folder).filter((name) => name.startsWith('qda-lab-'));
    expect(readdirSync(join(adbd.folder, folder)).length).toBe(1);
    const cleaned = valueOf(
      (await target.clean?.({})) ?? { ok: true as const, value: { removed: [], ended: 0 } },
    );
    expect(cleaned.removed.length).toBe(2);
    expect(existsSync(join(adbd.folder, folder))).toBe(false);
  });

  test('outlives adbd: the session goes on, and loses nothing', async () => {
    const watched = await Watched.open(await overTcp());
    valueOf(await watched.session.startPlan(endless));
    await until('some samples', () => watched.events.length > 5);
    for (let round = 0; round < 3; round += 1) {
      await adbd.kill();
      await until('the loss', () => watched.session.state.kind === 'lost');
      expect(programsBelow(adbd.folder).length).toBeGreaterThan(0);
      await adbd.restart();
      await until('the return', () => watched.session.state.kind === 'running');
      const came = watched.events.length;
      await until('more samples', () => watched.events.length > came + 3);
    }
    expect(watched.gaps.map(({ droppedBlocks }) => droppedBlocks)).toEqual([0, 0, 0]);
    expect(watched.blocks).toEqual(watched.blocks.map((_, index) => index + 1));
    valueOf(await watched.session.cancel());
    await until('plan-done', () => watched.over);
    expect(watched.aborted).toEqual([]);
    await watched.session.close();
  });

  test('that dies is told with the end of its log', async () => {
    const watched = await Watched.open(await overTcp());
    valueOf(await watched.session.startPlan(endless));
    const [line = ''] = programsBelow(adbd.folder);
    process.kill(Number(/\/proc\/(\d+)\/exe/.exec(line)?.[1]), 'SIGSEGV');
    await until('the end', () => watched.session.state.kind === 'failed');
    expect(watched.aborted).toMatchObject([
      { code: 'agent-died', message: expect.stringContaining('signal 11') as string },
    ]);
  });

  test('works through an adb server just the same, and outlives the server', async () => {
    const server: RealServer = await startServer();
    try {
      await server.adb('connect', adbd.address);
      const target = await targetOf((parts) => {
        const [address] = serverAddresses([server.address], {});
        if (address === undefined) throw new Error('no address');
        return adbServerProvider(address, parts);
      });
      const watched = await Watched.open(target);
      valueOf(await watched.session.startPlan(endless));
      await until('some samples', () => watched.events.length > 5);
      await server.restart();
      await until('the loss', () => watched.session.state.kind === 'lost');
      await server.adb('connect', adbd.address);
      await until('the return', () => watched.session.state.kind === 'running');
      valueOf(await watched.session.cancel());
      await until('plan-done', () => watched.over);
      expect(watched.blocks).toEqual(watched.blocks.map((_, index) => index + 1));
      await watched.session.close();
      // The shell that ended the agent says so before it ends itself.
      await until('no process', () => spawnSync('pgrep', ['-f', `${adbd.folder}/qda-lab-`]).status === 1);
    } finally {
      await server.stop();
    }
  });
});
