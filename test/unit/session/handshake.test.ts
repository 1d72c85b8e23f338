import { describe, expect, it } from 'vitest';
import type { BoardState } from '../../../electron/model/board.ts';
import { fail } from '../../../electron/model/outcome.ts';
import { openSession } from '../../../electron/session/open.ts';
import { encodeFrame } from '../../../electron/wire/framing.ts';
import { FailureCode } from '../../../electron/wire/gen/qda_lab_pb.js';
import { FakeAgent, type Body } from './fake-agent.ts';
import { FakeClock } from './fake-clock.ts';
import { problemOf, stand } from './harness.ts';

interface Refused {
  readonly problem: { readonly code: string; readonly message: string };
  readonly states: readonly BoardState[];
  readonly clock: FakeClock;
}

/** Opens a session that must not come about. */
async function refused(agent: FakeAgent, waitMs = 0): Promise<Refused> {
  const clock = new FakeClock();
  const states: BoardState[] = [];
  const opening = openSession(agent, {
    clock,
    onState: (state) => {
      states.push(state);
    },
  });
  await clock.advance(waitMs);
  return { problem: problemOf(await opening), states, clock };
}

const failure = (code: FailureCode, message: string): readonly Body[] => [
  { case: 'failure', value: { code, message } },
];

describe('the handshake', () => {
  it('says hello first, with token, build and protocol, and makes the board ready', async () => {
    const { agent, session, states } = await stand();
    expect(agent.requests.map(({ request }) => request)).toMatchObject([
      { case: 'hello', value: { token: 'the token', buildId: 'the build', protocol: 1, resumeAfter: 0n } },
    ]);
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'connecting', 'ready']);
    expect(session.welcome).toMatchObject({ session: 's1', runningPlan: null });
    await session.close();
  });

  it.each([
    ['a wrong token', FailureCode.FAILURE_BAD_TOKEN, 'bad-token', 'failed'],
    ['another build', FailureCode.FAILURE_BUILD_MISMATCH, 'build-mismatch', 'failed'],
    ['another connection', FailureCode.FAILURE_BUSY, 'busy', 'busy'],
  ])('the agent refuses: %s', async (_what, code, word, state) => {
    const agent = new FakeAgent();
    agent.answers = { hello: failure(code, 'because') };
    const { problem, states, clock } = await refused(agent);
    expect(problem).toMatchObject({ code: word, message: 'because' });
    expect(states.at(-1)?.kind).toBe(state);
    expect([agent.stops, agent.line.closed, clock.waiting]).toEqual([1, true, 0]);
  });

  it.each([
    ['another build', { buildId: 'older' }, 'build-mismatch', "'older'"],
    ['another protocol', { buildId: 'the build', protocol: 2 }, 'protocol-mismatch', 'protocol 2'],
  ])('the host refuses: %s', async (_what, welcome, code, text) => {
    const agent = new FakeAgent();
    agent.welcome = { protocol: 1, session: 's1', ...welcome };
    const { problem, states, clock } = await refused(agent);
    expect(problem.code).toBe(code);
    expect(problem.message).toContain(text);
    expect(states.at(-1)?.kind).toBe('failed');
    expect([agent.stops, agent.line.closed, clock.waiting]).toEqual([1, true, 0]);
  });

  it('gives up on an agent that says nothing', async () => {
    const agent = new FakeAgent();
    agent.answers = { hello: null };
    const { problem, clock } = await refused(agent, 5_000);
    expect(problem.code).toBe('request-timeout');
    expect([agent.stops, clock.waiting]).toEqual([1, 0]);
  });

  it('refuses an agent that talks before it is greeted', async () => {
    const agent = new FakeAgent();
    agent.answers = { hello: null };
    const opening = refused(agent);
    await Promise.resolve();
    await Promise.resolve();
    agent.line.say({ case: 'heartbeat', value: {} });
    expect((await opening).problem.code).toBe('no-welcome');
  });

  it.each([
    ['garbage', Uint8Array.from([1, 2, 3, 4, 5]), 'frame-oversized'],
    ['a frame that is no message', encodeFrame(Uint8Array.from([255, 255])), 'bad-frame'],
  ])('refuses %s', async (_what, bytes, code) => {
    const agent = new FakeAgent();
    agent.answers = { hello: null };
    const opening = refused(agent);
    await Promise.resolve();
    await Promise.resolve();
    agent.line.raw(bytes);
    expect((await opening).problem.code).toBe(code);
    expect(agent.stops).toBe(1);
  });

  it('tells why the agent died while it was greeted', async () => {
    const agent = new FakeAgent();
    agent.answers = { hello: null };
    const opening = refused(agent);
    await Promise.resolve();
    await Promise.resolve();
    agent.die({ code: 'agent-died', message: 'It was killed by SIGSEGV.', remedy: '' });
    const { problem, states } = await opening;
    expect(problem.code).toBe('agent-died');
    expect(states.at(-1)).toMatchObject({ kind: 'failed', reason: 'It was killed by SIGSEGV.' });
  });

  it('passes on why the agent could not be started', async () => {
    const agent = new FakeAgent();
    agent.deploy = () => Promise.resolve(fail('unknown-board', 'No board of that name.'));
    const { problem, states } = await refused(agent);
    expect(problem.code).toBe('unknown-board');
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'absent']);
  });

  it('leaves nothing behind when it was cancelled', async () => {
    const agent = new FakeAgent();
    const abort = new AbortController();
    abort.abort();
    const outcome = await openSession(agent, { clock: new FakeClock(), signal: abort.signal });
    expect(problemOf(outcome).code).toBe('cancelled');
    expect([agent.stops, agent.line.closed]).toEqual([1, true]);
  });
});
