import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encode } from '../../../electron/contract/codec.ts';
import { fail, ok, type Problem } from '../../../electron/model/outcome.ts';
import { backoffMs } from '../../../renderer/state/backoff.ts';
import { tokenOf } from '../../../renderer/state/doors/socket.ts';
import { Host } from '../../../renderer/state/host.svelte.ts';
import { connected, TestDoor } from './test-door.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('answers come to who asked, whatever their order', async () => {
  const { door, host } = connected();
  const first = host.call('boards.look', {});
  const second = host.call('boards.close', { board: 'lab-4' });
  door.answer(1, fail('unknown-board', 'There is none.'));
  door.answer(0, ok(undefined));
  expect((await first).ok).toBe(true);
  expect(await second).toEqual(fail('unknown-board', 'There is none.'));
  expect(door.sent.map(({ call }) => call)).toEqual(['boards.look', 'boards.close']);
});

test('a host that goes away leaves no question open, and is not asked while it is away', async () => {
  const { door, host } = connected();
  const asked = host.call('boards.look', {});
  door.events?.closed(null);
  expect(await asked).toMatchObject({ ok: false, problem: { code: 'host-away' } });
  expect(await host.call('boards.look', {})).toMatchObject({ problem: { code: 'not-connected' } });
  expect(door.sent).toHaveLength(1);
});

test('it connects again by itself, after longer and longer, and tells each time that it stands', () => {
  const { door, host } = connected();
  const opened = vi.fn();
  host.onOpen(opened);
  expect(opened).toHaveBeenCalledTimes(1);
  const since = Date.now();
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    door.events?.closed(null);
    expect(host.connection).toMatchObject({ kind: 'lost', sinceMs: since, attempt });
    vi.advanceTimersByTime(backoffMs(attempt) - 1);
    expect(door.opens).toBe(attempt);
    vi.advanceTimersByTime(1);
    expect(door.opens).toBe(attempt + 1);
  }
  door.events?.opened();
  expect(host.open).toBe(true);
  expect(opened).toHaveBeenCalledTimes(2);
  door.events?.closed(null);
  expect(host.connection).toMatchObject({ kind: 'lost', attempt: 1, sinceMs: Date.now() });
});

test('the wait doubles from half a second to ten', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map(backoffMs)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('a try now takes the place of the one that was waited for', () => {
  const { door, host } = connected();
  host.retryNow();
  expect(door.opens).toBe(1);
  door.events?.closed(null);
  host.retryNow();
  expect(door.opens).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(door.opens).toBe(2);
});

test('a door that opens by itself is not tried', () => {
  const door = new TestDoor(true);
  const host = new Host(door);
  host.connect();
  door.events?.closed(null);
  vi.advanceTimersByTime(60_000);
  expect(door.opens).toBe(1);
  expect(host.connection).toMatchObject({ kind: 'lost', retryAtMs: null });
});

test('a host in place of another answers nothing that the other was asked', async () => {
  const { door, host } = connected();
  const asked = host.call('boards.look', {});
  door.events?.opened();
  expect(await asked).toMatchObject({ ok: false, problem: { code: 'host-away' } });
  expect(host.open).toBe(true);
});

test('a host that refuses is not asked again', () => {
  const { door, host } = connected();
  const problem: Problem = { code: 'refused', message: 'No.', remedy: '' };
  door.events?.closed(problem);
  vi.advanceTimersByTime(60_000);
  expect(door.opens).toBe(1);
  expect(host.connection).toEqual({ kind: 'refused', problem });
});

test('a call that the host does not know marks the page as of another version', async () => {
  const { door, host } = connected();
  const asked = host.call('boards.look', {});
  expect(host.outdated).toBe(false);
  door.answer(0, fail('unknown-call', 'There is no such call.'));
  await asked;
  expect(host.outdated).toBe(true);
});

test('pushes come to those who listen, until they end it; others are nothing', () => {
  const { door, host } = connected();
  const heard = vi.fn();
  const end = host.on('runs', heard);
  door.events?.text(encode({ push: 'runs', value: { revision: 3 } }));
  door.events?.text(encode({ push: 'log', value: { entries: [], lost: 0 } }));
  end();
  door.events?.text(encode({ push: 'runs', value: { revision: 4 } }));
  expect(heard.mock.calls).toEqual([[{ revision: 3 }]]);
});

test('the token is read from the fragment', () => {
  expect(tokenOf('#token=abc')).toBe('abc');
  expect(tokenOf('#abc')).toBe('abc');
  expect(tokenOf('#x=1')).toBe('');
  expect(tokenOf('')).toBe('');
});
