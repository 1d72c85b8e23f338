// Following adb servers of a test's own: whole, in pieces, of other versions, gone and back, mute, full of nonsense.
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Identities } from '../../../electron/link/adb/identities.ts';
import { Ways } from '../../../electron/link/adb/ways.ts';
import type { ServerAddress } from '../../../electron/link/adb-server/address.ts';
import type { FollowOptions } from '../../../electron/link/adb-server/follow.ts';
import { adbServerProvider } from '../../../electron/link/adb-server/provider.ts';
import type { Provider } from '../../../electron/link/interfaces/link.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';
import { failed, FakeServer, okay, plainServer, words, type Script } from './fake-adb-server.ts';

const BOARD = '3c1a5f0b               device usb:1-1 product:p model:SA8775P device:d transport_id:1\n';

let ends: (() => Promise<void>)[] = [];
const rejections: unknown[] = [];
const rejected = (error: unknown): number => rejections.push(error);
beforeEach(() => {
  ends = [];
  process.on('unhandledRejection', rejected);
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  process.off('unhandledRejection', rejected);
  expect(rejections).toEqual([]);
});

async function serving(script: Script, port?: number): Promise<FakeServer> {
  const server = await FakeServer.start(script, port);
  ends.push(() => server.close());
  return server;
}

interface Followed {
  readonly provider: Provider;
  readonly ways: Ways;
  changes: number;
  /** Ids with states, or the problem's code. */
  readonly seen: () => Promise<unknown>;
}

function follow(address: ServerAddress, options: FollowOptions = {}): Followed {
  const ways = new Ways();
  const provider = adbServerProvider(
    ok(address),
    {
      ways,
      identities: new Identities(ways),
      targetOf: (summary) => ({ summary, deploy: async () => fail('no', 'Not asked for.') }),
    },
    { answerMs: 20_000, retryMs: 10, ...options },
  );
  ends.push(async () => provider.close?.());
  const followed: Followed = {
    provider,
    ways,
    changes: 0,
    seen: async () => {
      const list = await provider.list();
      return list.ok ? list.value.map(({ summary }) => [summary.id, summary.state]) : list.problem.code;
    },
  };
  provider.onChange?.(() => {
    followed.changes += 1;
  });
  return followed;
}

const slowly = (socket: Socket, text: string): void => {
  const bytes = Buffer.from(text);
  let at = 0;
  const next = (): void => {
    if (at >= bytes.length) return;
    socket.write(bytes.subarray(at, at + 1));
    at += 1;
    setImmediate(next);
  };
  next();
};

describe('a server', () => {
  it('is followed: its boards come and go without being asked for', async () => {
    const server = await serving(plainServer(() => ''));
    const { seen, ways } = follow(server.address());
    expect(await seen()).toEqual([]);
    const asked = server.asked.length;
    server.tell(BOARD);
    await expect.poll(seen).toEqual([['3c1a5f0b', 'ready']]);
    expect(ways.to('3c1a5f0b')).toMatchObject([
      {
        transport: 'adb',
        serial: '3c1a5f0b',
        via: `adb server 127.0.0.1:${server.port}, USB 1-1`,
        usable: true,
      },
    ]);
    server.tell(BOARD.replace('device usb', 'unauthorized usb'));
    await expect.poll(seen).toEqual([['3c1a5f0b', 'unauthorized']]);
    expect(ways.to('3c1a5f0b')).toMatchObject([{ usable: false }]);
    expect(await ways.to('3c1a5f0b')[0]?.open()).toMatchObject({
      ok: false,
      problem: { code: 'unauthorized' },
    });
    server.tell('');
    await expect.poll(seen).toEqual([]);
    expect(ways.to('3c1a5f0b')).toEqual([]);
    expect(server.asked.length).toBe(asked);
  });

  it('that sends each byte alone is understood', async () => {
    const server = await serving(plainServer(() => BOARD, { write: slowly }));
    expect(await follow(server.address()).seen()).toEqual([['3c1a5f0b', 'ready']]);
  });

  it('of any version is followed, of an old one by its short list', async () => {
    for (const version of [40, 41, 42, 1000]) {
      const server = await serving(plainServer(() => BOARD, { version }));
      expect(await follow(server.address()).seen()).toEqual([['3c1a5f0b', 'ready']]);
    }
    const old = await serving((service, socket, server) => {
      if (service !== 'host:track-devices') plainServer(() => '', { version: 39 })(service, socket, server);
      else socket.write(okay + words('3c1a5f0b\tdevice\n'));
    });
    expect(await follow(old.address()).seen()).toEqual([['3c1a5f0b', 'ready']]);
    expect(old.asked).toEqual(['host:version', 'host:track-devices-l', 'host:track-devices']);
  });

  it('that is too old for any list is refused with its version', async () => {
    const server = await serving(plainServer(() => '', { version: 20 }));
    const { provider } = follow(server.address());
    expect(await provider.list()).toMatchObject({
      ok: false,
      problem: {
        code: 'adb-server-version',
        message: `The adb server 127.0.0.1:${server.port} (version 20) does not tell which boards it sees: "unknown host service".`,
      },
    });
  });

  it('that hangs does not keep who closes', async () => {
    const server = await serving(() => undefined);
    const { provider } = follow(server.address());
    await expect.poll(() => server.asked).toEqual(['host:version']);
    const list = provider.list();
    await provider.close?.();
    expect(await list).toEqual(ok([]));
    await expect.poll(() => server.connections).toBe(0);
  });

  it('is never asked to do anything', async () => {
    const server = await serving(plainServer(() => BOARD));
    const { seen, provider } = follow(server.address());
    await seen();
    await provider.close?.();
    expect(server.asked).toEqual(['host:version', 'host:track-devices-l']);
  });
});

