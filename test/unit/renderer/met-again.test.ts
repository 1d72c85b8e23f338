import { expect, test } from 'vitest';
import { encode } from '../../../electron/contract/codec.ts';
import type { Push } from '../../../electron/contract/pushes.ts';
import type { Bridge } from '../../../electron/contract/shell.ts';
import { ok } from '../../../electron/model/outcome.ts';
import { AppState } from '../../../renderer/state/app.svelte.ts';
import { BridgeDoor } from '../../../renderer/state/doors/bridge.ts';
import { liveRun } from './live.ts';
import { TestDoor } from './test-door.ts';

const run = (board: string, changes = {}): Push => ({
  push: 'bench',
  value: { kind: 'run', run: liveRun({ board, ...changes }) },
});
const END = {
  status: 'complete',
  reason: '',
  kept: { kind: 'spill', path: '/x', why: null },
} as const;
const recording: Push = {
  push: 'recording',
  value: { board: 'lab', startedMs: 1, moments: 2, bytes: 3, saved: null, problem: null },
};

test('what a host did that is gone does not go on; what it had ended stays, and what the next one does is shown', () => {
  const door = new TestDoor();
  const app = new AppState(door);
  app.host.connect();
  door.events?.opened();
  door.push(run('lab'));
  door.push(run('other'));
  door.push(run('done', { phase: 'ended', end: END }));
  door.push({ push: 'bench', value: { kind: 'preparing', board: 'next', step: 'opening the board' } });
  door.push(recording);
  expect(app.recordings.of('lab')).not.toBeNull();
  door.events?.closed(null);
  expect(app.bench.of('lab').run).not.toBeNull(); // it is not known yet
  door.events?.opened();
  door.push(run('other'));
  const phase = (board: string): string | undefined => app.bench.of(board).run?.phase;
  expect(['lab', 'other', 'done'].map(phase)).toEqual([undefined, 'running', 'ended']);
  expect([app.bench.of('next').preparing, app.recordings.of('lab')]).toEqual([null, null]);
});

test('what the host told before the page listened comes after it stands', () => {
  const bridge: Bridge = {
    send: () => undefined,
    onText: (listener) => {
      listener(encode(recording));
      return () => undefined;
    },
    onHost: (listener) => {
      listener(true);
      return () => undefined;
    },
    onCommand: () => () => undefined,
    onOpen: () => () => undefined,
    pathOf: () => '',
    shell: async () => ok(null),
  };
  const app = new AppState(new BridgeDoor(bridge));
  app.host.connect();
  expect([app.host.open, app.recordings.of('lab')?.moments]).toEqual([true, 2]);
});
