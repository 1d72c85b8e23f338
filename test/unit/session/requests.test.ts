import { describe, expect, it } from 'vitest';
import { FailureCode, Tier } from '../../../electron/wire/gen/qda_lab_pb.js';
import { settle } from './fake-clock.ts';
import { problemOf, stand, valueOf } from './harness.ts';

describe('requests', () => {
  it('get their own replies, whatever the order', async () => {
    const { agent, session } = await stand();
    agent.answers = { getIdentity: null, getChecks: null };
    const identity = session.identity();
    const checks = session.checks();
    const [first, second] = [agent.asked('getIdentity')[0]?.id, agent.asked('getChecks')[0]?.id];
    agent.line.say({ case: 'checks', value: { checks: [{ name: 'node' }] } }, second);
    agent.line.say({ case: 'identity', value: { model: 'Lemans' } }, first);
    expect(valueOf(await checks)).toMatchObject([{ name: 'node', state: 'ok' }]);
    expect(valueOf(await identity)).toMatchObject({ model: 'Lemans', serial: null });
    await session.close();
  });

  it('a snapshot is collected from its chunks, each of which may take its time', async () => {
    const { agent, session, clock } = await stand();
    agent.answers = { getMemory: null };
    const memory = session.memory(['proc']);
    const id = agent.asked('getMemory')[0]?.id;
    const holder = (fd: number) => ({ record: { case: 'holder' as const, value: { pid: 1, fd, ino: 7n } } });
    for (const fd of [3, 4, 5]) {
      await clock.advance(9_000);
      agent.line.say({ case: 'memory', value: { records: [holder(fd)] } }, id);
    }
    const tiers = [{ tier: Tier.PROC, available: true }];
    agent.line.say({ case: 'memory', value: { last: true, takenNs: 5n, tiers } }, id);
    const snapshot = valueOf(await memory);
    expect(snapshot.facts.map((fact) => fact.kind === 'holder' && fact.fd)).toEqual([3, 4, 5]);
    expect(snapshot).toMatchObject({ takenNs: 5, tiers: [{ tier: 'proc', available: true }] });
    await session.close();
  });

  it('refused ones keep the words of the agent', async () => {
    const { agent, session } = await stand();
    const value = { code: FailureCode.FAILURE_UNAVAILABLE, message: 'No tracefs here. Be root.', error: -13 };
    agent.answers = { startEvents: [{ case: 'failure', value }] };
    expect(problemOf(await session.startEvents())).toMatchObject({
      code: 'unavailable',
      message: 'No tracefs here. Be root.',
    });
    await session.close();
  });

  it('unanswered ones end, and their late reply hurts nobody', async () => {
    const { agent, session, clock } = await stand();
    agent.answers = { ping: null };
    const ping = session.ping();
    await clock.advance(10_000);
    expect(problemOf(await ping)).toMatchObject({ code: 'request-timeout' });
    agent.line.say({ case: 'done', value: {} }, agent.asked('ping')[0]?.id);
    await settle();
    expect([session.state.kind, agent.connections.length]).toEqual(['ready', 1]);
    agent.answers = {};
    expect((await session.ping()).ok).toBe(true);
    await session.close();
  });

  it('an answer of another kind is a problem of that request', async () => {
    const { agent, session } = await stand();
    agent.answers = { getChecks: [{ case: 'environment', value: {} }] };
    expect(problemOf(await session.checks())).toMatchObject({ code: 'unexpected-reply' });
    expect((await session.ping()).ok).toBe(true);
    await session.close();
  });

  it('fail at once when the stream breaks under them, and while it is away', async () => {
    const { agent, session, clock } = await stand();
    agent.answers = { getEnvironment: null };
    const environment = session.environment();
    agent.reachable = false;
    agent.line.hangUp();
    expect(problemOf(await environment).code).toBe('connection-lost');
    expect(problemOf(await session.environment()).message).toContain('state: lost');
    const closing = session.close();
    await clock.advance(500);
    await closing;
    expect(session.state.kind).toBe('offline');
  });

  it('events and notices of the agent reach their listeners', async () => {
    const { agent, session, notices } = await stand();
    const heard: unknown[] = [];
    session.on('memory', ({ lost }) => heard.push(['memory', lost]));
    session.on('log', ({ level, text }) => heard.push(['log', level, text]));
    const stop = session.on('heartbeat', ({ rssBytes }) => heard.push(['heartbeat', rssBytes]));
    agent.line.say({ case: 'heartbeat', value: { rssBytes: 9n } });
    agent.line.say({ case: 'events', value: { lost: 4n } });
    agent.line.say({ case: 'log', value: { level: 2, text: 'hot' } });
    stop();
    agent.line.say({ case: 'heartbeat', value: { rssBytes: 10n } });
    agent.line.say({
      case: 'failure',
      value: { code: FailureCode.FAILURE_BAD_FRAME, message: 'What was that?' },
    });
    expect(heard).toEqual([
      ['heartbeat', 9],
      ['memory', 4],
      ['log', 'warn', 'hot'],
    ]);
    expect(notices).toMatchObject([{ code: 'bad-frame', message: 'What was that?' }]);
    await session.close();
  });
});

describe('closing', () => {
  it('asks the agent to end, ends it, and lets go of everything', async () => {
    const { agent, session, clock } = await stand();
    await Promise.all([session.close(), session.close()]);
    expect(agent.asked('shutdown').length).toBe(1);
    expect([agent.stops, agent.line.closed, clock.waiting]).toEqual([1, true, 0]);
    expect(session.state).toMatchObject({ kind: 'offline' });
    expect(problemOf(await session.ping()).code).toBe('not-connected');
  });

  it('does not wait for an agent that hangs', async () => {
    const { agent, session, clock } = await stand();
    agent.answers = { shutdown: null };
    const closing = session.close();
    await clock.advance(1_000);
    await closing;
    expect([agent.stops, clock.waiting]).toEqual([1, 0]);
  });

  it('takes the agent that ends at its request for what it is', async () => {
    const { agent, session } = await stand();
    const closing = session.close();
    agent.line.hangUp();
    agent.die({ code: 'agent-ended', message: 'It ended.', remedy: '' });
    await closing;
    expect(session.state).toMatchObject({ kind: 'offline' });
  });
});
