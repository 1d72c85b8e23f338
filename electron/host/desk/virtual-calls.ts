import { fail, ok, type Outcome } from '../../model/outcome.ts';
import { startVirtualBoard, stopVirtualBoard, withControl, type BoardControl } from '../virtual-board.ts';
import type { CallsOf, DeskContext } from './context.ts';
import { unknownBoard } from './seen-boards.ts';

type VirtualCall = 'boards.startVirtual' | 'boards.stopVirtual' | 'boards.unplug' | 'boards.replug';

/** What only virtual boards can do. */
export function virtualCalls(desk: DeskContext): Pick<CallsOf<'boards'>, VirtualCall> {
  const { boards, benches } = desk;
  return {
    'boards.startVirtual': async ({ name, generation, iommu, dsp, workloads }) => {
      const started = await startVirtualBoard({ name, generation, iommu, dsp, workloads });
      if (!started.ok) return started;
      desk.log.say('info', `The virtual board was started (process ${started.value.pid}).`, name);
      if (started.value.dspMissing !== '')
        desk.log.say('warn', `Its DSP runs nothing: ${started.value.dspMissing}`, name);
      await boards.look();
      boards.startedAnew(name);
      return ok({ board: name });
    },
    'boards.stopVirtual': async ({ board }) => {
      const virtual = onlyVirtual(desk, board);
      if (!virtual.ok) return virtual;
      await benches.end(board, 'Cancelled: the user stopped the virtual board.');
      await boards.close(board);
      const stopped = await stopVirtualBoard(board);
      await boards.look();
      return stopped;
    },
    'boards.unplug': ({ board, dsp }) => onDsp(desk, board, (control) => control.unplug(dsp)),
    'boards.replug': ({ board, dsp }) => onDsp(desk, board, (control) => control.replug(dsp)),
  };
}

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