describe('a server that is not there', () => {
  it('is silence, unless the user named it in this call', async () => {
    const server = await FakeServer.start(plainServer(() => ''));
    const [usual, named] = [server.address(), server.address(true)];
    await server.close();
    expect(await follow(usual).seen()).toEqual([]);
    expect(await follow(named).seen()).toBe('adb-server-absent');
  });

  it('is found when it comes, and again after it was restarted', async () => {
    const first = await FakeServer.start(plainServer(() => ''));
    await first.close();
    const { seen, ways } = follow(first.address());
    expect(await seen()).toEqual([]);
    for (const serial of ['a', 'b']) {
      const again = await FakeServer.start(
        plainServer(() => `${serial} device usb:1-1 transport_id:1\n`),
        first.port,
      );
      await expect.poll(seen).toEqual([[serial, 'ready']]);
      await again.close();
      await expect.poll(seen).toEqual([]);
      expect(ways.boards()).toEqual([]);
    }
  });

  it('does not stop a list for long, nor after it was closed', async () => {
    const server = await serving(plainServer(() => BOARD));
    const { provider, seen, ways } = follow(server.address());
    await seen();
    await provider.close?.();
    expect(ways.boards()).toEqual([]);
    expect(await seen()).toEqual([['3c1a5f0b', 'ready']]); // asked again, it looks again
  });
});

describe('what is no server', () => {
  const codeOf = async (script: Script, options: FollowOptions = {}): Promise<unknown> => {
    const server = await serving(script);
    return await follow(server.address(), options).seen();
  };
  const toList =
    (then: (socket: Socket) => void): Script =>
    (service, socket, server) => {
      if (service === 'host:version') plainServer(() => '')(service, socket, server);
      else then(socket);
    };

  it('takes connections and says nothing', async () => {
    const soon = { answerMs: 300 };
    expect(await codeOf(() => undefined, soon)).toBe('adb-server-silent');
    expect(
      await codeOf(
        toList((socket) => socket.write(okay)),
        soon,
      ),
    ).toBe('adb-server-silent');
    expect(
      await codeOf(
        toList((socket) => socket.write(`${okay}ffffabc`)),
        soon,
      ),
    ).toBe('adb-server-silent');
  });

  it('talks nonsense', async () => {
    expect(await codeOf((_, socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))).toBe(
      'adb-server-garbage',
    );
    expect(await codeOf((_, socket) => socket.write('\0\xff\x01\x02'))).toBe('adb-server-garbage');
    expect(await codeOf((_, socket) => socket.write(okay + words('no number')))).toBe('adb-server-garbage');
    expect(await codeOf(toList((socket) => socket.write(`${okay}-001`)))).toBe('adb-server-garbage');
    expect(await codeOf(toList((socket) => socket.write(okay + words('nonsense'))))).toBe(
      'adb-server-garbage',
    );
  });

  it('hangs up in the middle: that is a server that ends', async () => {
    expect(await codeOf((_, socket) => socket.end('OK'))).toEqual([]);
    expect(await codeOf(toList((socket) => socket.end(`${okay}00ff`)))).toEqual([]);
  });

  it('floods: no more is held of it than four digits can say', async () => {
    const before = process.memoryUsage().arrayBuffers;
    let sent = 0;
    const server = await serving((service, socket) => {
      socket.write(service === 'host:version' ? okay + words('0029') : `${okay}ffff`);
      const piece = Buffer.alloc(1 << 16, 'a b ');
      const flood = (): void => {
        while (!socket.destroyed && sent < 256 << 20) {
          sent += piece.length;
          if (!socket.write(piece)) break;
        }
      };
      if (service !== 'host:version') {
        socket.on('drain', flood);
        flood();
      }
    });
    expect(await follow(server.address()).seen()).toBe('adb-server-garbage');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
    expect(sent).toBeLessThan(64 << 20);
  });

  it('is one no longer when a real server is in its place', async () => {
    const wrong = await FakeServer.start((_, socket) => socket.write('nonsense'));
    const { seen } = follow(wrong.address());
    expect(await seen()).toBe('adb-server-garbage');
    await wrong.close();
    await serving(
      plainServer(() => BOARD),
      wrong.port,
    );
    await expect.poll(seen).toEqual([['3c1a5f0b', 'ready']]);
  });
});

