import { fail, ok, type Outcome, type Reading } from '../../model/outcome.ts';
import type { Session } from '../../session/session.ts';
import { startVirtualBoard, stopVirtualBoard, withControl, type BoardControl } from '../virtual-board.ts';
import { unknownBoard } from './seen-boards.ts';
import type { CallGroup, DeskContext } from './context.ts';

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
        await benches.end(board);
        await boards.close(board);
        return ok(undefined);
      },
      'boards.label': ({ board, label }) => boards.label(board, label.trim()),
      'boards.checks': async ({ board }) => {
        const opened = await boards.open(board, true);
        if (!opened.ok) return opened;
        const { session } = opened.value;
        return session.state.kind === 'running' ? NOT_NOW : session.checks();
      },
      'boards.environment': async ({ board }) => {
        const opened = await boards.open(board, false);
        if (!opened.ok) return opened;
        const { session } = opened.value;
        if (session.state.kind === 'running') return known.get(session) ?? NOT_NOW;
        const read = await session.environment();
        if (read.ok) known.set(session, read);
        return read;
      },
      'boards.startVirtual': async ({ name, generation, iommu, dsp, workloads }) => {
        const started = await startVirtualBoard({ name, generation, iommu, dsp, workloads });
        if (!started.ok) return started;
        desk.log.say('info', `The virtual board was started (process ${started.value.pid}).`, name);
        if (started.value.dspMissing !== '')
          desk.log.say('warn', `Its DSP runs nothing: ${started.value.dspMissing}`, name);
        await boards.look();
        return ok({ board: name });
      },
      'boards.stopVirtual': async ({ board }) => {
        const virtual = onlyVirtual(desk, board);
        if (!virtual.ok) return virtual;
        await benches.end(board);
        await boards.close(board);
        const stopped = await stopVirtualBoard(board);
        await boards.look();
        return stopped;
      },
      'boards.unplug': ({ board, dsp }) => onDsp(desk, board, (control) => control.unplug(dsp)),
      'boards.replug': ({ board, dsp }) => onDsp(desk, board, (control) => control.replug(dsp)),
    },
  };
}

const NOT_NOW = fail(
  'busy',
  'A plan runs on the board: reading it now would cost time inside the measured calls.',
  'Wait for the end of the run, or cancel it.',
);

/** Does something to the DSP of a virtual board, and looks at what became of its nodes. */
async function onDsp(
  desk: DeskContext,
  board: string,
  work: (control: BoardControl) => Promise<Outcome<undefined>>,
): Promise<Outcome<undefined>> {
  const virtual = onlyVirtual(desk, board);
  if (!virtual.ok) return virtual;
  const done = await withControl(board, work);
  if (!done.ok) return done;
  await desk.boards.look();
  return desk.boards.refresh(board);
}

function onlyVirtual({ boards }: DeskContext, board: string): Outcome<undefined> {
  const entry = boards.entry(board);
  if (!entry?.listed) return unknownBoard(board);
  if (entry.targets.some((target) => target.summary.transport === 'virtual')) return ok(undefined);
  return fail('not-virtual', `"${board}" is no virtual board: this is something only they can do.`);
}
