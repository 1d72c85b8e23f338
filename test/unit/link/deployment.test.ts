// What a deployment holds of the ways to its board, whenever it is stopped.
import { describe, expect, it } from 'vitest';
import { Ways } from '../../../electron/link/adb/ways.ts';
import type { DeployedAgent } from '../../../electron/link/deploy/agent-state.ts';
import { BoardDeployment } from '../../../electron/link/deploy/deployment.ts';
import { leasesOf } from '../../../electron/link/deploy/leases.ts';
import { probeOf } from '../../../electron/link/deploy/probe.ts';
import { Fields } from '../../../electron/link/deploy/shell.ts';
import { ok, type Outcome } from '../../../electron/model/outcome.ts';
import { PlayedWay } from './played-way.ts';

const agent: DeployedAgent = {
  board: 's',
  probe: probeOf(new Fields([])),
  rank: { root: null, uid: 1, as: (script) => script, tried: [] },
  installed: { folder: '/tmp/qda-lab-1', path: '/tmp/qda-lab-1/agent-1', pushed: false, places: [] },
  started: { token: 't', buildId: 'b', socket: 's', pid: 2, others: [], log: '/tmp/qda-lab-1/agent-1.log' },
  graceMs: 1000,
};

/** A deployment whose way was lost, and a board that comes back when the test says so. */
async function lostDeployment(): Promise<{
  readonly way: PlayedWay;
  readonly deployment: BoardDeployment;
  readonly back: () => void;
}> {
  const [way, ways] = [new PlayedWay(), new Ways()];
  ways.put(way, new Map([['s', way]]));
  const first = await leasesOf(ways).takeBest(ways, 's');
  if (!first.ok) throw new Error(first.problem.message);
  let back: () => void = () => undefined;
  way.next = new Promise<Outcome<undefined>>((resolve) => {
    back = () => {
      resolve(ok(undefined));
    };
  });
  way.lose();
  await new Promise((resolve) => setImmediate(resolve));
  return { way, deployment: new BoardDeployment(agent, ways, first.value), back };
}

describe('a deployment that is stopped', () => {
  it('holds no way afterwards, whenever the board came back', async () => {
    for (let turns = 0; turns < 20; turns += 1) {
      const { way, deployment, back } = await lostDeployment();
      const connecting = deployment.connect();
      back();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await deployment.stop();
      expect((await connecting).ok).toBe(false);
      await new Promise((resolve) => setImmediate(resolve));
      expect(way.opened).toBeGreaterThan(1);
      expect(`after ${turns} turns ${way.closed} of them closed`).toBe(
        `after ${turns} turns ${way.opened} of them closed`,
      );
    }
  });

  it('does not wait for a board that does not come back', async () => {
    const { way, deployment, back } = await lostDeployment();
    const connecting = deployment.connect();
    const stopped = deployment.stop();
    expect(await connecting).toMatchObject({ ok: false, problem: { code: 'closed' } });
    back();
    await stopped;
    await new Promise((resolve) => setImmediate(resolve));
    expect([way.opened, way.closed]).toEqual([2, 2]);
  });
});
