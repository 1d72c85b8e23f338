// Runs of the desk on a virtual board: what faces are told while they run, and what is kept.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlanRequest } from '../../electron/bench/plan.ts';
import { loadRun } from '../../electron/host/runs.ts';
import type { LiveRun } from '../../electron/model/live-run.ts';
import { DeskLab, value, type TestFace, until } from './desk-lab.ts';
import { problemOf, processesOf } from './session-lab.ts';
import { nothingStays } from './leftovers.ts';

let lab: DeskLab;
beforeEach(async () => {
  lab = await DeskLab.start();
});
afterEach(async () => {
  await lab.close();
  await nothingStays(() => lab.board.leftovers());
});

const plan: PlanRequest = {
  name: 'quick',
  dsp: 'cdsp',
  only: ['mem.alloc'],
  samples: 300,
  budgetS: null,
  sizes: [4096],
  exhaustive: false,
  verify: true,
  shell: '',
  seed: '7',
};
/** Longer than any test waits: it is there to be ended. */
const endless: PlanRequest = { ...plan, samples: 4_000_000, budgetS: 600 };

const start = (face: TestFace, request: PlanRequest) =>
  face.call('bench.start', { board: lab.name, plan: request, label: 'a label', picture: false });

/** The run as the changes that a face was told make it. */
function folded(face: TestFace, runId: string): LiveRun {
  let run = face.runOf(runId);
  for (const change of face.all('bench')) {
    if (change.kind === 'run' && change.run.runId === runId) run = change.run;
    if (change.kind === 'points') {
      const now = new Map(change.points.map((point) => [point.index, point]));
      run = { ...run, points: run.points.map((point) => now.get(point.index) ?? point) };
    }
    if (change.kind === 'phase')
      run = { ...run, phase: change.phase, notices: change.notices, end: change.end };
  }
  return run;
}