describe('a device', () => {
  const withDevice =
    (then: (service: string, socket: Socket) => void, list = (): string => BOARD): Script =>
    (service, socket, server) => {
      if (/^host:(version|track)/.test(service)) plainServer(list)(service, socket, server);
      else then(service, socket);
    };
  const openOn = async (
    then: (service: string, socket: Socket) => void,
  ): Promise<{ server: FakeServer; opened: unknown }> => {
    const server = await serving(withDevice(then));
    const { seen, ways } = follow(server.address());
    await seen();
    return { server, opened: await ways.to('3c1a5f0b')[0]?.open() };
  };

  it('that the server refuses is refused in a sentence', async () => {
    const saying = async (text: string): Promise<unknown> =>
      (await openOn((_, socket) => socket.write(failed(text)))).opened;
    expect(await saying("device '3c1a5f0b' not found")).toMatchObject({ problem: { code: 'unknown-board' } });
    expect(await saying('device offline')).toMatchObject({ problem: { code: 'offline' } });
    expect(await saying("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set")).toMatchObject(
      { problem: { code: 'unauthorized' } },
    );
    expect(await saying('device still authorizing')).toMatchObject({ problem: { code: 'unauthorized' } });
    expect(await saying('something else')).toMatchObject({
      problem: { code: 'adb-protocol', message: expect.stringContaining('"something else"') as unknown },
    });
  });

  it('is opened by its number, and its features are asked of the server', async () => {
    const { server, opened } = await openOn((service, socket) => {
      socket.write(service === 'host:features' ? okay + words('shell_v2,cmd') : okay);
    });
    expect(opened).toMatchObject({
      ok: true,
      value: { features: ['shell_v2', 'cmd'], banner: { model: 'SA8775P' } },
    });
    expect(server.asked.slice(2)).toEqual(['host:transport-id:1', 'host:features']);
  });

  it('of a server that knows no features and no numbers is opened all the same', async () => {
    const server = await serving((service, socket) => {
      if (service === 'host:version') socket.write(okay + words('001f'));
      else if (service === 'host:track-devices') socket.write(okay + words('odd : $(x)\tdevice\n'));
      else if (service.startsWith('host:transport:')) socket.write(okay);
      else socket.write(failed('unknown host service'));
    });
    const { seen, ways } = follow(server.address());
    await seen();
    expect(await ways.to('odd : $(x)')[0]?.open()).toMatchObject({ ok: true, value: { features: [] } });
    expect(server.asked.at(-2)).toBe('host:transport:odd : $(x)');
  });

  it('on the network gets the id of its cable where that comes later, by their boot', async () => {
    const NETWORK = '10.0.0.7:5555          device product:p model:SA8775P device:d transport_id:7\n';
    const server = await serving(
      withDevice(
        (service, socket) => {
          if (service.startsWith('exec:')) socket.end(`${okay}qda-lab boot b1\nqda-lab prop ABC1\n`);
          else socket.write(service === 'host:features' ? okay + words('cmd') : okay);
        },
        () => NETWORK,
      ),
    );
    const { seen, ways } = follow(server.address());
    expect(await seen()).toEqual([['ABC1', 'ready']]);
    server.tell(NETWORK + BOARD);
    await expect.poll(() => ways.boards()).toEqual(['3c1a5f0b']);
    expect(await seen()).toEqual([
      ['3c1a5f0b', 'ready'],
      ['3c1a5f0b', 'ready'],
    ]);
    expect(ways.to('3c1a5f0b')).toHaveLength(2);
    server.tell(NETWORK);
    await expect.poll(seen).toEqual([['3c1a5f0b', 'ready']]);
  });

  it('is gone when the list says so, or the server ends', async () => {
    for (const end of ['list', 'server'] as const) {
      const server = await serving(
        withDevice((service, socket) => {
          socket.write(service === 'host:features' ? okay + words('shell_v2') : okay);
        }),
      );
      const { seen, ways } = follow(server.address());
      await seen();
      const opened = await ways.to('3c1a5f0b')[0]?.open();
      if (opened?.ok !== true) throw new Error('not open');
      const stream = await opened.value.connect('name');
      if (!stream.ok) throw new Error('no stream');
      const closed = vi.fn();
      stream.value.onData(() => undefined);
      stream.value.onClose(closed);
      if (end === 'list') server.tell(BOARD.replace('device', 'offline'));
      else await server.close();
      expect(await opened.value.gone).toMatchObject({ code: end === 'list' ? 'offline' : 'connection-lost' });
      await expect.poll(() => closed.mock.calls.length).toBe(1);
      expect(await opened.value.run('true')).toMatchObject({ ok: false });
      await opened.value.close();
    }
  });
});
