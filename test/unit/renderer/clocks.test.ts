import { beforeEach, expect, test, vi } from 'vitest';
import { deltaOf, resetOf } from '../../../electron/memory/delta.ts';
import type { LogEntry } from '../../../electron/model/desk.ts';
import { ok } from '../../../electron/model/outcome.ts';
import { LogState } from '../../../renderer/state/log.svelte.ts';
import { MemoryState } from '../../../renderer/state/memory.svelte.ts';
import { NO_HOST } from '../../../renderer/state/playback.svelte.ts';
import { bufferRow, pictureOf } from '../memory/pictures.ts';
import { FakeSource } from './source.ts';

/** What the window shows where clocks are set, where boards have none, and where the host is met again. */

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => {
    run();
    return 0;
  });
});

const line = (seq: number, atMs = seq, text = `line ${seq}`): LogEntry => ({
  seq,
  atMs,
  level: 'info',
  source: 'app',
  board: null,
  text,
  remedy: '',
});

test('a host that is met again tells the lines that it told before, and they stand once', () => {
  const source = new FakeSource();
  const log = new LogState(source);
  source.push('log', { entries: [line(1), line(2)], lost: 0 });
  source.push('log', { entries: [line(3)], lost: 0 });
  source.push('log', { entries: [line(1), line(2)], lost: 0 });
  source.push('log', { entries: [line(3), line(4)], lost: 0 });
  expect(log.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test('the lines of a host that began anew follow those of the one before', () => {
  const source = new FakeSource();
  const log = new LogState(source);
  source.push('log', { entries: [line(1), line(2)], lost: 0 });
  for (const entries of [[line(1, 70, 'anew')], [line(1, 70, 'anew'), line(2, 71)]])
    source.push('log', { entries, lost: 0 });
  expect(log.entries.map(({ atMs }) => atMs)).toEqual([1, 2, 70, 71]);
});

test('a recorded line is shown from when it came, whatever the clock of its board says', () => {
  const log = new LogState(NO_HOST);
  log.showRecorded([line(1, 9e12), line(2, 0), line(3, 5000)], [1000, 2000, 3000]);
  const shown = (ms: number): number[] => {
    log.showUntil(ms);
    return log.entries.map(({ seq }) => seq);
  };
  expect([500, 1000, 2500, 3000].map(shown)).toEqual([[], [1], [1, 2], [1, 2, 3]]);
});

test('a pause shows what is there now, also after the clock was set back', () => {
  const memory = new MemoryState(NO_HOST, (run) => {
    run();
  });
  let before = pictureOf({ buffers: [bufferRow(1)] });
  memory.take(resetOf(before, { seq: 1, hostMs: 100_000 }));
  for (const [seq, hostMs] of [
    [2, 1_000_000],
    [3, 400_000],
  ] as const) {
    const now = pictureOf({ buffers: [...before.buffers, bufferRow(seq)] });
    const step = deltaOf(before, now, { seq, hostMs });
    if (step !== null) memory.take(step);
    before = now;
  }
  memory.pause();
  expect([memory.paused, memory.shown.buffers.size]).toEqual([true, 3]);
});

test('a watch that stops after the clock was set back stops now, not before what was seen', () => {
  const source = new FakeSource({ 'memory.watch': () => ok(undefined) });
  const memory = new MemoryState(source, (run) => {
    run();
  });
  void memory.setBoard('lab');
  const ahead = Date.now() + 3_600_000;
  const delta = resetOf(pictureOf({}), { seq: 1, hostMs: ahead });
  source.push('memory', { board: 'lab', delta });
  source.push('watch', { board: 'lab', state: { kind: 'stopped', reason: 'r', remedy: '' } });
  expect(memory.lifetimes.away).toMatchObject([{ fromMs: ahead, toMs: null }]);
});
