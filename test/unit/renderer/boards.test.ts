import { expect, test } from 'vitest';
import type { BoardView } from '../../../electron/model/desk.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';
import {
  canConnect,
  isStale,
  markOf,
  shortLabel,
  stateRemedy,
  stateSentence,
  waysText,
} from '../../../renderer/app/board-words.ts';
import { AppState } from '../../../renderer/state/app.svelte.ts';
import { connectBlocked, fatalText } from '../../../renderer/views/bench/ready.ts';
import { boardMenu } from '../../../renderer/views/boards/board-menu.ts';
import { countProblem, sizeProblem, Starter } from '../../../renderer/views/boards/starter.svelte.ts';
import { TestDoor } from './test-door.ts';

const board = (id: string, more: Partial<BoardView> = {}): BoardView => ({
  id,
  transports: ['virtual'],
  ways: [],
  label: `virtual board ${id}`,
  named: false,
  simulated: true,
  state: { kind: 'ready' },
  open: false,
  detail: '',
  identity: null,
  dsp: null,
  driver: null,
  heardMs: null,
  ...more,
});

function windowWith(...boards: readonly BoardView[]) {
  const door = new TestDoor();
  const app = new AppState(door);
  app.host.connect();
  door.events?.opened();
  const see = (...seen: readonly BoardView[]): void => {
    door.push({ push: 'boards', value: { boards: seen, problems: [], looked: true } });
  };
  see(...boards);
  /** Calls of that name so far, as their arguments. */
  const asked = (call: string): unknown[] =>
    door.sent.filter((request) => request.call === call).map((request) => request.args);
  return { app, door, see, asked };
}

test('the only board is put in front and connected to; of several the user chooses', () => {
  const one = windowWith(board('a'));
  expect(one.app.boards.selectedId).toBe('a');
  expect(one.asked('boards.open')).toEqual([{ board: 'a' }]);
  const two = windowWith(board('a'), board('b'));
  expect(two.app.boards.selectedId).toBeNull();
  expect(two.asked('boards.open')).toEqual([]);
  two.app.choose('b');
  expect(two.app.board?.id).toBe('b');
  expect(two.asked('boards.open')).toEqual([{ board: 'b' }]);
});

test('it is connected to once, and again when it comes back', () => {
  const { see, asked } = windowWith(board('a'));
  see(board('a', { state: { kind: 'connecting', step: 'x' } }));
  see(board('a', { state: { kind: 'failed', reason: 'x', remedy: '' } }));
  see(board('a'));
  expect(asked('boards.open')).toHaveLength(1);
  see(board('a', { state: { kind: 'absent' } }));
  see(board('a'));
  expect(asked('boards.open')).toHaveLength(2);
});

test('a board that the user disconnected stays so until the user connects', () => {
  const { app, see, asked } = windowWith(board('a'));
  void app.closeBoard();
  see(board('a', { state: { kind: 'absent' } }));
  see(board('a'));
  expect(asked('boards.open')).toHaveLength(1);
  void app.openBoard();
  see(board('a', { state: { kind: 'absent' } }));
  see(board('a'));
  expect(asked('boards.open')).toHaveLength(3);
});

test('the board in front stays in front when it is gone, as it was', () => {
  const { app, see } = windowWith(board('a', { driver: 'QDA v1' }));
  see();
  expect(app.board).toMatchObject({ id: 'a', driver: 'QDA v1', state: { kind: 'absent' } });
});

test('checks of before stay until others come, also where they cannot be had', async () => {
  const { app, door } = windowWith(board('a', { open: true }));
  const answerLast = (outcome: unknown): void => {
    door.answer(door.sent.length - 1, outcome);
  };
  const check = { name: 'proc', state: 'ok', read: 'x', why: '', remedy: '' } as const;
  const first = app.boards.check('a', 'g1');
  expect(app.boards.checksOf.get('a')).toMatchObject({ checks: [], asking: true });
  answerLast(ok([check]));
  await first;
  const second = app.boards.check('a', 'g2');
  answerLast(fail('lost', 'The board is away.'));
  await second;
  expect(app.boards.checksOf.get('a')).toMatchObject({
    checks: [check],
    problem: { code: 'lost' },
    asking: false,
    ground: 'g2',
  });
});