describe('a run of the desk', () => {
  it('is estimated, runs, is told point by point, and is kept with the command that repeats it', async () => {
    const face = lab.face();
    value(await face.call('boards.open', { board: lab.name }));
    const estimate = value(await face.call('bench.estimate', { board: lab.name, plan }));
    expect(estimate).toMatchObject({
      points: 3,
      repeats: 3,
      dsp: 'cdsp',
      node: '/dev/accel/accel0 (QDA v1)',
    });
    const { run } = value(await start(face, plan));
    const ended = await face.untilBench('the end', 'phase', ({ phase }) => phase === 'ended');
    expect(ended.end).toMatchObject({ status: 'complete', kept: { kind: 'store', path: lab.lab.storePath } });
    const live = folded(face, run);
    expect(live).toMatchObject({
      simulated: true,
      label: 'a label',
      estimateS: estimate.seconds,
      leaves: estimate.leaves,
    });
    const stored = value(loadRun(lab.lab, run));
    expect(stored.command).toBe(
      `qda-lab bench --board ${lab.name} --plan quick --only mem.alloc --sizes 4096 --samples 300 --label 'a label' --seed 7 --no-memory`,
    );
    for (const [at, point] of live.points.entries()) {
      expect(point.status).toBe('pass');
      const kept = stored.points[at]?.series ?? [];
      expect(point.series.map(({ name, n }) => [name, n])).toEqual(
        kept.map(({ name, ns }) => [name, ns.length]),
      );
      for (const { p50, interval, histogram } of point.series) {
        expect(p50).toBeGreaterThan(0);
        expect(interval).not.toBeNull();
        expect(histogram?.counts.length).toBeGreaterThan(0);
      }
    }
    expect(face.all('runs').length).toBeGreaterThan(0);
  });

  it('is cancelled with what it has, and refuses a second one meanwhile', async () => {
    const [face, other] = [lab.face(), lab.face()];
    const { run } = value(await start(face, endless));
    expect(problemOf(await start(other, plan)).code).toBe('busy');
    await face.untilBench('samples', 'points', ({ points }) =>
      points.some(({ series }) => (series[0]?.n ?? 0) > 0),
    );
    const late = lab.face();
    expect(late.all('bench')).toMatchObject([{ kind: 'run', run: { runId: run, phase: 'running' } }]);
    value(await other.call('bench.cancel', { board: lab.name }));
    for (const one of [face, other, late]) {
      const { end } = await one.untilBench('the end', 'phase', ({ phase }) => phase === 'ended');
      expect([end?.status, end?.reason]).toEqual(['cancelled', 'Cancelled by the user.']);
      expect(folded(one, run).points.map(({ status }) => status)).toEqual([
        'cancelled',
        'not-run',
        'not-run',
      ]);
    }
    const stored = value(loadRun(lab.lab, run));
    expect(stored.status).toBe('cancelled');
    expect(stored.points[0]?.series[0]?.ns.length).toBe(folded(face, run).points[0]?.series[0]?.n);
    expect(problemOf(await face.call('bench.cancel', { board: lab.name })).code).toBe('no-run');
    value(await start(face, plan));
    await face.untilBench('another end', 'phase', ({ end }) => end?.status === 'complete');
  });

  it('stops the watch of the memory managers, which goes on afterwards', async () => {
    const face = lab.face();
    value(await face.call('memory.watch', { board: lab.name }));
    await face.untilWatch('watching');
    value(await start(face, endless));
    const paused = face.last('watch');
    expect(paused?.state.kind).toBe('paused');
    const told = face.all('memory').length;
    await face.untilBench('samples', 'points', ({ points }) =>
      points.some(({ series }) => (series[0]?.n ?? 0) > 0),
    );
    expect(face.all('memory').length).toBe(told);
    const newcomer = lab.face();
    value(await newcomer.call('memory.watch', { board: lab.name }));
    expect(newcomer.last('watch')?.state.kind).toBe('paused');
    value(await face.call('bench.cancel', { board: lab.name }));
    await face.untilWatch('watching');
  });

  it('is not disturbed by readings of the board', async () => {
    const face = lab.face();
    value(await face.call('boards.open', { board: lab.name }));
    const before = value(await face.call('boards.environment', { board: lab.name }));
    expect(before.length).toBeGreaterThan(0);
    value(await start(face, endless));
    expect(value(await face.call('boards.environment', { board: lab.name }))).toBe(before);
    expect(problemOf(await face.call('boards.checks', { board: lab.name })).code).toBe('busy');
    value(await face.call('bench.cancel', { board: lab.name }));
    await face.untilBench('the end', 'phase', ({ phase }) => phase === 'ended');
    value(await face.call('boards.checks', { board: lab.name }));
  });

  it('says why none came to be', async () => {
    const face = lab.face();
    expect(problemOf(await start(face, { ...plan, dsp: 'gdsp' })).code).toBe('no-node');
    await face.untilBench('none', 'none', ({ problem }) => problem?.code === 'no-node');
    expect(problemOf(await start(face, { ...plan, only: ['mem.nothing'] })).code).toBe('unknown-benchmark');
    expect(
      problemOf(await face.call('bench.estimate', { board: lab.name, plan: { ...plan, only: ['x'] } })).code,
    ).toBe('unknown-benchmark');
    value(await start(face, plan));
  });

  it('that a congested face misses is made up for by the whole run', async () => {
    const face = lab.face();
    const { run } = value(await start(face, endless));
    face.congested = true;
    const told = face.pushes.length;
    const other = lab.face();
    await other.untilBench('samples', 'points', ({ points }) =>
      points.some(({ series }) => (series[0]?.n ?? 0) > 0),
    );
    value(await other.call('bench.cancel', { board: lab.name }));
    await other.untilBench('the end', 'phase', ({ phase }) => phase === 'ended');
    expect(face.pushes.length).toBe(told);
    face.drained();
    expect(folded(face, run)).toMatchObject({ phase: 'ended', end: { status: 'cancelled' } });
    expect(face.all('bench').slice(-1)).toMatchObject([{ kind: 'run' }]);
  });

  it('goes on where the stream was away, and says what was missed', async () => {
    const link = await lab.spoil();
    const face = lab.face();
    const { run } = value(await start(face, { ...plan, samples: 200_000, budgetS: 3 }));
    await face.untilBench('samples', 'points', ({ points }) =>
      points.some(({ series }) => (series[0]?.n ?? 0) > 0),
    );
    link.cut();
    const { end } = await face.untilBench('the end', 'phase', ({ phase }) => phase === 'ended');
    expect(end?.status).toBe('complete');
    const stored = value(loadRun(lab.lab, run));
    expect(stored.gaps.length).toBe(1);
    expect(folded(face, run).points.map(({ series }) => series[0]?.n)).toEqual(
      stored.points.map(({ series }) => series[0]?.ns.length),
    );
    expect(folded(face, run).notices.length).toBeGreaterThan(0);
  });

  it('ends with the board, and what came until then is kept', async () => {
    const face = lab.face();
    const { run } = value(await start(face, endless));
    await face.untilBench('samples', 'points', ({ points }) =>
      points.some(({ series }) => (series[0]?.n ?? 0) > 0),
    );
    await lab.board.board.stop();
    const { end } = await face.untilBench('the end', 'phase', ({ phase }) => phase === 'ended');
    expect([end?.kept.kind, end?.status]).toEqual(['store', 'incomplete']);
    expect(end?.reason).toMatch(/The virtual board .*ended/);
    expect(folded(face, run).points.map(({ status }) => status)).not.toContain('pass');
    expect(value(loadRun(lab.lab, run)).points[0]?.series[0]?.ns.length).toBeGreaterThan(0);
  });

  it('is cancelled and kept where the desk closes, or the board', async () => {
    const face = lab.face();
    const first = value(await start(face, endless));
    value(await face.call('boards.close', { board: lab.name }));
    expect(value(loadRun(lab.lab, first.run))).toMatchObject({
      status: 'cancelled',
      reason: 'Cancelled: the user disconnected the board.',
    });
    expect(processesOf('qda-agent', lab.name)).toEqual([]);
    const second = value(await start(face, endless));
    await lab.closeDesk();
    expect(value(loadRun(lab.lab, second.run))).toMatchObject({
      status: 'cancelled',
      reason: 'Cancelled: QDA Lab was closed.',
    });
    await until('that no agent runs', () => (processesOf('qda-agent', lab.name).length === 0 ? true : null));
  });
});
