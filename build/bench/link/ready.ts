// How soon a board can be used after it was plugged in, and how soon a session is back after its way was away.
import { openSession } from '../../../electron/session/open.ts';
import type { Session } from '../../../electron/session/session.ts';
import { startServer, type RealServer } from '../../../test/link/adb-server.ts';
import { Cable } from '../../../test/link/cable.ts';
import { LinkBoard, LinkHost } from '../../../test/link/link-lab.ts';
import { must, pause, progress, type BenchLab } from '../bench-lab.ts';
import { digits, median, type Figure, type Goal } from '../figure.ts';
import { until } from './rig.ts';

/** How long a way is away: longer than the first tries to come back take. */
const AWAY_MS = 1_500;
const BACK: Goal = { sense: 'at most', value: 2 };

export async function readiness(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const board = await LinkBoard.start();
  lab.later(() => board.stop());
  const server = await startServer();
  lab.later(() => server.stop());
  const cable = await Cable.to(board.adbd.port);
  lab.later(() => cable.close());
  const plugged = await pluggingIn(lab, { board, server, rounds });
  return [
    plugged,
    await cablePulled(lab, { board, cable, rounds }),
    await serverBack(lab, { board, server, rounds }),
  ];
}

interface Parts {
  readonly board: LinkBoard;
  readonly rounds: number;
}

const usable = ({ ways }: LinkHost, { serial }: LinkBoard): boolean =>
  ways.to(serial).some((way) => way.usable !== false);

/** `adb connect` stands for the plug: it is when the server sees a board come. */
async function pluggingIn(lab: BenchLab, parts: Parts & { readonly server: RealServer }): Promise<Figure> {
  const { board, server, rounds } = parts;
  const { address } = board.adbd;
  const host = new LinkHost(board).server(server.address);
  lab.later(() => host.close());
  const ready = async (): Promise<Session> => {
    await until(() => usable(host, board), host);
    return must(await openSession(await host.target(board)));
  };
  const beyond: number[] = [];
  const theirs: number[] = [];
  // In the first round the agent is pushed.
  for (let round = 0; round <= rounds; round++) {
    lab.check();
    progress(`plugging in: round ${round} of ${rounds}`);
    const clock = { began: 0 };
    const since = (): number => (performance.now() - clock.began) / 1000;
    const adb = server.adb('-s', address, 'wait-for-device').then(since);
    const ours = ready().then(async (session) => {
      const s = since();
      await session.close();
      return s;
    });
    await pause(200, lab.signal);
    clock.began = performance.now();
    await server.adb('connect', address);
    const [theirsS, oursS] = await Promise.all([adb, ours]);
    if (round > 0) {
      beyond.push(oursS - theirsS);
      theirs.push(theirsS);
    }
    await server.adb('disconnect', address);
    await until(() => !usable(host, board), host);
  }
  return {
    what: 'plugging in to ready on an agent that is there, beyond adb wait-for-device',
    value: median(beyond),
    unit: 's',
    goal: { sense: 'at most', value: 1.5 },
    how:
      `adb wait-for-device ended ${digits(median(theirs))} s after the board came into the adb server; ready: it is listed, looked at, the agent's ` +
      `digest compared, the agent started and greeted; ${rounds} rounds, both at once`,
  };
}

/** How long a session takes from the return of its way to its answer; the way is away for a while before. */
async function back(
  lab: BenchLab,
  session: Session,
  what: {
    readonly name: string;
    readonly rounds: number;
    readonly away: () => Promise<void>;
    readonly back: () => Promise<void>;
  },
): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < what.rounds; round++) {
    lab.check();
    progress(`${what.name}: round ${round + 1} of ${what.rounds}`);
    const came = (kind: string): Promise<void> =>
      new Promise((resolve) => {
        const off = session.on('state', (state) => {
          if (state.kind !== kind) return;
          off();
          resolve();
        });
      });
    const lost = came('lost');
    await what.away();
    await lost;
    await pause(AWAY_MS, lab.signal);
    const ready = came('ready');
    await what.back();
    const began = performance.now();
    await ready;
    seconds.push((performance.now() - began) / 1000);
  }
  await session.close();
  return median(seconds);
}

async function cablePulled(lab: BenchLab, parts: Parts & { readonly cable: Cable }): Promise<Figure> {
  const { board, cable, rounds } = parts;
  const host = new LinkHost(board).tcp(cable.address);
  lab.later(() => host.close());
  const session = must(await openSession(await host.target(board)));
  const name = 'back after a cable was pulled, over TCP';
  const value = await back(lab, session, {
    name,
    rounds,
    away: () => cable.pull(),
    back: () => cable.plug(),
  });
  const how = `from the return of the way to a session that is ready; away for ${digits(AWAY_MS / 1000)} s; ${rounds} rounds`;
  return { what: name, value, unit: 's', goal: BACK, how };
}

async function serverBack(lab: BenchLab, parts: Parts & { readonly server: RealServer }): Promise<Figure> {
  const { board, server, rounds } = parts;
  await server.adb('connect', board.adbd.address);
  const host = new LinkHost(board).server(server.address);
  lab.later(() => host.close());
  const session = must(await openSession(await host.target(board)));
  const name = 'back after the adb server was killed and started again';
  const connected = async (): Promise<void> => {
    await server.restart();
    await server.adb('connect', board.adbd.address);
  };
  const value = await back(lab, session, { name, rounds, away: () => server.kill(), back: connected });
  const how =
    `from the moment at which the server has the board again to a session that is ready; away for ${digits(AWAY_MS / 1000)} s; ` +
    `${rounds} rounds`;
  return { what: name, value, unit: 's', goal: BACK, how };
}
