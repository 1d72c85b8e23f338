import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../electron/wire/framing.ts';
import { FailureCode } from '../../../electron/wire/gen/qda_lab_pb.js';
import { FakeAgent } from './fake-agent.ts';
import { settle } from './fake-clock.ts';
import { blocksOf, plan, planDone, running, samples, stand, valueOf, type Harness } from './harness.ts';

const hellos = (agent: FakeAgent): unknown[] => agent.asked('hello').map(({ request }) => request.value);

/** A run of which blocks 1 to 3 came and 1 to 2 are stored. */
async function underway(): Promise<Harness> {
  const harness = await running();
  for (const block of [1, 2, 3]) harness.agent.line.say(samples(block));
  harness.session.ackUpTo(2);
  await settle();
  return harness;
}

/** What the agent will say of the run when the host comes back. */
function keeps({ agent }: Harness, oldestBlock: number, lastBlock: number, runningPlan = 'r1'): void {
  const blocks = { oldestBlock: BigInt(oldestBlock), lastBlock: BigInt(lastBlock) };
  agent.welcome = { buildId: 'the build', protocol: 1, session: 's1', runningPlan, ...blocks };
}

describe('a stream that is lost in a run', () => {
  it('is resumed at the last stored block; nothing comes twice and nothing is missing', async () => {
    const harness = await underway();
    const { agent, session, states, plan, gaps, aborted } = harness;
    keeps(harness, 3, 5);
    agent.line.hangUp();
    expect(session.state).toMatchObject({ kind: 'lost', runId: 'r1' });
    await settle();
    expect(session.state).toEqual({ kind: 'running', runId: 'r1' });
    expect(hellos(agent)[1]).toMatchObject({ resumeAfter: 2n });
    for (const block of [3, 4, 5]) agent.line.say(samples(block));
    agent.line.say(planDone(6));
    expect(blocksOf(plan)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(gaps).toMatchObject([{ droppedBlocks: 0, reason: 'The agent ended the stream.' }]);
    expect(states.map(({ kind }) => kind).slice(-4)).toEqual(['running', 'lost', 'running', 'ready']);
    expect(aborted).toEqual([]);
    await session.close();
  });

  it('has a gap with the number of blocks that were dropped meanwhile', async () => {
    const harness = await underway();
    const { agent, clock, session, plan, gaps } = harness;
    keeps(harness, 8, 9);
    agent.reachable = false;
    const lostAt = clock.nowMs();
    agent.line.hangUp({ code: 'io', message: 'The cable was pulled.', remedy: '' });
    await clock.advance(3_000);
    agent.reachable = true;
    await clock.advance(500);
    for (const block of [8, 9]) agent.line.say(samples(block));
    expect(blocksOf(plan)).toEqual([1, 2, 3, 8, 9]);
    expect(gaps).toEqual([
      { fromMs: lostAt, toMs: clock.nowMs(), droppedBlocks: 4, reason: 'The cable was pulled.' },
    ]);
    await session.close();
  });

  it.each([
    ['rebooted', 'rebooted'],
    ['agent-died', 'failed'],
  ])('is given up at once where the link says %s', async (code, state) => {
    const harness = await underway();
    const { agent, clock, session, aborted } = harness;
    agent.reachable = false;
    agent.unreachable = { code, message: 'It is not the same any more.', remedy: '' };
    agent.line.hangUp();
    await clock.advance(100);
    expect(session.state.kind).toBe(state);
    expect(aborted).toMatchObject([{ problem: { code } }]);
  });

  it('is tried at once where the board shows itself', async () => {
    const harness = await underway();
    const { agent, clock, session } = harness;
    keeps(harness, 3, 4);
    agent.reachable = false;
    agent.line.hangUp();
    await clock.advance(1_100);
    expect(session.state.kind).toBe('lost');
    expect(agent.show()).toBe(1);
    await settle();
    expect(session.state.kind).toBe('running');
    expect(agent.show()).toBe(0);
    await session.close();
  });

  it('is waited for as long as the link says', async () => {
    const agent = new FakeAgent();
    agent.graceMs = 120_000;
    const { clock, session } = await stand(agent);
    agent.reachable = false;
    agent.line.hangUp();
    await clock.advance(119_000);
    expect(session.state.kind).toBe('lost');
    await clock.advance(3_000);
    expect(session.state.kind).toBe('failed');
  });

  it('takes what followed the welcome in the same piece', async () => {
    const harness = await underway();
    const { agent, session, plan } = harness;
    keeps(harness, 3, 4, '');
    agent.answers = { hello: null };
    agent.line.hangUp();
    await settle();
    const { line } = agent;
    const id = agent.asked('hello')[1]?.id;
    const welcome = line.frame({ case: 'welcome', value: agent.welcome }, id);
    line.raw(Buffer.concat([welcome, line.frame(samples(3)), line.frame(planDone(4))]));
    await settle();
    expect(blocksOf(plan)).toEqual([1, 2, 3, 4]);
    expect(session.state.kind).toBe('ready');
    await session.close();
  });

  it('after the end of its run: what is not stored yet stays with the agent', async () => {
    const harness = await underway();
    const { agent, session, states, plan } = harness;
    agent.line.say(planDone(4));
    keeps(harness, 3, 4);
    agent.line.hangUp();
    await settle();
    agent.line.say(samples(3));
    agent.line.say(planDone(4));
    await settle();
    expect(blocksOf(plan)).toEqual([1, 2, 3, 4]);
    expect(states.map(({ kind }) => kind).slice(-3)).toEqual(['ready', 'lost', 'ready']);
    expect([agent.asked('ack').length, agent.asked('cancel').length]).toEqual([1, 0]);
    session.ackUpTo(4);
    await settle();
    expect(agent.asked('ack').at(-1)?.request.value).toMatchObject({ block: 4n });
    await session.close();
  });

  it('whose run was given up here is cancelled there, and thrown away', async () => {
    const { agent, session, plan: events } = await stand();
    agent.answers = { startPlan: null };
    const started = session.startPlan(plan);
    agent.welcome = { buildId: 'the build', protocol: 1, session: 's1', runningPlan: 'r1' };
    agent.line.hangUp();
    expect((await started).ok).toBe(false);
    await settle();
    expect(session.state).toEqual({ kind: 'running', runId: 'r1' });
    expect(agent.asked('cancel').length).toBe(1);
    agent.line.say(planDone(1));
    expect([session.state.kind, events]).toEqual(['ready', []]);
    await session.close();
  });

  it('whose run the agent has forgotten is aborted, and the board is ready', async () => {
    const harness = await underway();
    const { agent, session, aborted } = harness;
    keeps(harness, 0, 0, '');
    agent.line.hangUp();
    await settle();
    expect(aborted).toMatchObject([{ runId: 'r1', problem: { code: 'run-lost' } }]);
    expect(session.state.kind).toBe('ready');
    await session.close();
  });

  it('tries again when the agent does not let it in yet, and keeps no half-open connection', async () => {
    const harness = await underway();
    const { agent, clock, session } = harness;
    keeps(harness, 3, 3);
    const value = { code: FailureCode.FAILURE_BUSY, message: 'Another connection is live.' };
    agent.answers = { hello: [{ case: 'failure', value }] };
    agent.line.hangUp();
    await clock.advance(1_000);
    expect(session.state.kind).toBe('lost');
    agent.answers = {};
    await clock.advance(500);
    expect(session.state.kind).toBe('running');
    expect(agent.connections.map(({ closed }) => closed)).toEqual([true, true, true, true, false]);
    await session.close();
  });

  it('a cancel meanwhile waits until the board is back', async () => {
    const harness = await underway();
    const { agent, clock, session } = harness;
    keeps(harness, 3, 3);
    agent.reachable = false;
    agent.line.hangUp();
    const cancelled = session.cancel();
    await clock.advance(2_000);
    expect(agent.asked('cancel').length).toBe(0);
    agent.reachable = true;
    await clock.advance(500);
    valueOf(await cancelled);
    expect(agent.asked('cancel').length).toBe(1);
    await session.close();
  });

  it('that does not come back within the grace period fails with the last reason', async () => {
    const { agent, clock, session, aborted } = await underway();
    agent.reachable = false;
    agent.line.hangUp();
    await clock.advance(29_000);
    expect(session.state.kind).toBe('lost');
    await clock.advance(2_000);
    expect(session.state).toMatchObject({ kind: 'failed' });
    expect(aborted).toMatchObject([{ runId: 'r1', problem: { code: 'board-lost' } }]);
    expect(aborted[0]?.problem.message).toContain('30 s. Nobody listens.');
    expect([agent.stops, clock.waiting]).toEqual([1, 0]);
  });

  it('a restarted agent means a rebooted board', async () => {
    const { agent, clock, session, aborted } = await underway();
    agent.welcome = { buildId: 'the build', protocol: 1, session: 's2' };
    agent.line.hangUp();
    await settle();
    expect(session.state).toEqual({ kind: 'rebooted' });
    expect(aborted).toMatchObject([{ problem: { code: 'rebooted' } }]);
    expect([agent.stops, agent.line.closed, clock.waiting]).toEqual([1, true, 0]);
  });

  it('closing while it is away ends everything', async () => {
    const { agent, clock, session, aborted } = await underway();
    agent.reachable = false;
    agent.line.hangUp();
    await settle();
    const closing = session.close();
    await clock.advance(500);
    await closing;
    expect(session.state.kind).toBe('offline');
    expect(aborted.length).toBe(1);
    expect([agent.stops, clock.waiting]).toEqual([1, 0]);
  });
});

describe('a silent agent', () => {
  it('is connected to anew', async () => {
    const { agent, clock, session, notices } = await stand();
    await clock.advance(14_000);
    agent.line.say({ case: 'heartbeat', value: {} });
    await clock.advance(14_000);
    expect(agent.connections.length).toBe(1);
    await clock.advance(3_000);
    expect(notices).toMatchObject([{ code: 'silence' }]);
    expect([agent.connections.length, session.state.kind]).toEqual([2, 'ready']);
    await session.close();
  });
});

describe('a defective stream', () => {
  const defects: readonly (readonly [string, string, (agent: FakeAgent) => void])[] = [
    [
      'garbage',
      'bad-frame',
      ({ line }) => {
        line.raw(encodeFrame(Uint8Array.from([255, 1, 2])));
      },
    ],
    [
      'a frame that is too long',
      'frame-oversized',
      ({ line }) => {
        line.raw(Uint8Array.from([1, 0, 16, 0]));
      },
    ],
    [
      'an empty frame',
      'frame-empty',
      ({ line }) => {
        line.raw(new Uint8Array(4));
      },
    ],
    [
      'a cut frame',
      'frame-truncated',
      ({ line }) => {
        line.raw(line.frame(samples(4)).subarray(0, 9));
        line.hangUp();
      },
    ],
    [
      'a lost message',
      'stream-out-of-order',
      ({ line }) => {
        line.skip(1n);
        line.say(samples(5));
      },
    ],
    [
      'messages in another order',
      'stream-out-of-order',
      ({ line }) => {
        const [first, second] = [line.frame(samples(4)), line.frame(samples(5))];
        line.raw(second);
        line.raw(first);
      },
    ],
    [
      'a reply to nothing',
      'unexpected-reply',
      ({ line }) => {
        line.say({ case: 'done', value: {} }, 999n);
      },
    ],
    [
      'an unasked identity',
      'unexpected-reply',
      ({ line }) => {
        line.say({ case: 'identity', value: {} });
      },
    ],
    [
      "another run's end",
      'stream-out-of-order',
      ({ line }) => {
        line.say(planDone(4, 'other'));
      },
    ],
  ];

  it.each(defects)('%s: a new connection, and no block is lost', async (_what, code, spoil) => {
    const harness = await underway();
    const { agent, session, plan, notices, gaps } = harness;
    keeps(harness, 3, 5);
    spoil(agent);
    await settle();
    expect(notices).toMatchObject([{ code }]);
    expect(notices[0]?.message).toMatch(/\.$/);
    expect([agent.connections.length, agent.connections[0]?.closed]).toEqual([2, true]);
    for (const block of [3, 4, 5]) agent.line.say(samples(block));
    expect(blocksOf(plan)).toEqual([1, 2, 3, 4, 5]);
    expect(gaps).toMatchObject([{ droppedBlocks: 0 }]);
    await session.close();
  });

  it('again and again is given up', async () => {
    const { agent, session, aborted } = await underway();
    agent.welcome = { buildId: 'the build', protocol: 1, session: 's1', runningPlan: 'r1', lastBlock: 3n };
    for (let i = 0; i < 4; i += 1) {
      agent.line.raw(new Uint8Array(4));
      await settle();
    }
    expect(session.state).toMatchObject({ kind: 'failed' });
    expect(aborted[0]?.problem.message).toContain('defect 4');
    expect(agent.stops).toBe(1);
  });
});

describe('an agent that dies in a run', () => {
  const killed = { code: 'agent-died', message: 'The agent was killed by SIGKILL.', remedy: 'Connect anew.' };

  it('fails with its sentence, after the last bytes were taken', async () => {
    const { agent, session, clock, plan, aborted } = await underway();
    agent.die(killed);
    await settle();
    agent.line.say(samples(4));
    agent.line.hangUp();
    expect(blocksOf(plan)).toEqual([1, 2, 3, 4]);
    expect(session.state).toEqual({
      kind: 'failed',
      reason: 'The agent was killed by SIGKILL.',
      remedy: 'Connect anew.',
    });
    expect(aborted).toEqual([{ runId: 'r1', problem: killed }]);
    await session.close();
    expect([agent.stops, clock.waiting]).toEqual([1, 0]);
  });

  it('does not wait for ever for a stream that stays open', async () => {
    const { agent, session, clock } = await underway();
    agent.die(killed);
    await clock.advance(1_000);
    expect(session.state.kind).toBe('failed');
    await session.close();
    expect(clock.waiting).toBe(0);
  });

  it('ends the waiting for a lost stream', async () => {
    const { agent, session, clock } = await underway();
    agent.reachable = false;
    agent.line.hangUp();
    expect(session.state.kind).toBe('lost');
    agent.die(killed);
    await settle();
    expect(session.state).toMatchObject({ kind: 'failed', reason: killed.message });
    await clock.advance(500);
    expect(clock.waiting).toBe(0);
  });
});
