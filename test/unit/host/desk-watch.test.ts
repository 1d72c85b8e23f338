// The watch of memory managers over a board of the test's own, by a clock of its own.
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryWatches } from '../../../electron/host/desk/memory-watches.ts';
import { MemoryWatch, type WatchedBoard } from '../../../electron/host/desk/memory-watch.ts';
import type { WatchedSession } from '../../../electron/host/desk/memory-follow.ts';
import { LivePicture } from '../../../electron/memory/live-picture.ts';
import type { BoardState } from '../../../electron/model/board.ts';
import type { MemoryDelta, WatchState } from '../../../electron/model/memory-delta.ts';
import type { DmaEvent, MemoryFact, MemorySnapshot } from '../../../electron/model/memory.ts';
import { fail, ok, type Outcome } from '../../../electron/model/outcome.ts';
import { Emitter } from '../../../electron/session/emitter.ts';
import type { SessionEvents } from '../../../electron/session/events.ts';
import { FakeClock, settle } from '../session/fake-clock.ts';

class FakeSession implements WatchedSession {
  readonly events = new Emitter<SessionEvents>();
  readonly on = this.events.on.bind(this.events);
  readonly asked: string[] = [];
  state: BoardState = { kind: 'ready' };
  buffers = 3;
  tookMs = 0;
  answer: Outcome<MemorySnapshot> | null = null;
  tracing = false;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async memory(): Promise<Outcome<MemorySnapshot>> {
    this.asked.push('memory');
    this.#clock.pass(this.tookMs);
    const facts = Array.from({ length: this.buffers }, (_, ino) => bufferFact(ino));
    return this.answer ?? ok({ takenNs: this.asked.length, facts, tiers: [] });
  }

  async startEvents(): Promise<Outcome<undefined>> {
    this.asked.push('start');
    this.tracing = true;
    return ok(undefined);
  }

  async stopEvents(): Promise<Outcome<undefined>> {
    this.asked.push('stop');
    this.tracing = false;
    return ok(undefined);
  }

  get snapshots(): number {
    return this.asked.filter((what) => what === 'memory').length;
  }

  mapped(at: number): void {
    this.events.emit('memory', { events: [mapEvent(at)], lost: 0 });
  }
}

const bufferFact = (ino: number): MemoryFact => ({
  kind: 'buffer',
  ino,
  tier: 'bufinfo',
  size: 4096,
  exporter: 'system',
  name: '',
  references: null,
});

const mapEvent = (at: number): DmaEvent => ({
  kind: 'alloc',
  timeNs: at,
  pid: 1,
  comm: 'p',
  device: 'qda-cb-cdsp-1',
  entries: [{ dmaAddr: BigInt(at), length: 4096, phys: null }],
  truncated: false,
  totalEntries: 1,
});

class FakeBoard implements WatchedBoard {
  session: FakeSession;
  absent: BoardState | null = null;
  problem: ReturnType<typeof fail> | null = null;
  opened = 0;
  readonly #changed = new Emitter<{ changed: undefined }>();

  constructor(clock: FakeClock) {
    this.session = new FakeSession(clock);
  }

  async open(): Promise<Outcome<WatchedSession>> {
    this.opened += 1;
    return this.problem ?? ok(this.session);
  }

  state(): BoardState {
    return this.absent ?? this.session.state;
  }

  onChange(listener: () => void): () => void {
    return this.#changed.on('changed', listener);
  }

  async change(state?: BoardState): Promise<void> {
    if (state) this.session.state = state;
    this.#changed.emit('changed', undefined);
    await settle();
  }
}

class Viewer {
  readonly states: WatchState[] = [];
  readonly deltas: MemoryDelta[] = [];
  readonly live = new LivePicture();
  readonly state = (state: WatchState): void => void this.states.push(state);
  readonly step = (delta: MemoryDelta): void => {
    this.deltas.push(delta);
    if (!this.live.apply(delta)) throw new Error('a step is missing');
  };
  get last(): WatchState | undefined {
    return this.states.at(-1);
  }
}

let clock: FakeClock;
let board: FakeBoard;
let viewer: Viewer;
const watching = (pausedBy: string | null = null): MemoryWatch => {
  const watch = new MemoryWatch(board, clock, pausedBy);
  watch.attach(viewer);
  return watch;
};
beforeEach(() => {
  clock = new FakeClock();
  board = new FakeBoard(clock);
  viewer = new Viewer();
});

/** Stops it while time goes on. */
async function stopped(watch: MemoryWatch): Promise<void> {
  const end = watch.stop();
  await clock.advance(1000);
  await end;
  expect(board.session.tracing).toBe(false);
  expect(clock.waiting).toBe(0);
}

