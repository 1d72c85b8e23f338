import assert from 'node:assert/strict';
import type { OpenBoard } from '../../../electron/host/open-board.ts';
import { until, valueOf } from '../../board/session-lab.ts';
import type { UsbLab } from '../lab.ts';
import type { Rig } from '../rig.ts';
import type { Tap } from '../tap.ts';
import { countsOf, openBoard, runStored, type StoredPlan } from './measuring.ts';

const TIMES = 20;

/** A plan that is pulled from under us again and again. */
interface Pull {
  /** Numbers of the blocks that have come, in their order. */
  readonly blocks: number[];
  /** From the plug until the run goes on, ms. */
  readonly back: number[];
}

async function pullOnce(rig: Rig, { session }: OpenBoard, pull: Pull): Promise<void> {
  const before = pull.blocks.length;
  await until('samples', () => pull.blocks.length > before + 1);
  await rig.unplug();
  await until('the loss to be seen', () => session.state.kind === 'lost');
  await rig.plug();
  const plugged = performance.now();
  await until('the run to go on', () => session.state.kind === 'running');
  pull.back.push(performance.now() - plugged);
}

/** Twenty times in the middle of a run: nothing that fits in the agent's memory is lost, and each gap is marked. */
export async function pulled(tap: Tap, lab: UsbLab, rig: Rig): Promise<void> {
  const open = await tap.make('the agent is there already: it is started without being pushed', async () => {
    const steps: string[] = [];
    const opened = await openBoard(lab, steps);
    assert.deepEqual(
      steps.filter((step) => step.startsWith('pushing')),
      [],
    );
    assert.ok(steps.includes('starting the agent'));
    return opened;
  });
  if (open === null) return;
  const pull: Pull = { blocks: [], back: [] };
  const stop = new AbortController();
  const endless = { only: ['mem.alloc'], samples: 4_000_000, budgetS: 600, verify: false };
  const running = runStored(open, endless, { onEvent: ({ block }) => pull.blocks.push(block) }, stop.signal);
  running.catch(() => undefined); // looked at below
  let whole = true;
  for (let time = 1; time <= TIMES && whole; time++)
    whole = await tap.check(`pulled and put back in a run, ${time} of ${TIMES}`, () =>
      pullOnce(rig, open, pull),
    );
  stop.abort();
  await tap.check(
    'every sample that the agent took is stored, and each absence is marked as a gap',
    async () => nothingLost(await running, pull),
  );
  await open.session.close();
  await tap.check('cleaning removes the agent from the board', async () => {
    const cleaned = valueOf(
      await ((await lab.target()).clean?.({}) ?? Promise.reject(new Error('it cannot clean'))),
    );
    assert.ok(cleaned.removed.length > 0);
    return cleaned.removed.join(', ');
  });
}

function nothingLost({ run, stored }: StoredPlan, { blocks, back }: Pull): string {
  assert.deepEqual([run.status, run.gaps.length], ['cancelled', TIMES]);
  assert.deepEqual(
    run.gaps.filter(({ droppedBlocks, reason }) => droppedBlocks !== 0 || reason === ''),
    [],
  );
  assert.deepEqual(
    blocks,
    blocks.map((_, index) => index + 1),
  );
  const [point] = countsOf(stored);
  assert.ok(point !== undefined && point.taken > 0);
  assert.deepEqual([point.kept, point.dropped], [point.taken, 0]);
  return `${point.kept} samples; ${run.gaps[0]?.reason ?? ''} ${backText(back)}`;
}

function backText(back: readonly number[]): string {
  const sorted = [...back].sort((a, b) => a - b);
  const at = (share: number): string =>
    `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? NaN)} ms`;
  return `From the plug until the run goes on: median ${at(0.5)}, longest ${at(1)}.`;
}
