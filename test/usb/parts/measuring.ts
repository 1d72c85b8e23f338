import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanRequest } from '../../../electron/bench/plan.ts';
import type { Lab } from '../../../electron/host/compose.ts';
import type { OpenBoard } from '../../../electron/host/open-board.ts';
import { runPlan, type RunHooks } from '../../../electron/host/run-plan.ts';
import type { Check } from '../../../electron/model/board.ts';
import type { Run } from '../../../electron/model/run.ts';
import { openSession } from '../../../electron/session/open.ts';
import type { StoredRun } from '../../../electron/store/read.ts';
import { Store } from '../../../electron/store/store.ts';
import { valueOf } from '../../board/session-lab.ts';
import type { UsbLab } from '../lab.ts';
import type { Rig } from '../rig.ts';
import type { Tap } from '../tap.ts';

/** The board with the agent on it, and who it is. `steps`: gets the steps of putting it there, in words. */
export async function openBoard(lab: UsbLab, steps: string[] = []): Promise<OpenBoard> {
  const target = await lab.target();
  const opened = await openSession(target, { onStep: (step) => steps.push(step) });
  if (!opened.ok) throw new Error(`${opened.problem.message} (after: ${steps.join(', ')})`);
  const session = opened.value;
  return { target, session, identity: valueOf(await session.identity()) };
}

const request: PlanRequest = {
  name: 'quick',
  dsp: 'cdsp',
  only: ['base.ioctl', 'mem.alloc'],
  samples: 200,
  budgetS: 20,
  sizes: [4096],
  exhaustive: false,
  verify: true,
  shell: '',
  seed: '7',
};

/** A run as it was, and what the store holds of it. */
export interface StoredPlan {
  readonly run: Run;
  readonly stored: StoredRun;
}

/** Runs a plan as the app does, and gives what the store holds of it afterwards. */
export async function runStored(
  board: OpenBoard,
  changes: Partial<PlanRequest>,
  hooks: Partial<RunHooks> = {},
  signal = new AbortController().signal,
): Promise<StoredPlan> {
  const home = mkdtempSync(join(tmpdir(), 'usb-store-'));
  const lab: Lab = {
    providers: [],
    home,
    storePath: join(home, 'runs.sqlite'),
    version: 'test',
    buildId: 'test',
  };
  const nothing = (): void => undefined;
  const all = { onPlan: nothing, onEvent: nothing, onNotice: nothing, ...hooks };
  const wanted = {
    plan: { ...request, ...changes },
    label: '',
    command: '',
    picture: false,
    spillFolders: [],
  };
  const { run, kept } = valueOf(await runPlan(lab, board, wanted, all, signal));
  assert.equal(kept.kind, 'store');
  const store = valueOf(Store.openToRead(lab.storePath));
  const stored = valueOf(store.load(run.id));
  store.close();
  return { run, stored };
}

/** Samples of each point that the store holds, of all its series, and how many the agent says it took. */
export function countsOf({ events }: StoredRun): readonly Counts[] {
  return events.flatMap((event) => {
    if (event.kind !== 'done') return [];
    const blocks = events.flatMap((one) =>
      one.kind === 'samples' && one.index === event.index ? [one.ns.length] : [],
    );
    const kept = blocks.reduce((sum, count) => sum + count, 0);
    return [{ kept, taken: event.samplesTaken, dropped: event.samplesDropped }];
  });
}

interface Counts {
  readonly kept: number;
  readonly taken: number;
  readonly dropped: number;
}

/** The agent is pushed, shakes hands, and measures; the second time nothing is pushed. */
export async function measuring(tap: Tap, rig: Rig, lab: UsbLab): Promise<void> {
  await tap.check('what may be in the way is looked at over the cable', async () => {
    const target = await lab.target();
    const seen: Check[] = [];
    for await (const check of target.preflight?.({}) ?? []) seen.push(check);
    assert.deepEqual(
      seen.filter(({ state, why, remedy }) => why === '' || (state === 'fail' && remedy === '')),
      [],
    );
    assert.ok(seen.length >= 5, 'the shell of the board was asked');
    return seen.map(({ name, state }) => `${name} ${state}`).join(', ');
  });
  const board = await tap.make('the agent is pushed, started, and shakes hands', async () => {
    const steps: string[] = [];
    const opened = await openBoard(lab, steps);
    assert.ok(steps.some((step) => step.startsWith('pushing')));
    assert.ok(opened.identity.nodes.some(({ generation }) => generation !== null));
    return opened;
  });
  if (board === null) return;
  const { session } = board;
  await tap.check('a short plan is measured over the cable, and every sample is stored', async () => {
    const { run, stored } = await runStored(board, {});
    assert.deepEqual([run.status, run.reason, run.gaps], ['complete', '', []]);
    for (const { kept, taken, dropped } of countsOf(stored)) assert.deepEqual([kept, dropped], [taken, 0]);
    return `${run.points.length} points`;
  });
  await tap.check('a connection where nothing happens stays', async () => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    valueOf(await session.ping());
  });
  await session.close();
  await tap.check('the agent has ended with its session', () => {
    assert.deepEqual(rig.remains?.().filter((one) => one.startsWith('process')) ?? [], []);
  });
}
