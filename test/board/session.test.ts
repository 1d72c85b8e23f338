// The session with the real agent on a virtual board.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import {
  boardOfOwn,
  endless,
  planOf,
  problemOf,
  processesOf,
  remainsOf,
  SpoiltTarget,
  targetOf,
  until,
  valueOf,
  Watched,
} from './session-lab.ts';
import { nothingStays } from './leftovers.ts';

let board: VirtualBoard;
beforeAll(async () => {
  board = await boardOfOwn();
});
afterEach(() => Watched.closeAll());
afterAll(async () => {
  await board.stop();
  await nothingStays(() => remainsOf(board.name));
});

const filesOpen = async (): Promise<number> => valueOf(await board.control.status()).files;
const open = async (): Promise<Watched> => Watched.open(await targetOf(board));

describe('a session with a real agent', () => {
  it('knows the board, and leaves no agent behind', async () => {
    const { session } = await open();
    expect(processesOf('qda-agent', board.name).length).toBe(1);
    const identity = valueOf(await session.identity());
    expect(identity.simulated).toBe(true);
    expect(identity.nodes).toMatchObject([
      { path: '/dev/accel/accel0', dsp: 'cdsp', generation: 'qda-v1' },
      {},
    ]);
    expect(identity.benchmarks.map(({ id }) => id)).toContain('mem.alloc');
    expect(valueOf(await session.checks()).length).toBeGreaterThan(0);
    expect(valueOf(await session.environment()).length).toBeGreaterThan(0);
    const memory = valueOf(await session.memory());
    expect(memory.tiers.map(({ tier }) => tier).sort()).toEqual(['bufinfo', 'dma', 'proc', 'self']);
    valueOf(await session.ping());
    await session.close();
    expect(processesOf('qda-agent', board.name)).toEqual([]);
  });

  it('runs a plan: every sample comes, marked as simulated', async () => {
    const watched = await open();
    const { session } = watched;
    valueOf(await session.startPlan(planOf({}, { benchmark: 'base.ioctl', size: 0, samples: 5_000 })));
    expect(session.state.kind).toBe('running');
    await until('plan-done', () => watched.over);
    expect(watched.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['started', 'samples', 'done']),
    );
    expect(watched.events.at(-1)).toMatchObject({ kind: 'plan-done', cancelled: false, reason: '' });
    expect(watched.blocks).toEqual(watched.blocks.map((_, at) => at + 1));
    const ends = watched.events.flatMap((event) => (event.kind === 'done' ? [event] : []));
    expect(ends).toMatchObject([
      { index: 0, status: 'pass', error: 0, simulated: true, samplesDropped: 0, mismatches: 0 },
      { index: 1, status: 'pass', error: 0, simulated: true, samplesDropped: 0 },
    ]);
    expect([watched.counts.get(0), watched.counts.get(1)]).toEqual([100, 5_000]);
    const samples = watched.events.flatMap((event) => (event.kind === 'samples' ? [...event.ns] : []));
    expect(samples.every((ns) => Number.isSafeInteger(ns) && ns > 0)).toBe(true);
    expect(session.state.kind).toBe('ready');
    await session.close();
  });

  it('cancels on the board and keeps what was measured', async () => {
    const watched = await open();
    const { session } = watched;
    valueOf(await session.startPlan(endless));
    await until('samples', () => watched.events.some(({ kind }) => kind === 'samples'));
    valueOf(await session.cancel());
    await until('plan-done', () => watched.over);
    expect(watched.events.at(-1)).toMatchObject({ kind: 'plan-done', cancelled: true });
    expect(watched.events.at(-2)).toMatchObject({ kind: 'done', status: 'cancelled' });
    expect(session.state.kind).toBe('ready');
    valueOf(await session.ping());
    await session.close();
  });

  it('refuses a benchmark that there is none of, and takes the next plan', async () => {
    const watched = await open();
    const { session } = watched;
    const problem = problemOf(await session.startPlan(planOf({ benchmark: 'mem.nothing' })));
    expect(problem.code).toBe('unknown-benchmark');
    expect(problem.message).toContain('mem.nothing');
    valueOf(await session.startPlan(planOf({})));
    await until('plan-done', () => watched.over);
    await session.close();
  });
});

describe('two hosts on one board', () => {
  it('each have an agent, and measure one after the other', async () => {
    const [first, second] = [await open(), await open()];
    expect(processesOf('qda-agent', board.name).length).toBe(2);
    valueOf(await first.session.startPlan(endless));
    await until('samples', () => first.events.some(({ kind }) => kind === 'samples'));
    const problem = problemOf(await second.session.startPlan(planOf({})));
    expect(problem.code).toBe('busy');
    expect(problem.message).toMatch(/\d/);
    expect(second.session.state.kind).toBe('ready');
    await first.session.close();
    valueOf(await second.session.startPlan(planOf({})));
    await until('plan-done', () => second.over);
    await second.session.close();
  });
});

describe('a stream that breaks in a run', () => {
  it('is resumed: each block comes once and in order, none is missing', async () => {
    const target = new SpoiltTarget(await targetOf(board));
    const watched = await Watched.open(target);
    const { session } = watched;
    // Cut as the block comes: a test that looked now and then could come after the end of the run.
    const cuts = [2, 5, 8];
    const then: string[] = [];
    session.on('plan', () => {
      if (watched.events.length < (cuts[0] ?? Infinity)) return;
      cuts.shift();
      target.cut();
      then.push(session.state.kind);
    });
    valueOf(await session.startPlan(planOf({ samples: 60_000, warmups: 0, verify: false })));
    await until('plan-done', () => watched.over);
    expect(then).toEqual(['lost', 'lost', 'lost']);
    expect(watched.aborted).toEqual([]);
    expect(watched.blocks).toEqual(watched.blocks.map((_, at) => at + 1));
    expect(watched.counts.get(0)).toBe(60_000);
    expect(watched.gaps.length).toBe(3);
    expect(watched.gaps).toMatchObject(
      // It may have been pulled in the middle of a message, which is said too.
      watched.gaps.map(() => ({
        droppedBlocks: 0,
        reason: expect.stringMatching(/^The cable was pulled\./) as string,
      })),
    );
    await session.close();
  });

  it('that is away for too many samples has a gap of as many blocks as are missing', async () => {
    const target = new SpoiltTarget(await targetOf(board));
    const watched = await Watched.open(target);
    const { session } = watched;
    const files = await filesOpen();
    const samples = 320_000;
    const plan = planOf({ benchmark: 'base.ioctl', size: 0, samples, warmups: 0, verify: false });
    valueOf(await session.startPlan(plan));
    await until('blocks', () => watched.events.length >= 2);
    target.reachable = false;
    target.cut();
    // More samples than the agent keeps: it goes on to the end of the plan and closes its node.
    await until('the end of the plan', async () => (await filesOpen()) === files);
    expect(session.state.kind).toBe('lost');
    target.reachable = true;
    await until('plan-done', () => watched.over);
    const missing = watched.gaps.reduce((sum, { droppedBlocks }) => sum + droppedBlocks, 0);
    const last = watched.blocks.at(-1) ?? 0;
    expect(watched.blocks.length + missing).toBe(last);
    const done = watched.events.find(({ kind }) => kind === 'done');
    expect(done).toMatchObject({ samplesTaken: samples });
    if (done?.kind === 'done') expect((watched.counts.get(0) ?? 0) + done.samplesDropped).toBe(samples);
    await session.close();
  });
});
