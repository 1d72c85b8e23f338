import type { Push } from '../../contract/pushes.ts';
import type { MemoryDelta } from '../../model/memory-delta.ts';
import { fail, ok } from '../../model/outcome.ts';
import { unknownBoard } from './seen-boards.ts';
import type { CallGroup, DeskContext } from './context.ts';
import type { Face } from './face.ts';

export function memoryCalls({ boards, memory }: Pick<DeskContext, 'boards' | 'memory'>): CallGroup<'memory'> {
  const resetPush = (board: string): Push | null => pushOf(board, memory.reset(board));
  return {
    calls: {
      'memory.watch': async ({ board }, face) => {
        face.wanted.add(board);
        if (boards.entry(board) === undefined) await boards.look();
        if (boards.entry(board) === undefined) {
          face.wanted.delete(board);
          return unknownBoard(board);
        }
        if (!face.wants(board)) return ok(undefined); // it was ended meanwhile, or the face is gone
        if (!face.watching.has(board)) face.watching.set(board, watchFor(face, board));
        else face.offer(keyOf(board), () => resetPush(board));
        return ok(undefined);
      },
      'memory.unwatch': ({ board }, face) => {
        face.wanted.delete(board);
        face.watching.get(board)?.();
        face.watching.delete(board);
        return ok(undefined);
      },
      'memory.resync': ({ board }, face) => {
        if (!face.watching.has(board)) return fail('not-watched', `The board "${board}" is not watched.`);
        face.offer(keyOf(board), () => resetPush(board));
        return ok(undefined);
      },
    },
  };

  function watchFor(face: Face, board: string): () => void {
    const detach = memory.attach(board, {
      step: (delta) => {
        face.offer(
          keyOf(board),
          () => pushOf(board, delta),
          () => resetPush(board),
        );
      },
      state: (state) => {
        const push = { push: 'watch', value: { board, state } } as const;
        face.offer(`watch/${board}`, () => push);
      },
    });
    return () => {
      detach();
      face.forget(keyOf(board));
      face.forget(`watch/${board}`);
    };
  }
}

const keyOf = (board: string): string => `memory/${board}`;

const pushOf = (board: string, delta: MemoryDelta | null): Push | null =>
  delta === null ? null : { push: 'memory', value: { board, delta } };
