import { expect, test } from 'vitest';
import type { CallName } from '../../../electron/contract/calls.ts';
import type { PushName, Pushes } from '../../../electron/contract/pushes.ts';
import { ok } from '../../../electron/model/outcome.ts';
import type { PictureBuffer } from '../../../electron/model/memory.ts';
import type { MemoryDelta } from '../../../electron/model/memory-delta.ts';
import { MemoryState } from '../../../renderer/state/memory.svelte.ts';
import type { Source } from '../../../renderer/state/source.ts';

const buffer = (ino: number): PictureBuffer => ({
  ino,
  size: { value: 4096, tier: 'proc' },
  exporter: { value: 'system', tier: 'proc' },
  name: '',
  references: { value: 1, tier: 'proc' },
  holders: [],
  attachedTo: { value: [], tier: 'bufinfo' },
  mappings: [],
});

const step = (seq: number, inos: readonly number[], reset = false): MemoryDelta => ({
  seq,
  reset,
  takenNs: seq,
  hostMs: 1000 * seq,
  processes: null,
  buffers: { set: inos.map(buffer), gone: [] },
  mappings: null,
  banks: null,
  tiers: null,
  self: null,
  dsp: null,
  findings: null,
});

/** A host that answers everything and pushes what it is told; frames come when they are asked for. */
class Lab implements Source {
  readonly asked: string[] = [];
  readonly memory: MemoryState;
  private readonly listeners = new Map<PushName, (value: never) => void>();
  private frames: (() => void)[] = [];

  constructor() {
    this.memory = new MemoryState(this, (run) => {
      this.frames.push(run);
    });
  }

  readonly call = ((name: CallName, args: { readonly board?: string }) => {
    this.asked.push(`${name} ${args.board ?? ''}`);
    return Promise.resolve(ok(undefined));
  }) as Source['call'];

  on<N extends PushName>(push: N, listener: (value: Pushes[N]) => void): () => void {
    this.listeners.set(push, listener);
    return () => undefined;
  }

  push(delta: MemoryDelta, board = 'a'): void {
    this.listeners.get('memory')?.({ board, delta } as never);
  }

  watch(state: Pushes['watch']['state'], board = 'a'): void {
    this.listeners.get('watch')?.({ board, state } as never);
  }

  frame(): number {
    const due = this.frames;
    this.frames = [];
    for (const run of due) run();
    return due.length;
  }
}

async function watched(): Promise<Lab> {
  const lab = new Lab();
  await lab.memory.setBoard('a');
  return lab;
}

const inos = (lab: Lab): number[] => [...lab.memory.shown.buffers.keys()];

test('many steps are one new version a frame; steps of other boards are none', async () => {
  const lab = await watched();
  const before = lab.memory.version;
  lab.push(step(1, [1], true));
  lab.push(step(2, [2]));
  lab.push(step(1, [9], true), 'b');
  expect(lab.memory.version).toBe(before);
  expect(lab.frame()).toBe(1);
  expect([lab.memory.version, inos(lab)]).toEqual([before + 1, [1, 2]]);
});

test('a gap asks for the whole picture, once, and nothing is applied until it comes', async () => {
  const lab = await watched();
  lab.push(step(1, [1], true));
  lab.push(step(3, [3]));
  lab.push(step(4, [4]));
  expect(lab.asked.filter((call) => call.startsWith('memory.resync'))).toEqual(['memory.resync a']);
  expect(inos(lab)).toEqual([1]);
  lab.push(step(5, [1, 5], true));
  lab.push(step(7, [7]));
  expect(inos(lab)).toEqual([1, 5]);
  expect(lab.asked.filter((call) => call.startsWith('memory.resync'))).toHaveLength(2);
});

test('paused it shows that moment while the live picture goes on; a scrub shows any moment that is kept', async () => {
  const lab = await watched();
  lab.push(step(1, [1], true));
  lab.push(step(2, [2]));
  lab.memory.pause();
  lab.push(step(3, [3]));
  lab.frame();
  expect([lab.memory.paused, inos(lab), lab.memory.live.buffers.size]).toEqual([true, [1, 2], 3]);
  lab.memory.scrubTo(0);
  expect([lab.memory.atMs, inos(lab)]).toEqual([1000, [1]]);
  lab.memory.resume();
  expect([lab.memory.paused, inos(lab)]).toEqual([false, [1, 2, 3]]);
});

test('a lost board keeps what was seen, and says since when', async () => {
  const lab = await watched();
  lab.push(step(1, [1], true));
  lab.watch({ kind: 'lost', sinceMs: 77, reason: 'unplugged' });
  expect([lab.memory.stale, inos(lab)]).toEqual([{ sinceMs: 77, reason: 'unplugged' }, [1]]);
  lab.watch({ kind: 'watching', snapshotMs: 1, everyMs: 100 });
  expect(lab.memory.stale).toBeNull();
});

test('another board begins anew: selection, pins and picture of the one before go', async () => {
  const lab = await watched();
  lab.push(step(1, [1], true));
  lab.memory.select({ kind: 'buffer', key: '1' });
  lab.memory.pin(0);
  await lab.memory.setBoard('b');
  expect([inos(lab), lab.memory.selection, lab.memory.pins]).toEqual([[], null, [null, null]]);
  expect(lab.asked).toEqual([
    'memory.watch a',
    'boards.environment a',
    'memory.unwatch a',
    'memory.watch b',
    'boards.environment b',
  ]);
});

test('pins keep their moments though the picture goes on', async () => {
  const lab = await watched();
  lab.push(step(1, [1], true));
  lab.memory.pin(0);
  lab.push(step(2, [2]));
  lab.memory.pin(1);
  expect(lab.memory.pins.map((pin) => pin?.picture.buffers.map(({ ino }) => ino))).toEqual([[1], [1, 2]]);
});

test('a recorded session begins at its first moment and has all of them', () => {
  const lab = new Lab();
  lab.memory.showRecorded([step(1, [1], true), step(2, [2]), step(3, [3])]);
  expect([lab.memory.recorded, lab.memory.atMs, inos(lab)]).toEqual([true, 1000, [1]]);
  lab.memory.scrubTo(9999);
  expect(inos(lab)).toEqual([1, 2, 3]);
});
