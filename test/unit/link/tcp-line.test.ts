// A line to a daemon that takes connections and says nothing: who waits for it is let go when it is closed.
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTcpAddress } from '../../../electron/link/tcp/address.ts';
import { TcpLine } from '../../../electron/link/tcp/line.ts';

describe('a line to a daemon that says nothing', () => {
  const sockets = new Set<Socket>();
  let server: Server;
  let line: TcpLine;

  beforeEach(async () => {
    server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const parsed = parseTcpAddress(`127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    line = new TcpLine(parsed.value, { keys: { iterateKeys: () => [], generateKey: noKey } });
  });
  afterEach(async () => {
    await line.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => server.close(resolve));
  });
  const noKey = (): never => {
    throw new Error('no key is asked for');
  };
  const connected = (): Promise<unknown> => new Promise((resolve) => server.once('connection', resolve));

  it('lets those go who wait for its state when it is closed', async () => {
    const came = connected();
    line.start();
    await came;
    const waiting = [line.settled(), line.settled()];
    await line.close();
    await Promise.all(waiting);
    expect(line.state.kind).toBe('connecting');
  });

  it('tells those who want the board that the line was closed', async () => {
    const came = connected();
    const opening = line.open();
    await came;
    await line.close();
    expect(await opening).toMatchObject({ ok: false, problem: { code: 'closed' } });
  });

  it('connects anew when it is started again before the try that was ended is over', async () => {
    const first = connected();
    line.start();
    await first;
    await line.close();
    const second = connected();
    line.start();
    await second;
    expect(line.state.kind).toBe('connecting');
  });
});