test('a board that is only seen is told from one that our agent is on', () => {
  expect(markOf(board('a'))).toEqual({ state: 'none', word: 'not connected' });
  expect(markOf(board('a', { open: true }))).toEqual({ state: 'ok', word: 'ready' });
  expect(canConnect(board('a'))).toBe(true);
  expect(canConnect(board('a', { open: true }))).toBe(false);
  expect(canConnect(board('a', { state: { kind: 'absent' } }))).toBe(false);
  const lost = board('a', { open: true, state: { kind: 'lost', sinceMs: 0, runId: null } });
  expect([isStale(lost), isStale(board('a'))]).toEqual([true, false]);
  expect(stateSentence(lost)).toContain('Nothing was heard since');
  expect(shortLabel(board('a'))).toBe('a');
  expect(shortLabel(board('a', { named: true, label: 'lab 4' }))).toBe('lab 4');
});

test('a virtual board is asked for as the form says, with names that are free', async () => {
  const { app, door, asked } = windowWith(
    board('virtual'),
    board('virtual-2', { state: { kind: 'absent' } }),
  );
  const starter = new Starter(app);
  expect(starter.freeName).toBe('virtual-2');
  starter.name = 'virtual';
  expect(starter.trouble).toContain('is there');
  starter.name = 'a/b';
  expect(starter.trouble).not.toBe('');
  starter.name = ' lab ';
  starter.generation = 'fastrpc';
  for (const row of starter.rows) row.on = row.kind === 'leaker';
  const leaker = starter.rows.find((row) => row.kind === 'leaker');
  if (leaker === undefined) throw new Error('no leaker');
  leaker.size = 'many';
  expect(starter.trouble).toContain('leaker');
  Object.assign(leaker, { size: '64K', count: '8' });
  expect(starter.trouble).toBe('');
  const started = starter.start();
  expect(asked('boards.startVirtual')).toEqual([
    {
      name: 'lab',
      generation: 'fastrpc',
      iommu: 'translated',
      dsp: 'emulated',
      workloads: [{ kind: 'leaker', size: 65_536, count: 8 }],
    },
  ]);
  expect(starter.blocked).toContain('being started');
  door.answer(door.sent.length - 1, ok({ board: 'lab' }));
  expect(await started).toBe(true);
  expect(app.boards.selectedId).toBe('lab');
});

test('sizes and counts that the host would refuse are told before', () => {
  const row = { kind: 'share', what: '', on: true, size: '', count: '' } as const;
  expect([sizeProblem(row), countProblem(row)]).toEqual(['', '']);
  expect(sizeProblem({ ...row, size: '2G' })).not.toBe('');
  expect(sizeProblem({ ...row, size: '1G' })).toBe('');
  expect(countProblem({ ...row, count: '20001' })).not.toBe('');
  expect(countProblem({ ...row, count: '-1' })).not.toBe('');
});

test('a driver is named by the user only where it could not be proven', () => {
  const node = { path: '/dev/accel/accel0', dsp: 'cdsp', proof: '', error: 0 };
  const identity = (generation: string | null): BoardView['identity'] => ({
    serial: null,
    model: 'x',
    kernel: '6.18',
    machine: 'aarch64',
    simulated: false,
    nodes: [{ ...node, generation }],
    heaps: [],
    pageSize: 4096,
    clockCostNs: 20,
    readings: [],
    benchmarks: [],
  });
  const { app, asked } = windowWith();
  const connectAs = (view: BoardView) =>
    boardMenu(app, view).filter((entry) => entry !== 'line' && entry.label.startsWith('Connect as'));
  expect(connectAs(board('a'))).toEqual([]);
  expect(connectAs(board('a', { identity: identity('qda-v1') }))).toEqual([]);
  const [first, ...others] = connectAs(board('a', { identity: identity(null) }));
  expect(others).toHaveLength(2);
  if (first === undefined || first === 'line') throw new Error('no entry');
  first.run();
  expect(asked('boards.open')).toEqual([{ board: 'a', generation: 'v1' }]);
});

test('checks come one by one, and what will come again stays where it is', async () => {
  const { app, door } = windowWith(board('a', { open: true }));
  const check = (name: string, read: string) => ({ name, state: 'ok', read, why: '', remedy: '' }) as const;
  const tell = (...checks: ReturnType<typeof check>[]): void => {
    door.push({ push: 'checks', value: { board: 'a', checks, asking: true } });
  };
  const reads = (): unknown => app.boards.checksOf.get('a')?.checks.map(({ read }) => read);
  tell(check('x', 'by another window'));
  expect(reads()).toBeUndefined();
  const asked = app.boards.check('a', 'g');
  tell(check('x', '1'));
  tell(check('x', '1'), check('y', '2'));
  expect(reads()).toEqual(['1', '2']);
  door.answer(door.sent.length - 1, ok([check('x', '1'), check('y', '2')]));
  await asked;
  void app.boards.check('a', 'h');
  tell(check('x', 'new'));
  expect(reads()).toEqual(['new', '2']);
});

