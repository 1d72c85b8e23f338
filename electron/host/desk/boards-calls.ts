import { ok, type Outcome, type Reading } from '../../model/outcome.ts';
import type { Session } from '../../session/session.ts';
import type { CallGroup, DeskContext } from './context.ts';
import { NOT_NOW } from './checks.ts';
import { linkCalls } from './link-calls.ts';
import { virtualCalls } from './virtual-calls.ts';

export function boardsCalls(desk: DeskContext): CallGroup<'boards'> {
  const { boards, benches } = desk;
  /** The environment as last read: what a run changed of it is not asked for while it runs. */
  const known = new WeakMap<Session, Outcome<readonly Reading[]>>();
  return {
    calls: {
      'boards.look': async () => {
        await boards.look();
        const open = boards.view().boards.filter((board) => board.open);
        await Promise.all(open.map((board) => boards.refresh(board.id)));
        return ok(undefined);
      },
      'boards.open': async ({ board, generation }) => {
        const opened = await boards.open(board, true, generation);
        return opened.ok ? ok(undefined) : opened;
      },
      'boards.close': async ({ board }) => {
        await benches.end(board, 'Cancelled: the user disconnected the board.');
        await boards.close(board);
        return ok(undefined);
      },
      'boards.label': ({ board, label }) => boards.label(board, label.trim()),
      'boards.environment': async ({ board }) => {
        const opened = await boards.open(board, false);
        if (!opened.ok) return opened;
        const { session } = opened.value;
        if (session.state.kind === 'running') return known.get(session) ?? NOT_NOW;
        const read = await session.environment();
        if (read.ok) known.set(session, read);
        return read;
      },
      ...linkCalls(desk),
      ...virtualCalls(desk),
    },
  };
}
