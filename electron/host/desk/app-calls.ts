import { ok } from '../../model/outcome.ts';
import { virtualBoardsHere } from '../virtual-board.ts';
import type { CallGroup, DeskContext } from './context.ts';

export function appCalls({ lab, electron }: DeskContext): CallGroup<'app'> {
  return {
    calls: {
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
