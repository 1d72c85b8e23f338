import { ok } from '../../model/outcome.ts';
import { virtualBoardsHere } from '../virtual-board.ts';
import { doctorCall } from './link-calls.ts';
import type { CallGroup, DeskContext } from './context.ts';

export function appCalls(desk: DeskContext): CallGroup<'app'> {
  const { lab, electron } = desk;
  return {
    calls: {
      ...doctorCall(desk),
      'app.info': () =>
        ok({
          version: lab.version,
          buildId: lab.buildId,
          node: process.version,
          electron,
          platform: process.platform,
          storePath: lab.storePath,
          virtualBoards: virtualBoardsHere(),
        }),
    },
  };
}
