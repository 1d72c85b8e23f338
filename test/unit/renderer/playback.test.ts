import { expect, test } from 'vitest';
import { resetOf } from '../../../electron/memory/delta.ts';
import type { LiveRunChange } from '../../../electron/model/live-run.ts';
import type { RecordedMoment, Recording } from '../../../electron/model/recording.ts';
import { ok } from '../../../electron/model/outcome.ts';
import { NO_HOST, Playback, type SessionSink } from '../../../renderer/state/playback.svelte.ts';
import { RecordingsState } from '../../../renderer/state/recordings.svelte.ts';
import { liveRun, point } from './live.ts';
import { pictureOf } from '../memory/pictures.ts';
import { FakeSource } from './source.ts';

const STARTED = '2026-11-22T12:00:00.000Z';
const entry = { seq: 1, atMs: 0, level: 'info', source: 'app', board: null, text: 'x', remedy: '' } as const;
const run = liveRun();

const MOMENTS: readonly RecordedMoment[] = [
  { atMs: 0, event: { kind: 'watch', state: { kind: 'watching', snapshotMs: 1, everyMs: 100 } } },
  { atMs: 1000, event: { kind: 'run', change: { kind: 'run', run } } },
  {
    atMs: 2000,
    event: { kind: 'run', change: { kind: 'points', board: 'lab', points: [point(0, 'pass')] } },
  },
  { atMs: 2500, event: { kind: 'log', entry } },
  { atMs: 3000, event: { kind: 'watch', state: { kind: 'lost', sinceMs: 3, reason: 'gone' } } },
];

const recording: Recording = {
  header: {
    schema: 'qda-lab/recording/1',
    id: 'r',
    startedAt: STARTED,
    durationMs: 4000,
    board: { id: 'lab', label: 'lab' },
    simulated: true,
    app: { version: '0', buildId: '' },
    notes: '',
    omitted: 0,
  },
  moments: MOMENTS,
};

class Sink implements SessionSink {
  runs: LiveRunChange['kind'][] = [];
  watched: string | null = null;
  logged = 0;
  at = 0;
  memory: SessionSink['memory'] = () => undefined;
  board = (): void => undefined;
  cameMs: readonly number[] = [];
  log: SessionSink['log'] = (entries, cameMs) => {
    this.logged += entries.length;
    this.cameMs = cameMs;
  };
  watch: SessionSink['watch'] = (state) => {
    this.watched = state?.kind ?? null;
  };
  noRuns = (): void => {
    this.runs = [];
  };
  run: SessionSink['run'] = (change) => {
    this.runs.push(change.kind);
  };
  moment: SessionSink['moment'] = (ms) => {
    this.at = ms;
  };
}

test('a recording begins at its first moment, its log as a whole', () => {
  const sink = new Sink();
  const playback = new Playback(recording, sink);
  expect(sink).toMatchObject({ watched: 'watching', runs: [], logged: 1, at: Date.parse(STARTED) });
  expect(playback.playing).toBe(false);
  expect(playback.marks.map(({ text }) => text)).toEqual(['a run begins', 'board lost']);
});

test('lines and steps stand at the time since the beginning, whatever the clocks said', () => {
  const sink = new Sink();
  const steps: number[] = [];
  sink.memory = (deltas) => void steps.push(...deltas.map(({ hostMs }) => hostMs));
  const at = (atMs: number, hostMs: number): RecordedMoment => ({
    atMs,
    event: { kind: 'memory', delta: resetOf(pictureOf({}), { seq: 1, hostMs }) },
  });
  new Playback({ ...recording, moments: [...MOMENTS, at(3500, 9e12), at(3600, 5)] }, sink);
  const began = Date.parse(STARTED);
  expect(sink.cameMs).toEqual([began + 2500]);
  expect(steps).toEqual([began + 3500, began + 3600]);
});

test('time passes at the chosen speed, to the end and no further', () => {
  const sink = new Sink();
  const playback = new Playback(recording, sink);
  playback.tick(1000);
  expect(playback.atMs).toBe(0);
  playback.play();
  playback.speed = 2;
  playback.tick(1000);
  expect(sink.runs).toEqual(['run', 'points']);
  playback.tick(10_000);
  expect(playback).toMatchObject({ atMs: 4000, playing: false });
  expect(sink.watched).toBe('lost');
  playback.play();
  expect(playback.atMs).toBe(0);
});

test('back in time shows what was then, not what came after', () => {
  const sink = new Sink();
  const playback = new Playback(recording, sink);
  playback.seek(4000);
  playback.seek(1500);
  expect(sink.runs).toEqual(['run']);
  expect(sink.watched).toBe('watching');
  playback.seek(1600);
  expect(sink.runs).toEqual(['run']);
  playback.seek(-5);
  expect(playback.atMs).toBe(0);
});

test('a recording has nobody to ask', async () => {
  const outcome = await NO_HOST.call('bench.cancel', { board: 'lab' });
  expect(outcome.ok || outcome.problem.code).toBe('recording');
});

test('a recording that the user no longer waits for is not opened', async () => {
  const source = new FakeSource({ 'recordings.open': () => ok(recording) });
  let closed = 0;
  const state = new RecordingsState(
    source,
    () => new Sink(),
    () => (closed += 1),
  );
  const opening = state.open('one');
  state.giveUp();
  await opening;
  expect(state.playback).toBeNull();
  await state.open('one');
  expect(state.playedName).toBe('one');
  state.close();
  expect([state.playback, closed]).toEqual([null, 1]);
});

test('a saved recording is no longer one that is being made', async () => {
  const source = new FakeSource({ 'recordings.list': () => ok([]) });
  const state = new RecordingsState(
    source,
    () => new Sink(),
    () => undefined,
  );
  const made = { board: 'lab', startedMs: 1, moments: 2, bytes: 3, saved: null, problem: null };
  source.push('recording', made);
  expect(state.of('lab')).toEqual(made);
  source.push('recording', { ...made, saved: { name: 'one', path: '/one' } });
  expect(state.of('lab')).toBeNull();
  expect(source.calls('recordings.list')).toHaveLength(1);
});
