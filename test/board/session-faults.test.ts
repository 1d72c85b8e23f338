// What goes wrong under a session with the real agent: each with a sentence, and nothing left behind.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../electron/link/interfaces/link.ts';
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import { openSession } from '../../electron/session/open.ts';
import { encodeFrame, FrameDecoder } from '../../electron/wire/framing.ts';
import { encodeRequest } from '../../electron/wire/fromModel.ts';
import type { AgentMessage } from '../../electron/wire/messages.ts';
import { decodeFromAgent } from '../../electron/wire/toModel.ts';
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
beforeEach(async () => {
  board = await boardOfOwn();
});
afterEach(async () => {
  await Watched.closeAll();
  await board.stop();
  await nothingStays(() => remainsOf(board.name));
});

const agents = (): number[] => processesOf('qda-agent', board.name);

/** A session in whose run samples have come. */
async function measuring(): Promise<Watched> {
  const watched = await Watched.open(await targetOf(board));
  await watched.session.identity();
  valueOf(await watched.session.startPlan(endless));
  await until('samples', () => watched.events.some(({ kind }) => kind === 'samples'));
  return watched;
}

describe('who is let in', () => {
  it('nobody with another token', async () => {
    const target = new SpoiltTarget(await targetOf(board), { token: 'x'.repeat(64) });
    expect(problemOf(await openSession(target))).toMatchObject({ code: 'bad-token' });
    expect(agents()).toEqual([]);
  });

  it('nobody of another build', async () => {
    const target = new SpoiltTarget(await targetOf(board), { buildId: '0123456789abcdef' });
    const problem = problemOf(await openSession(target));
    expect(problem.code).toBe('build-mismatch');
    expect(problem.message).toContain('0123456789abcdef');
    expect(agents()).toEqual([]);
  });

  it('no second host, while the first is there', async () => {
    const deployment = valueOf(await (await targetOf(board)).deploy({}));
    const { token, buildId } = deployment;
    const hello = valueOf(encodeRequest(1, { kind: 'hello', token, buildId, resumeAfter: 0 }));
    const first = new Peer(valueOf(await deployment.connect()));
    await first.connection.send(hello);
    expect((await first.message(0)).body).toMatchObject({ kind: 'welcome' });
    const second = new Peer(valueOf(await deployment.connect()));
    await second.connection.send(hello);
    expect((await second.message(0)).body).toMatchObject({ kind: 'failure', refusal: { code: 'busy' } });
    first.connection.close();
    second.connection.close();
    await deployment.stop();
  });
});

describe('what the agent is sent', () => {
  it.each([
    ['garbage', encodeFrame(Uint8Array.from([255, 255, 255]))],
    ['an oversized frame', Uint8Array.from([1, 0, 16, 0])],
    ['an empty frame', new Uint8Array(4)],
    ['text', new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')],
  ])('%s is answered with a sentence, and the next host is let in', async (_what, bytes) => {
    const deployment = valueOf(await (await targetOf(board)).deploy({}));
    const peer = new Peer(valueOf(await deployment.connect()));
    await peer.connection.send(bytes);
    const { body } = await peer.message(0);
    expect(body).toMatchObject({ kind: 'failure', refusal: { code: 'bad-frame' } });
    await peer.closed;
    const { token, buildId } = deployment;
    const next = new Peer(valueOf(await deployment.connect()));
    await next.connection.send(valueOf(encodeRequest(1, { kind: 'hello', token, buildId, resumeAfter: 0 })));
    expect((await next.message(0)).body.kind).toBe('welcome');
    await next.connection.send(bytes);
    await next.closed;
    expect(agents().length).toBe(1);
    await deployment.stop();
  });

  it('a request before the hello is refused', async () => {
    const deployment = valueOf(await (await targetOf(board)).deploy({}));
    const peer = new Peer(valueOf(await deployment.connect()));
    await peer.connection.send(valueOf(encodeRequest(1, { kind: 'get-identity' })));
    const { body } = await peer.message(0);
    expect(body).toMatchObject({ kind: 'failure', refusal: { code: 'bad-frame' } });
    await peer.closed;
    await deployment.stop();
  });

  it('half a frame and then nothing hurts nobody', async () => {
    const deployment = valueOf(await (await targetOf(board)).deploy({}));
    const peer = new Peer(valueOf(await deployment.connect()));
    await peer.connection.send(Uint8Array.from([9, 0, 0, 0, 1]));
    peer.connection.close();
    await peer.closed;
    expect(agents().length).toBe(1);
    await deployment.stop();
  });
});

describe('an agent that is killed in a run', () => {
  it('ends the run with the reason; what had come is kept', async () => {
    const watched = await measuring();
    const [pid = 0] = agents();
    process.kill(pid, 'SIGKILL');
    await until('the end', () => watched.over);
    expect(watched.aborted).toMatchObject([{ code: 'agent-died' }]);
    expect(watched.aborted[0]?.message).toContain('killed by SIGKILL');
    expect(watched.session.state).toMatchObject({ kind: 'failed' });
    expect(watched.blocks).toEqual(watched.blocks.map((_, at) => at + 1));
    await watched.session.close();
  });
});

describe('a virtual board that is killed in a run', () => {
  it('ends the run', async () => {
    const watched = await measuring();
    process.kill(board.pid, 'SIGKILL');
    await until('the end', () => watched.over);
    const last = watched.events.at(-1);
    if (watched.aborted.length === 0) {
      expect(last).toMatchObject({ kind: 'plan-done', cancelled: false });
      expect(last?.kind === 'plan-done' && last.reason).toMatch(/went away during point 0/);
      expect(watched.events.some((event) => event.kind === 'done' && event.status !== 'pass')).toBe(true);
    }
    await watched.session.close();
  });
});

describe('a DSP that restarts in a run', () => {
  it('fails the points with ENODEV and is known by its other node', async () => {
    const watched = await Watched.open(await targetOf(board));
    const { session } = watched;
    await session.identity();
    valueOf(await session.startPlan(planOf({ samples: 2_000_000, budgetNs: 600e9 }, {})));
    await until('samples', () => watched.events.some(({ kind }) => kind === 'samples'));
    valueOf(await board.control.unplug('cdsp'));
    await until('plan-done', () => watched.over);
    expect(watched.events.find(({ kind }) => kind === 'done')).toMatchObject({ status: 'error', error: -19 });
    await until('dsp-restarted', () => session.state.kind === 'dsp-restarted');
    expect(session.state).toEqual({ kind: 'dsp-restarted', dsp: 'cdsp' });
    valueOf(await board.control.replug('cdsp'));
    valueOf(await session.identity());
    const events = watched.events.length;
    valueOf(await session.startPlan(planOf({})));
    await until('plan-done', () => watched.events.length > events && watched.over);
    expect(watched.events.at(-2)).toMatchObject({ kind: 'done', status: 'pass' });
    expect(session.state.kind).toBe('ready');
    await session.close();
  });
});

/** The bare wire to an agent. */
class Peer {
  readonly connection: Connection;
  readonly closed: Promise<void>;
  readonly #messages: AgentMessage[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
    const frames = new FrameDecoder();
    connection.onData((bytes) => {
      for (const frame of frames.push(bytes).frames) this.#messages.push(valueOf(decodeFromAgent(frame)));
    });
    this.closed = new Promise((resolve) => {
      connection.onClose(() => {
        resolve();
      });
    });
  }

  async message(index: number): Promise<AgentMessage> {
    await until('a message', () => this.#messages.length > index);
    const message = this.#messages[index];
    if (message === undefined) throw new Error('no message');
    return message;
  }
}
