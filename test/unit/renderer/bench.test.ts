import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PlanEstimate } from '../../../electron/contract/calls.ts';
import type { RunView } from '../../../electron/bench/run-view.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';
import { BenchState } from '../../../renderer/state/bench.svelte.ts';
import { PlanForm } from '../../../renderer/state/plan-form.svelte.ts';
import { heldOf } from '../../../renderer/views/bench/held.ts';
import { liveRun, point, series } from './live.ts';
import { FakeSource } from './source.ts';

const ESTIMATE: PlanEstimate = {
  points: 6,
  repeats: 3,
  seconds: 6,
  leaves: 0,
  dsp: 'cdsp',
  node: '/dev/accel/accel0',
};
const MIB = 1024 * 1024;
const VIEW = { header: { id: 'run-1' } } as unknown as RunView;

const stateOn = (source: FakeSource): BenchState => new BenchState(source, new PlanForm(() => '5'));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a run is folded from what the host tells, point by point', () => {
  const source = new FakeSource();
  const state = stateOn(source);
  source.push('bench', { kind: 'preparing', board: 'lab', step: 'looking' });
  expect(state.of('lab').preparing).toBe('looking');
  source.push('bench', { kind: 'run', run: liveRun() });
  expect(state.of('lab')).toMatchObject({ preparing: null, problem: null });
  source.push('bench', {
    kind: 'points',
    board: 'lab',
    points: [point(1, 'running', [series('alloc', 50)])],
  });
  const points = state.of('lab').run?.points ?? [];
  expect(points.map((one) => one.status).slice(0, 3)).toEqual(['waiting', 'running', 'waiting']);
  expect(state.of('other').run).toBeNull();
});

test('points of a run that is not known are left', () => {
  const state = stateOn(new FakeSource());
  state.change({ kind: 'points', board: 'lab', points: [point(0, 'pass')] });
  expect(state.of('lab').run).toBeNull();
});

test('a run that has ended in the store is shown by its stored figures', async () => {
  const source = new FakeSource({ 'runs.open': () => ok(VIEW), 'runs.crossovers': () => ok([]) });
  const state = stateOn(source);
  state.change({ kind: 'run', run: liveRun() });
  expect(state.of('lab').crossovers).toEqual({ value: null, problem: null, asking: false });
  const end = { status: 'complete', reason: '', kept: { kind: 'store', path: '/runs', why: null } } as const;
  state.change({ kind: 'phase', board: 'lab', phase: 'ended', notices: [], end });
  await vi.runAllTimersAsync();
  expect(source.calls('runs.open')).toEqual([{ run: 'run-1' }]);
  expect(state.of('lab').result).toBe(VIEW);
  expect(source.calls('runs.crossovers')).toEqual([{ run: 'run-1' }]);
  expect(state.of('lab').crossovers).toEqual({ value: [], problem: null, asking: false });
});

test('a spilled run has no stored figures to ask for', async () => {
  const source = new FakeSource({ 'runs.open': () => ok(VIEW) });
  const state = stateOn(source);
  const end = { status: 'complete', reason: '', kept: { kind: 'spill', path: '/x', why: null } } as const;
  state.change({ kind: 'run', run: liveRun({ phase: 'ended', end }) });
  await vi.runAllTimersAsync();
  expect(source.calls('runs.open')).toEqual([]);
});

test('a start that is refused says why, and is no run', async () => {
  const source = new FakeSource({ 'bench.start': () => fail('busy', 'It is in use.') });
  const state = stateOn(source);
  expect((await state.start('lab'))?.code).toBe('busy');
  expect(state.of('lab')).toMatchObject({ preparing: null, run: null, problem: { code: 'busy' } });
});

test('a run of this face is told from those of others', async () => {
  const source = new FakeSource({ 'bench.start': () => ok({ run: 'run-1' }) });
  const state = stateOn(source);
  expect(await state.start('lab')).toBeNull();
  expect(state.isOwn(liveRun())).toBe(true);
  expect(state.isOwn(liveRun({ runId: 'run-2' }))).toBe(false);
});

test('the estimate is asked for once the user has paused, and only the newest answer counts', async () => {
  let seconds = 0;
  const source = new FakeSource({ 'bench.estimate': () => ok({ ...ESTIMATE, seconds: (seconds += 1) }) });
  const state = stateOn(source);
  state.ask('lab');
  state.ask('lab');
  expect(state.estimate.asking).toBe(true);
  await vi.runAllTimersAsync();
  expect(source.calls('bench.estimate')).toHaveLength(1);
  expect(state.estimate).toMatchObject({ asking: false, value: { seconds: 1 } });
  state.form.setPicked(state.form.offered, false);
  state.ask('lab');
  expect(state.estimate.value).toBeNull();
});

test('what stays held is an estimate until the run is stored, then the sum of what its points left', () => {
  const stored = { groups: [{ leftBehind: 150 * MIB }, { leftBehind: 44 * MIB }] } as unknown as RunView;
  const nothing = { groups: [{ leftBehind: 0 }] } as unknown as RunView;
  const end = { status: 'complete', reason: '', kept: { kind: 'store', path: '', why: null } } as const;
  const run = liveRun({ leaves: 97 * MIB });
  expect(heldOf(run, null)?.word).toBe('≥ 97 MiB held until reboot');
  expect(heldOf({ ...run, end }, stored)?.word).toBe('194 MiB held until reboot');
  expect(heldOf({ ...run, end: { ...end, status: 'cancelled' } }, stored)?.word).toBe(
    '≥ 194 MiB held until reboot',
  );
  expect(heldOf({ ...run, end }, nothing)).toBeNull();
  expect(heldOf(liveRun(), null)).toBeNull();
});
