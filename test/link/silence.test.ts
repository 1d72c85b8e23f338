// Ways that die without a word: only silence tells, and the session still comes back. They wait most of their time, and do so together.
import { afterAll, describe, it } from 'vitest';
import { Watched } from '../board/session-lab.ts';
import { startServer } from './adb-server.ts';
import { Cable } from './cable.ts';
import { guardRejections } from './guard.ts';
import { cannotPlay, LinkBoard, LinkHost, until } from './link-lab.ts';
import { goesOn, impatient, measuring, untilIs, untilLost } from './watching.ts';

const title = cannotPlay === null ? 'a way that dies without a word' : `skipped: ${cannotPlay}`;

describe.skipIf(cannotPlay !== null).concurrent(title, () => {
  guardRejections();
  afterAll(() => Watched.closeAll());

  /** A board of the test's own at the end of a cable, with a host that does not look for it yet. */
  async function onBoard(
    use: (parts: { board: LinkBoard; cable: Cable; host: LinkHost }) => Promise<void>,
  ): Promise<void> {
    const board = await LinkBoard.start();
    const cable = await Cable.to(board.adbd.port);
    const host = new LinkHost(board);
    try {
      await use({ board, cable, host });
    } finally {
      await host.close();
      await cable.close();
      await board.stop();
    }
  }

  it('is given up, and another connection made', () =>
    onBoard(async ({ board, cable, host }) => {
      const watched = await measuring(host.tcp(cable.address), board, impatient);
      cable.freeze();
      cable.forsake();
      await untilLost(watched);
      await goesOn(watched, board, 1);
    }));

  it('is used again where an address swallowed everything only for a while', () =>
    onBoard(async ({ board, cable, host }) => {
      const watched = await measuring(host.tcp(cable.address), board, impatient);
      cable.freeze();
      await untilIs(watched, 'lost');
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      cable.thaw();
      await goesOn(watched, board, 1);
    }));

  it('gives way to another, also where an adb server still believes in it', () =>
    onBoard(async ({ board, cable, host }) => {
      const server = await startServer();
      const direct = await Cable.to(board.adbd.port);
      try {
        await server.adb('connect', cable.address);
        const watched = await measuring(host.server(server.address), board, impatient);
        host.tcp(direct.address);
        await until('both ways', () => host.ways.to(board.serial).length === 2);
        cable.freeze();
        await untilLost(watched);
        await goesOn(watched, board, 1);
      } finally {
        await host.close();
        await direct.close();
        await server.stop();
      }
    }));
});