test('what is in the way of a board is checked by itself, without an agent; a board that waits is not', () => {
  const { app, asked } = windowWith(board('a'));
  const busy = board('b', { state: { kind: 'busy', holder: 'Held by adb.', remedy: 'End it.' } });
  app.boards.checkWhenNew(busy);
  app.boards.checkWhenNew(busy);
  expect(asked('boards.checks')).toEqual([expect.objectContaining({ board: 'b', agent: false })]);
  app.boards.checkWhenNew(board('c'));
  app.boards.checkWhenNew(board('c', { state: { kind: 'absent' } }));
  expect(asked('boards.checks')).toHaveLength(1);
  app.boards.checkWhenNew(board('d', { open: true }));
  expect(asked('boards.checks').at(-1)).toMatchObject({ board: 'd', agent: true });
  expect([stateSentence(busy), stateRemedy(busy)]).toEqual(['Held by adb.', 'End it.']);
});

test('how a board is reached is said in words', () => {
  const usb = { transport: 'usb', via: 'USB 1-2', state: 'busy', detail: '' } as const;
  const adb = { transport: 'adb', via: 'adb server h:1', state: 'ready', detail: '' } as const;
  expect(waysText(board('a', { ways: [adb, usb], transports: ['adb', 'usb'] }))).toBe(
    'through the adb server h:1',
  );
  expect(waysText(board('a', { ways: [usb], transports: ['usb'] }))).toBe('USB 1-2');
  expect(waysText(board('a'))).toBe('virtual');
});

test('a failing check that is not fatal lets a run begin', () => {
  const check = { name: 'thermal', state: 'fail', read: 'hot', why: '', remedy: 'cool it' } as const;
  expect(fatalText([check])).toBe('');
  expect(fatalText([check, { ...check, name: 'place', fatal: true }])).toBe(
    'The check place fails: hot. To mend it: cool it',
  );
});

test('a board is checked again each time that it comes to rest: connected, back, after a run', () => {
  const { app, see, asked } = windowWith();
  const [ready, running] = [{ kind: 'ready' }, { kind: 'running', runId: 'r' }] as const;
  const checksAfter = (...seen: readonly Partial<BoardView>[]): number => {
    for (const more of seen) {
      see(board('a', { open: true, ...more }));
      const shown = app.boards.byId('a');
      if (shown !== undefined) app.boards.checkWhenNew(shown);
    }
    return asked('boards.checks').length;
  };
  expect(checksAfter({ state: ready })).toBe(1);
  expect(checksAfter({ state: ready, heardMs: 1 }, { state: ready, heardMs: 2 })).toBe(1);
  expect(checksAfter({ state: running }, { state: running, heardMs: 3 })).toBe(1);
  expect(checksAfter({ state: ready })).toBe(2);
  expect(checksAfter({ state: { kind: 'lost', sinceMs: 0, runId: null } }, { state: ready })).toBe(3);
  expect(checksAfter({ open: false }, { state: ready })).toBe(4);
  const nodes = [{ path: '/dev/accel/accel1', dsp: 'cdsp', generation: 'qda-v1' }];
  const identity = { nodes } as unknown as BoardView['identity'];
  expect(checksAfter({ state: { kind: 'dsp-restarted', dsp: 'cdsp' }, identity })).toBe(5);
});

test('a board that another host tells of is checked through that one', () => {
  const { app, door, see, asked } = windowWith();
  const look = (): void => {
    see(board('a', { open: true }));
    const shown = app.boards.byId('a');
    if (shown !== undefined) app.boards.checkWhenNew(shown);
  };
  look();
  look();
  expect(asked('boards.checks')).toHaveLength(1);
  door.events?.opened();
  look();
  expect(asked('boards.checks')).toHaveLength(2);
});

test('a board that the host was asked to connect to is known as that until the answer', async () => {
  const { app, door } = windowWith(board('a'), board('b'));
  const first = app.boards.open('a');
  const second = app.boards.open('b');
  expect([...app.boards.opening]).toEqual(['a', 'b']);
  door.answer(door.sent.length - 2, ok(undefined));
  await first;
  expect([...app.boards.opening]).toEqual(['b']);
  door.answer(door.sent.length - 1, fail('busy', 'Held.'));
  await second;
  expect(app.boards.opening.size).toBe(0);
});

test('what keeps a board from being connected to is said', () => {
  expect(connectBlocked(board('a'), false)).toBe('');
  expect(connectBlocked(board('a'), true)).toMatch(/being connected/);
  expect(connectBlocked(board('a', { state: { kind: 'absent' } }), false)).toMatch(/not seen/);
  const lost = board('a', { open: true, state: { kind: 'lost', sinceMs: 0, runId: null } });
  expect(connectBlocked(lost, false)).toMatch(/waited for/);
});
