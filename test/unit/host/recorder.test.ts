// A recording that is being made: its end, whoever asks for it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeskContext } from '../../../electron/host/desk/context.ts';
import { Log } from '../../../electron/host/desk/log.ts';
import { readRecording } from '../../../electron/host/desk/recordings/library.ts';
import { beginRecording, type Recorder } from '../../../electron/host/desk/recordings/recorder.ts';
import { systemClock } from '../../../electron/session/clock.ts';
import { Emitter } from '../../../electron/session/emitter.ts';
import { RecordingsFolder } from '../../../electron/store/recordings-folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qda-recorder-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const VIEW = {
  id: 'b',
  transports: [],
  ways: [],
  label: 'b',
  named: false,
  simulated: true,
  state: { kind: 'ready' },
  open: true,
  detail: '',
  identity: null,
  dsp: null,
  driver: null,
  heardMs: null,
};

function begun(): { readonly recorder: Recorder; readonly log: Log } {
  const log = new Log(systemClock);
  const desk = {
    lab: { version: '0', buildId: '0' },
    boards: { view: () => ({ boards: [VIEW] }), events: new Emitter() },
    memory: { attach: () => () => undefined, reset: () => null },
    benches: { current: () => null, events: new Emitter() },
    log,
  } as unknown as DeskContext;
  const parts = { desk, clock: systemClock, folder: new RecordingsFolder(folder), changed: () => undefined };
  const recorder = beginRecording(parts, 'b');
  if (!recorder.ok) throw new Error(recorder.problem.message);
  return { recorder: recorder.value, log };
}

test('two that end it get the same file, whole', async () => {
  const { recorder, log } = begun();
  for (let at = 0; at < 2_000; at += 1) log.say('info', `line ${at} ${Math.random()}`);
  const ends = await Promise.all([recorder.stop(), recorder.stop()]);
  expect(ends.map((end) => end.ok)).toEqual([true, true]);
  expect(await recorder.stop()).toEqual(ends[0]);
  expect(recorder.state.problem).toBeNull();
  const [file, other] = readdirSync(folder);
  expect(other).toBeUndefined();
  const read = await readRecording(join(folder, file ?? ''));
  expect(read.ok ? read.value.moments.length : read.problem.message).toBe(2_001);
});
