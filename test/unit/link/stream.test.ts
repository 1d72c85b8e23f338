import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../electron/link/interfaces/link.ts';
import { connectAbstract } from '../../../electron/link/virtual/stream.ts';
import type { Problem } from '../../../electron/model/outcome.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function pair(): Promise<{ stream: Connection; peer: Socket; name: string }> {
  const name = `qda-lab-test/${randomUUID()}`;
  const server = createServer().listen({ path: `\0${name}` });
  servers.push(server);
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const stream = await connectAbstract(name, 'the agent', 5_000);
  if (!stream.ok) throw new Error(stream.problem.message);
  const [peer] = await accepted;
  peer.on('error', () => undefined); // what it writes to a stream that was closed
  return { stream: stream.value, peer, name };
}

const closing = (stream: Connection): Promise<Problem | null> =>
  new Promise((resolve) => {
    stream.onClose(resolve);
  });

describe('a stream over an abstract socket', () => {
  it('carries bytes both ways', async () => {
    const { stream, peer } = await pair();
    const heard = new Promise<Uint8Array>((resolve) => {
      stream.onData(resolve);
    });
    peer.on('data', (bytes) => peer.write(Buffer.concat([Buffer.from('>'), bytes])));
    await stream.send(Buffer.from('ping'));
    expect(Buffer.from(await heard).toString()).toBe('>ping');
    stream.close();
  });

  it('gives all that was written before the peer closed, and then says so', async () => {
    const { stream, peer } = await pair();
    let bytes = 0;
    stream.onData((piece) => {
      bytes += piece.length;
    });
    peer.end(Buffer.alloc(3_000_000));
    expect(await closing(stream)).toMatchObject({
      code: 'connection-lost',
      message: 'The stream was closed by the agent.',
    });
    expect(bytes).toBe(3_000_000);
  });

  it('holds back who sends more than is taken, and lets go when the stream ends', async () => {
    const { stream, peer } = await pair();
    peer.pause();
    let sent = 0;
    for (; sent < 1_000; sent += 1) {
      const taken = await Promise.race([
        stream.send(Buffer.alloc(65_536)).then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 200, false)),
      ]);
      if (!taken) break;
    }
    expect(sent).toBeLessThan(1_000);
    const stuck = stream.send(Buffer.alloc(1));
    stream.onData(() => undefined);
    peer.destroy();
    await stuck;
    await stream.send(Buffer.alloc(1));
  });

  it('tells an end by us from an end by the peer', async () => {
    const { stream, peer } = await pair();
    const gone = once(peer, 'close');
    peer.resume();
    const closed = closing(stream);
    stream.onData(() => undefined);
    stream.close();
    expect(await closed).toBeNull();
    await gone;
  });

  it('is refused where nobody listens', async () => {
    const name = `qda-lab-test/${randomUUID()}`;
    const message = `No connection to the agent at ${name}: nobody listens there.`;
    const outcome = await connectAbstract(name, 'the agent', 5_000);
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'connection-refused', message } });
  });

  it('does not take a longer name for a shorter one', async () => {
    const { name, stream } = await pair();
    expect((await connectAbstract(`${name}x`, 'the agent', 5_000)).ok).toBe(false);
    expect((await connectAbstract(name.slice(0, -1), 'the agent', 5_000)).ok).toBe(false);
    stream.close();
  });
});
