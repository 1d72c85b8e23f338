import { describe, expect, it } from 'vitest';
import { FailureCode, Status } from '../../../electron/wire/gen/qda_lab_pb.js';
import { settle } from './fake-clock.ts';
import { blocksOf, plan, planDone, problemOf, running, samples, stand, valueOf } from './harness.ts';

const acksOf = (agent: { asked(kind: 'ack'): { request: { value?: unknown } }[] }): unknown[] =>
  agent.asked('ack').map(({ request }) => (request.value as { block: bigint }).block);

describe('a run', () => {
  it('is told in order, from the first block to plan-done', async () => {
    const { agent, session, plan: events, states } = await running();
    expect(session.state).toEqual({ kind: 'running', runId: 'r1' });
    agent.line.say({ case: 'pointStarted', value: { block: 1n, series: ['create'] } });
    agent.line.say(samples(2));
    agent.line.say({ case: 'pointDone', value: { block: 3n, status: Status.PASS } });
    agent.line.say(planDone(4));
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'samples', 'done', 'plan-done']);
    expect(events[1]).toMatchObject({ ns: Float64Array.of(2), simulated: true });
    expect(states.map(({ kind }) => kind).slice(-2)).toEqual(['running', 'ready']);
    await session.close();
  });

  it('may be over before its start was seen', async () => {
    const { agent, session, plan: events, states } = await stand();
    agent.answers = { startPlan: null };
    const started = session.startPlan(plan);
    const id = agent.asked('startPlan')[0]?.id;
    const { line } = agent;
    const all = [
      line.frame({ case: 'done', value: {} }, id),
      line.frame(samples(1)),
      line.frame(planDone(2)),
    ];
    line.raw(Buffer.concat(all));
    valueOf(await started);
    expect(blocksOf(events)).toEqual([1, 2]);
    expect(states.map(({ kind }) => kind).slice(-2)).toEqual(['running', 'ready']);
    await session.close();
  });

  it('is acknowledged as it is stored, the last block too, several calls in one message', async () => {
    const { agent, session } = await running();
    for (const block of [1, 2, 3]) agent.line.say(samples(block));
    session.ackUpTo(1);
    session.ackUpTo(2);
    await settle();
    session.ackUpTo(2);
    agent.line.say(planDone(4));
    session.ackUpTo(4);
    await settle();
    expect(acksOf(agent)).toEqual([2n, 4n]);
    expect(() => {
      session.ackUpTo(5);
    }).toThrow(RangeError);
    await session.close();
  });

  it('that the agent refuses is none, and another can be tried', async () => {
    const { agent, session } = await stand();
    const value = { code: FailureCode.FAILURE_UNKNOWN_BENCHMARK, message: "No benchmark 'mem.x'." };
    agent.answers = { startPlan: [{ case: 'failure', value }] };
    expect(problemOf(await session.startPlan(plan)).code).toBe('unknown-benchmark');
    expect(session.state.kind).toBe('ready');
    agent.answers = {};
    valueOf(await session.startPlan(plan));
    expect(problemOf(await session.startPlan(plan))).toMatchObject({ code: 'busy' });
    await session.close();
  });

  it('whose start is not answered is cancelled, and what comes of it is thrown away', async () => {
    const { agent, session, clock, plan: events } = await stand();
    agent.answers = { startPlan: null };
    const started = session.startPlan(plan);
    await clock.advance(10_000);
    expect(problemOf(await started).code).toBe('request-timeout');
    expect(agent.asked('cancel').length).toBe(1);
    agent.line.say(samples(1));
    agent.line.say(planDone(2));
    await settle();
    expect(events).toEqual([]);
    expect(acksOf(agent)).toEqual([1n, 2n]);
    await session.close();
  });

  it('can be cancelled: its plan-done comes all the same', async () => {
    const { agent, session, plan: events, aborted } = await running();
    agent.line.say(samples(1));
    valueOf(await session.cancel());
    agent.line.say({
      case: 'planDone',
      value: { block: 2n, runId: 'r1', cancelled: true, reason: 'by the host' },
    });
    expect(events.at(-1)).toMatchObject({ kind: 'plan-done', cancelled: true, reason: 'by the host' });
    expect([session.state.kind, aborted]).toEqual(['ready', []]);
    await session.close();
  });

  it('has a gap where the agent dropped blocks while we listened', async () => {
    const { agent, plan: events, gaps, session } = await running();
    agent.line.say(samples(1));
    agent.line.say(samples(5));
    expect(blocksOf(events)).toEqual([1, 5]);
    expect(gaps).toMatchObject([{ droppedBlocks: 3 }]);
    expect(gaps[0]?.reason).toContain('had to drop');
    await session.close();
  });

  it('is aborted once when the session is closed', async () => {
    const { agent, session, aborted } = await running();
    await session.close();
    agent.line.say(samples(1));
    expect(aborted).toMatchObject([{ runId: 'r1', problem: { code: 'closed' } }]);
  });
});

describe('a DSP that restarts', () => {
  const nodes = (path: string) => ({ nodes: [{ path, dsp: 'cdsp', generation: 'qda-v1' }] });
  const enodev = { case: 'pointDone', value: { block: 1n, status: Status.ERROR, error: -19 } } as const;

  it('is noticed after a run that met ENODEV, by its other node', async () => {
    const { agent, session } = await running();
    agent.answers = { getIdentity: [{ case: 'identity', value: nodes('/dev/accel/accel0') }] };
    await session.identity();
    agent.answers = { getIdentity: [{ case: 'identity', value: nodes('/dev/accel/accel2') }] };
    agent.line.say(enodev);
    agent.line.say(planDone(2));
    await settle();
    expect(session.state).toEqual({ kind: 'dsp-restarted', dsp: 'cdsp' });
    await session.identity();
    expect(session.state.kind).toBe('ready');
    await session.close();
  });

  it('is not guessed from ENODEV alone: no bank free gives that too', async () => {
    const { agent, session } = await running();
    agent.answers = { getIdentity: [{ case: 'identity', value: nodes('/dev/accel/accel0') }] };
    await session.identity();
    agent.line.say(enodev);
    agent.line.say(planDone(2));
    await settle();
    expect(agent.asked('getIdentity').length).toBe(2);
    expect(session.state.kind).toBe('ready');
    await session.close();
  });
});
