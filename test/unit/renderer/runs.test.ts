import { expect, test, vi } from 'vitest';
import type { CrossoverView, RunView } from '../../../electron/bench/run-view.ts';
import { fail, ok, type Outcome } from '../../../electron/model/outcome.ts';
import type { RunRow } from '../../../electron/model/run-row.ts';
import { matching, RunsState } from '../../../renderer/state/runs.svelte.ts';
import { FakeSource } from './source.ts';

const row = (id: string, changes: Partial<RunRow> = {}): RunRow => ({
  id,
  label: '',
  notes: '',
  startedAt: '2026-11-22T12:00:00.000Z',
  endedAt: null,
  status: 'complete',
  reason: '',
  simulated: true,
  board: { id: 'lab', label: 'lab-4', model: 'RB3 Gen2' },
  dsp: 'cdsp',
  driver: 'QDA v1',
  kernel: '6.18',
  plan: 'quick',
  benchmarks: ['mem.alloc'],
  points: 9,
  repeats: 3,
  tally: { pass: 9 },
  imported: false,
  ...changes,
});

const loaded = async (rows: readonly RunRow[]): Promise<{ state: RunsState; source: FakeSource }> => {
  const source = new FakeSource({ 'runs.list': () => ok(rows) });
  const state = new RunsState(source);
  await state.load();
  return { state, source };
};

test('the search takes every word anywhere in a row', () => {
  const rows = [row('a', { label: 'before the fix' }), row('b', { simulated: false })];
  expect(matching(rows, 'FIX lab-4').map(({ id }) => id)).toEqual(['a']);
  expect(matching(rows, 'hardware mem.alloc').map(({ id }) => id)).toEqual(['b']);
  expect(matching(rows, '  ')).toBe(rows);
});

test('a board is called and found as the user calls it', async () => {
  const { state } = await loaded([row('a'), row('b', { board: { id: 'x', label: 'usb', model: 'M' } })]);
  state.nameOf = (id) => (id === 'x' ? 'the red one' : null);
  await state.load();
  expect(state.rows.map(({ board }) => board.label)).toEqual(['lab-4', 'the red one']);
  state.search = 'red';
  expect(state.found.map(({ id }) => id)).toEqual(['b']);
});

test('a run that is being written stays where it no longer fits the search', async () => {
  const { state } = await loaded([row('a'), row('b')]);
  state.search = 'no such word';
  expect(state.found).toEqual([]);
  state.writing = 'b';
  expect(state.found.map(({ id }) => id)).toEqual(['b']);
});

test('rows that are gone are no longer chosen', async () => {
  const { state, source } = await loaded([row('a'), row('b')]);
  state.checked = ['b', 'a'];
  source.answers['runs.list'] = () => ok([row('a')]);
  await state.load();
  expect(state.checked).toEqual(['a']);
});

test('a list that cannot be had again keeps what was shown, and says why', async () => {
  const { state, source } = await loaded([row('a')]);
  source.answers['runs.list'] = () => fail('store-locked', 'The store is locked.');
  await state.load();
  expect(state.rows).toHaveLength(1);
  expect(state.list.problem?.code).toBe('store-locked');
});

test('the store says that it changed: only a list that was asked for is asked for again', async () => {
  const source = new FakeSource({ 'runs.list': () => ok([]) });
  const state = new RunsState(source);
  source.push('runs', { revision: 1 });
  expect(source.calls('runs.list')).toHaveLength(0);
  await state.load();
  source.push('runs', { revision: 2 });
  expect(source.calls('runs.list')).toHaveLength(2);
});

test('a run that is deleted leaves list, choice and front; undo asks for it back', async () => {
  const { state, source } = await loaded([row('a'), row('b')]);
  source.answers['runs.delete'] = () => ok(undefined);
  source.answers['runs.restore'] = () => ok(undefined);
  source.answers['runs.open'] = () => fail('unknown-run', 'It is not there.');
  state.checked = ['a', 'b'];
  await state.open('a');
  expect(await state.remove(['a'])).toBeNull();
  expect(state.rows.map(({ id }) => id)).toEqual(['b']);
  expect(state.checked).toEqual(['b']);
  expect(state.page).toEqual({ kind: 'list' });
  await state.restore(['a']);
  expect(source.calls('runs.restore')).toEqual([{ runs: ['a'] }]);
  expect(state.rows).toHaveLength(2);
});

test('a run that is not deleted stays', async () => {
  const { state, source } = await loaded([row('a')]);
  source.answers['runs.delete'] = () => fail('store-read-only', 'It cannot be written.');
  expect((await state.remove(['a']))?.code).toBe('store-read-only');
  expect(state.rows).toHaveLength(1);
});

test('the answer for a run that is no longer in front is left', async () => {
  const { state, source } = await loaded([row('a'), row('b')]);
  source.answers['runs.open'] = ({ run }: { run: string }) => fail('unknown-run', run);
  const first = state.open('a');
  const second = state.open('b');
  await Promise.all([first, second]);
  expect(state.page).toEqual({ kind: 'run', id: 'b' });
  expect(state.run.problem?.message).toBe('b');
});

test('a run is shown before its crossovers are known; those of a run that is no longer in front are left', async () => {
  const { state, source } = await loaded([row('a'), row('b')]);
  const view = { header: { id: 'a' } } as unknown as RunView;
  const { promise, resolve } = Promise.withResolvers<Outcome<readonly CrossoverView[]>>();
  source.answers['runs.open'] = () => ok(view);
  source.answers['runs.crossovers'] = () => promise;
  const first = state.open('a');
  await vi.waitUntil(() => state.crossovers.asking);
  expect(state.run.value).toBe(view);
  source.answers['runs.crossovers'] = () => fail('too-large', 'No memory.');
  await state.open('b');
  resolve(ok([]));
  await first;
  expect(state.crossovers).toMatchObject({ value: null, asking: false, problem: { code: 'too-large' } });
});

test('a label is shown as it was kept', async () => {
  const { state, source } = await loaded([row('a')]);
  source.answers['runs.annotate'] = () => ok(undefined);
  expect(await state.annotate('a', '<b>x</b>', 'notes')).toBeNull();
  expect(state.row('a')).toMatchObject({ label: '<b>x</b>', notes: 'notes' });
});