describe('a watch', () => {
  it('ends where a fact is beyond it, says so, and begins anew; nothing else ends with it', async () => {
    const watch = watching();
    await clock.advance(150);
    expect(viewer.last).toMatchObject({ kind: 'watching' });
    board.session.answer = ok({ takenNs: 1, facts: [null as unknown as MemoryFact], tiers: [] });
    await clock.advance(500);
    expect(viewer.last).toMatchObject({ kind: 'stopped' });
    expect(viewer.last?.kind === 'stopped' && viewer.last.reason).toContain('inside the tool');
    board.session.answer = null;
    await clock.advance(3000);
    expect(viewer.last).toMatchObject({ kind: 'watching' });
    await stopped(watch);
  });

  it('takes cheap snapshots ten times a second, and says only what changed', async () => {
    const watch = watching();
    await clock.advance(1050);
    expect(board.session.snapshots).toBe(11);
    expect(viewer.deltas.length).toBe(1);
    board.session.buffers = 4;
    await clock.advance(200);
    expect(viewer.deltas.map(({ reset, seq }) => [reset, seq])).toEqual([
      [true, 1],
      [false, 2],
    ]);
    expect(viewer.live.buffers.size).toBe(4);
    expect(viewer.last).toMatchObject({ kind: 'watching', everyMs: 100 });
    await stopped(watch);
  });

  it('takes dear ones at most every other second, and events between them', async () => {
    board.session.tookMs = 400;
    const watch = watching();
    await clock.advance(8000);
    expect(board.session.snapshots).toBeLessThanOrEqual(5);
    const { snapshots } = board.session;
    const told = viewer.deltas.length;
    for (let at = 1; at <= 40; at += 1) {
      board.session.mapped(at);
      await clock.advance(20);
    }
    expect(board.session.snapshots).toBeLessThanOrEqual(snapshots + 1);
    expect(viewer.live.mappings.size).toBeGreaterThan(30);
    expect(viewer.live.takenNs).toBe(
      Math.max(...[...viewer.live.mappings.values()].map(({ sinceNs }) => sinceNs)),
    );
    expect(viewer.deltas.length - told).toBeLessThanOrEqual(10);
    expect(viewer.last).toMatchObject({ kind: 'watching', everyMs: 2000 });
    await stopped(watch);
  });

  it('stops all looking while it is paused, says why, and goes on', async () => {
    const watch = watching();
    await clock.advance(300);
    let quiet = false;
    const paused = watch.pause('a plan').then(() => (quiet = true));
    await clock.advance(300);
    await paused;
    expect([quiet, board.session.tracing]).toEqual([true, false]);
    const { snapshots } = board.session;
    await clock.advance(5000);
    expect(board.session.snapshots).toBe(snapshots);
    expect(viewer.last).toMatchObject({ kind: 'paused', reason: 'a plan' });
    watch.resume();
    await clock.advance(200);
    expect(viewer.last?.kind).toBe('watching');
    expect(board.session.snapshots).toBeGreaterThan(snapshots);
    await stopped(watch);
  });

  it('that begins while a plan runs waits for its end', async () => {
    const watch = watching('a plan');
    await clock.advance(1000);
    expect([board.opened, viewer.last?.kind]).toEqual([0, 'paused']);
    watch.resume();
    await clock.advance(10);
    expect(viewer.last?.kind).toBe('watching');
    await stopped(watch);
  });

  it('keeps its picture while the board is lost, and takes a fresh trace when it is back', async () => {
    const watch = watching();
    await clock.advance(300);
    for (const at of [1, 2]) board.session.mapped(at);
    await clock.advance(300);
    expect(viewer.live.mappings.size).toBe(2);
    board.session.answer = fail('connection-lost', 'gone');
    await board.change({ kind: 'lost', sinceMs: 77, runId: null });
    await clock.advance(1000);
    expect(viewer.last).toMatchObject({ kind: 'lost', sinceMs: 77 });
    expect([viewer.live.mappings.size, viewer.live.buffers.size]).toEqual([2, 3]);
    board.session.answer = null;
    await board.change({ kind: 'ready' });
    await clock.advance(200);
    expect(viewer.last?.kind).toBe('watching');
    expect(board.session.asked.filter((what) => what === 'start').length).toBe(2);
    expect([viewer.live.mappings.size, viewer.live.buffers.size]).toEqual([0, 3]);
    await stopped(watch);
  });

  it('waits for a board that is not seen without asking again and again', async () => {
    board.problem = fail('unknown-board', 'There is no board.');
    board.absent = { kind: 'absent' };
    const watch = watching();
    await clock.advance(60_000);
    expect(board.opened).toBe(1);
    expect(viewer.last).toMatchObject({ kind: 'lost' });
    board.problem = null;
    board.absent = null;
    await board.change();
    await clock.advance(10);
    expect(viewer.last?.kind).toBe('watching');
    await stopped(watch);
  });

  it('misses no change that comes while it asks', async () => {
    board.problem = fail('closed', 'The board was closed.');
    board.open = async () => {
      const { problem } = board;
      board.problem = null;
      await board.change();
      return problem ?? ok(board.session);
    };
    const watch = watching();
    for (let turn = 0; turn < 10; turn += 1) await clock.advance(10);
    expect(viewer.last?.kind).toBe('watching');
    await stopped(watch);
  });

  it('tries again, less and less often, where the board does not let it, and says why', async () => {
    board.problem = fail('agent-start', 'The agent did not start.', 'See why.');
    const watch = watching();
    await clock.advance(20_000);
    expect(viewer.last).toEqual({ kind: 'stopped', reason: 'The agent did not start.', remedy: 'See why.' });
    expect(board.opened).toBeGreaterThan(3);
    expect(board.opened).toBeLessThan(7);
    await stopped(watch);
  });

  it('tries again where snapshots fail on a board that is there', async () => {
    board.session.answer = fail('request-timeout', 'The agent has not answered.');
    const watch = watching();
    await clock.advance(100);
    expect(viewer.last).toMatchObject({ kind: 'stopped', reason: 'The agent has not answered.' });
    board.session.answer = null;
    await clock.advance(1000);
    expect(viewer.last?.kind).toBe('watching');
    await stopped(watch);
  });

  it('does not start agents without pause where each one dies at once', async () => {
    const watch = watching();
    const fresh = async (): Promise<void> => {
      await board.change({ kind: 'failed', reason: 'The agent died.', remedy: '' });
      board.session = new FakeSession(clock);
      await board.change();
    };
    for (let tenth = 0; tenth < 100; tenth += 1) {
      await fresh();
      await clock.advance(100);
    }
    expect(board.opened).toBeGreaterThan(3);
    expect(board.opened).toBeLessThan(25);
    await stopped(watch);
  });

  it('ends with nothing left behind, whatever it is at', async () => {
    for (const state of ['ready', 'running'] as const) {
      board = new FakeBoard(clock);
      if (state === 'running') board.session.state = { kind: 'running', runId: 'r' };
      const watch = watching();
      await clock.advance(150);
      expect(viewer.last?.kind).toBe(state === 'ready' ? 'watching' : 'paused');
      await stopped(watch);
    }
  });
});

