import { expect, test, vi } from 'vitest';
import type { AppInfo, LogBatch, LogEntry } from '../../../electron/model/desk.ts';
import type { LogLevel } from '../../../electron/model/stream.ts';
import { LogState } from '../../../renderer/state/log.svelte.ts';
import { NO_HOST } from '../../../renderer/state/playback.svelte.ts';
import type { Source } from '../../../renderer/state/source.ts';
import { ALL, LogFollower, matcher } from '../../../renderer/views/log/log-filter.ts';
import { lineText, reportText } from '../../../renderer/views/log/log-words.ts';

const entry = (seq: number, text: string, more: Partial<LogEntry> = {}): LogEntry => ({
  seq,
  atMs: Date.UTC(2026, 10, 22, 12, 4, 31, 123) + seq,
  level: 'info',
  source: 'app',
  board: null,
  text,
  remedy: '',
  ...more,
});

test('a query restricts by every part of it', () => {
  const line = entry(1, 'The agent is READY.', { level: 'warn', source: 'agent', board: 'lab-4' });
  const fits = (query: Partial<typeof ALL>): boolean => matcher({ ...ALL, ...query })(line);
  expect(fits({})).toBe(true);
  expect(fits({ text: 'ready agent' })).toBe(true);
  expect(fits({ text: 'lab-4' })).toBe(true);
  expect(fits({ text: 'ready nothing' })).toBe(false);
  const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  expect(levels.map((level) => fits({ level }))).toEqual([true, true, true, false]);
  expect([fits({ source: 'agent' }), fits({ source: 'cdsp' })]).toEqual([true, false]);
  expect([fits({ board: 'lab-4' }), fits({ board: 'lab-7' })]).toEqual([true, false]);
});

test('a follower looks at each line once, and begins anew where old lines went', () => {
  const log = [entry(1, 'keep one'), entry(2, 'b'), entry(3, 'keep two')];
  const follower = new LogFollower({ ...ALL, text: 'keep' });
  const seqs = (): number[] => follower.follow(log).map(({ seq }) => seq);
  expect(seqs()).toEqual([1, 3]);
  const before = follower.shown;
  log.push(entry(4, 'b'));
  expect(follower.follow(log)).toBe(before);
  log.push(entry(5, 'keep three'));
  expect(seqs()).toEqual([1, 3, 5]);
  log.splice(0, 2);
  expect(seqs()).toEqual([3, 5]);
  log.length = 0;
  expect(seqs()).toEqual([]);
});

test('sources are named once, and a host that began anew goes on with its lines', () => {
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => {
    run();
  });
  const listeners: ((batch: LogBatch) => void)[] = [];
  const source: Source = {
    ...NO_HOST,
    on: (_, listener) => {
      listeners.push(listener as (batch: LogBatch) => void);
      return () => undefined;
    },
  };
  const log = new LogState(source);
  const say = (entries: LogEntry[], lost = 0): void => {
    for (const listener of listeners) listener({ entries, lost });
  };
  say([entry(1, 'x', { source: 'cdsp' }), entry(2, 'y')]);
  say([entry(2, 'y'), entry(3, 'z')], 4);
  expect(log.sources).toEqual(['app', 'cdsp']);
  expect(log.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(log.lost).toBe(4);
  say([entry(1, 'again')]);
  expect(log.last?.text).toBe('again');
  expect(log.entries).toHaveLength(4);
  vi.unstubAllGlobals();
});

test('a line as text is in UTC and says who and what to do', () => {
  const line = entry(0, 'No node.', {
    level: 'warn',
    source: 'agent',
    board: 'lab-4',
    remedy: 'Load the driver.',
  });
  expect(lineText(line)).toBe('2026-11-22T12:04:31.123Z warn  agent@lab-4 No node. (Load the driver.)');
});

test('the text for a report names the program, the count of lines and what was lost', () => {
  const info: AppInfo = {
    version: '0.1.0',
    buildId: 'abc',
    node: 'v24',
    electron: null,
    platform: 'linux',
    storePath: '/s',
    virtualBoards: { available: true, reason: '' },
  };
  const text = reportText([entry(0, 'hello')], 7, info);
  expect(text.split('\n').slice(0, 3)).toEqual([
    'QDA Lab 0.1.0, build abc',
    'Node v24, in a browser, linux',
    '1 lines, 7 lost, times in UTC',
  ]);
  expect(text).toContain('app hello');
  expect(reportText([], 0, null)).toContain('version not known');
});