describe('the watches of all boards', () => {
  /** All boards are the one of the test. */
  const watches = (): MemoryWatches => {
    const boards = {
      open: async () => {
        const opened = await board.open();
        return opened.ok ? ok({ session: opened.value }) : opened;
      },
      state: () => board.state(),
      events: new Emitter<{ changed: string }>(),
    };
    return new MemoryWatches(boards as unknown as ConstructorParameters<typeof MemoryWatches>[0], clock);
  };

  it('are one a board, which waits a little for a page that is loaded again', async () => {
    const all = watches();
    const off = all.attach('b', viewer);
    await clock.advance(300);
    off();
    await clock.advance(1000);
    const again = new Viewer();
    const offAgain = all.attach('b', again);
    expect(again.deltas).toMatchObject([{ reset: true, seq: viewer.live.seq }]);
    await clock.advance(5000);
    expect(board.session.asked.filter((what) => what === 'start').length).toBe(1);
    offAgain();
    await clock.advance(3000);
    expect(all.state('b')).toBeNull();
    expect([board.session.tracing, clock.waiting]).toEqual([false, 0]);
  });

  it('begin after the one before has stopped its trace', async () => {
    const all = watches();
    all.attach('b', viewer)();
    await clock.advance(2000);
    expect(all.state('b')).toBeNull();
    const again = new Viewer();
    all.attach('b', again);
    await clock.advance(1000);
    expect(board.session.asked.filter((what) => what !== 'memory')).toEqual(['start', 'stop', 'start']);
    board.session.mapped(1);
    await clock.advance(500);
    expect(again.live.mappings.size).toBe(1);
    const closed = all.close();
    await clock.advance(1000);
    await closed;
    expect([board.session.tracing, clock.waiting]).toEqual([false, 0]);
  });

  it('are paused also where none stands yet', async () => {
    const all = watches();
    const resume = await all.pause('b', 'a plan');
    all.attach('b', viewer);
    await clock.advance(1000);
    expect([board.opened, viewer.last?.kind]).toEqual([0, 'paused']);
    resume();
    await clock.advance(100);
    expect(viewer.last?.kind).toBe('watching');
    const closed = all.close();
    await clock.advance(1000);
    await closed;
  });
});
