import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { guardRejections } from './guard.ts';
import { HELLO, packet, seeded, startHostile, type Hostile, type HostPacket, type Play } from './hostile.ts';
import { hostKey, loginAt, valueOf } from './hosts.ts';

guardRejections();

let daemon: Hostile | null = null;
afterEach(async () => {
  await daemon?.stop();
  daemon = null;
});

const loginWith = async (play: Play): ReturnType<typeof loginAt> => {
  daemon = await startHostile(play);
  return loginAt(daemon.address, { keys: hostKey().store, answerMs: 500 });
};

/** Says these bytes to whatever the host says first. */
const says =
  (...bytes: Buffer[]): Play =>
  (socket, _, index) => {
    if (index === 0) socket.write(Buffer.concat(bytes));
  };

const bent = (at: number, value: number): Buffer => {
  const bytes = Buffer.from(HELLO);
  bytes[at] = value;
  return bytes;
};

describe('a daemon that is none', () => {
  test.each([
    [
      'talks HTTP',
      [Buffer.from('HTTP/1.1 400 Bad Request\r\nServer: something\r\n\r\n')],
      'what is no header: "HTTP/1.1 400 Bad Request"',
    ],
    ['has a wrong magic', [bent(20, 0)], 'what is no header'],
    ['announces 2 GiB', [bent(15, 0x7f)], 'where 1048576 are the most'],
    ['sends a command that there is none of', [bent(0, 0x44)], 'what is no header'],
    ['wants TLS', [packet('STLS', 0x01000000, 0)], 'encrypted connection'],
    ['talks on and on', Array.from({ length: 300 }, () => packet('OKAY', 1, 1)), 'before it says who it is'],
    [
      'asks for hundreds of signatures',
      Array.from({ length: 300 }, () => packet('AUTH', 1, 0, 'x'.repeat(20))),
      null,
    ],
  ])('%s', async (_, bytes, words) => {
    const login = await loginWith(says(...bytes));
    expect(login.ok).toBe(false);
    if (login.ok) return;
    expect(['adb-protocol', 'unauthorized']).toContain(login.problem.code);
    if (words !== null) expect(login.problem).toMatchObject({ code: 'adb-protocol' });
    if (words !== null) expect(login.problem.message).toContain(words);
  });

  test('an old one whose checksum is wrong', async () => {
    const old = Buffer.from(HELLO);
    old.writeUInt32LE(0x01000000, 4);
    old.writeUInt32LE(77, 16);
    expect(await loginWith(says(old))).toMatchObject({ problem: { code: 'adb-protocol' } });
  });

  test('hangs up at once, and in the middle of a packet', async () => {
    const first = await loginWith((socket) => socket.end());
    expect(first).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    await daemon?.stop();
    const second = await loginWith((socket) => socket.end(HELLO.subarray(0, 40)));
    expect(second).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    if (!second.ok) expect(second.problem.message).toContain('in the middle of a packet');
  });

  test('says nothing', async () => {
    daemon = await startHostile(() => undefined);
    const login = await loginAt(daemon.address, { helloMs: 200 });
    expect(login).toMatchObject({ ok: false, problem: { code: 'offline' } });
    if (!login.ok) expect(login.problem.message).toContain('has not said anything for 0.2 s');
  });

  test('a banner that comes byte by byte, without features and with odd letters', async () => {
    const strange = packet(
      'CNXN',
      0x01000001,
      1 << 20,
      'device::ro.product.model=a\u001b[2Jb\n;;=;x=y=z;features=',
    );
    const login = await loginWith((socket, _, index) => {
      if (index === 0) for (const byte of strange) socket.write(Buffer.of(byte));
    });
    const board = valueOf(login);
    expect(board.banner.model).toBe('a [2Jb');
    await board.close();
  });
});

describe('a daemon that breaks the protocol later', () => {
  /** Plays well until the host opens something. */
  const once =
    (play: (socket: Socket, said: HostPacket) => void): Play =>
    (socket, said, index) => {
      if (index === 0) socket.write(HELLO);
      else if (said.command === 'OPEN') play(socket, said);
    };

  test.each([
    ['a second CNXN', () => HELLO, 'begins anew'],
    [
      'CNXN after CNXN after CNXN',
      () => Buffer.concat(Array.from({ length: 50 }, () => HELLO)),
      'begins anew',
    ],
    ['AUTH in the middle', () => packet('AUTH', 1, 0, 'x'.repeat(20)), 'begins anew'],
    ['bytes for a stream that there is none of', () => packet('WRTE', 9, 4711, 'x'), 'Unknown local socket'],
    ['an acknowledgement with something in it', (id: number) => packet('OKAY', 7, id, 'xxxx'), 'OKAY'],
    ['garbage', () => Buffer.alloc(5000, 0xa5), 'what is no header'],
  ])('%s', async (_, bytes, words) => {
    const board = valueOf(await loginWith(once((socket, { arg0 }) => socket.write(bytes(arg0)))));
    const run = await board.run('echo');
    expect(run).toMatchObject({ ok: false, problem: { code: 'adb-protocol' } });
    expect((await board.gone).message).toContain(words);
    await board.close();
  });

  test('a stream that is refused, closed twice and acknowledged without being there breaks nothing', async () => {
    const board = valueOf(
      await loginWith(
        once((socket, { arg0 }) => {
          const close = packet('CLSE', 0, arg0);
          socket.write(Buffer.concat([packet('OKAY', 5, 999), close, close, packet('CLSE', 3, 888)]));
        }),
      ),
    );
    expect(await board.run('echo')).toMatchObject({ ok: false, problem: { code: 'no-shell' } });
    expect(await board.connect('x')).toMatchObject({ ok: false, problem: { code: 'connection-refused' } });
    await board.close();
  });

  test('a shell that lies about its lengths, and one that ends without an exit code', async () => {
    const shell = (bytes: string): Play =>
      once((socket, { arg0 }) => {
        socket.write(
          Buffer.concat([packet('OKAY', 5, arg0), packet('WRTE', 5, arg0, bytes), packet('CLSE', 5, arg0)]),
        );
      });
    const lying = valueOf(await loginWith(shell('\u0001\u00ff\u00ff\u00ff\u00ff')));
    expect(await lying.run('echo')).toMatchObject({ ok: false, problem: { code: 'adb-protocol' } });
    await lying.close();
    await daemon?.stop();
    const cut = valueOf(await loginWith(shell('\u0001\u0002\u0000\u0000\u0000hi')));
    expect(await cut.run('echo')).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    await cut.close();
  });

  test.each([
    ['FAIL\u0005\u0000\u0000\u0000a\u001bbcd', 'push-failed'],
    ['FAIL\u00ff\u00ff\u00ff\u00ff', 'adb-protocol'],
    ['WHAT\u0000\u0000\u0000\u0000', 'adb-protocol'],
    ['OK', 'connection-lost'],
  ])('an answer %j to a push', async (answer, code) => {
    const play = once((socket, { arg0 }) => {
      socket.write(
        Buffer.concat([packet('OKAY', 5, arg0), packet('WRTE', 5, arg0, answer), packet('CLSE', 5, arg0)]),
      );
    });
    const board = valueOf(await loginWith(play));
    const pushed = await board.push('/x', new Uint8Array(100_000), { mode: 0o600 });
    expect(pushed).toMatchObject({ ok: false, problem: { code } });
    if (!pushed.ok) expect(pushed.problem.message).not.toContain('\u001b');
    await board.close();
  });
});

/** What a daemon might say to an OPEN, WRTE, OKAY or CLSE, in order or not. */
function mischief(next: (below: number) => number, said: HostPacket): Buffer {
  const [host, own] = [said.arg0, 1 + next(3)];
  const text = (): string => Array.from({ length: next(40) }, () => String.fromCharCode(next(256))).join('');
  const shell = (): string =>
    `${String.fromCharCode(next(6))}${String.fromCharCode(next(9))}\u0000\u0000\u0000${text()}`;
  const choices = [
    () => packet('OKAY', own, host),
    () => packet('OKAY', own, host),
    () => Buffer.concat([packet('OKAY', own, host), packet('WRTE', own, host, shell())]),
    () => packet('WRTE', own, host, shell()),
    () => packet('CLSE', next(2) * own, host),
    () => packet('OKAY', own, next(9), next(4) === 0 ? text() : ''),
    () => packet('WRTE', own, next(9), text()),
    () => packet('OPEN', own, next(2), `reverse:${text()}\u0000`),
    () => packet('CLSE', own, next(9)),
    () => packet('SYNC', 1, next(9)),
    () => Buffer.from(text(), 'latin1'),
    () => HELLO,
  ];
  const bytes = Buffer.from(choices[next(choices.length)]?.() ?? HELLO);
  if (next(12) === 0 && bytes.length > 0) bytes[next(bytes.length)] = next(256);
  return next(15) === 0 ? bytes.subarray(0, next(bytes.length + 1)) : bytes;
}

const CASES = 200;
const AT_ONCE = 20;

/** One session with one daemon; the codes of what it came to. */
async function session(seed: number): Promise<string[]> {
  const next = seeded(seed);
  let answers = 3 + next(12);
  const mad = await startHostile((socket, said, index) => {
    if (index === 0) socket.write(HELLO);
    else if (answers-- > 0) socket.write(mischief(next, said));
    else socket.end();
  });
  const board = valueOf(await loginAt(mad.address));
  const options = { input: 'x'.repeat(9000), timeoutMs: 400 };
  const work = [
    board.run('a', options),
    board.push('/a', new Uint8Array(200_000), { mode: 0o600, signal: AbortSignal.timeout(400) }),
    board.connect('a'),
    board.run('b', options),
  ];
  // To leave a stream unanswered is the daemon's right; to close it then is ours.
  const late = setTimeout(() => void board.close(), 500);
  const outcomes = await Promise.all(work);
  clearTimeout(late);
  await board.close();
  await board.gone;
  await mad.stop();
  return outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.problem.code));
}

test(`${CASES} daemons that answer with what comes to their mind: everything ends with an outcome`, async () => {
  const codes = new Set<string>();
  for (let first = 1; first <= CASES; first += AT_ONCE) {
    const sessions = Array.from({ length: AT_ONCE }, (_, index) => session(first + index));
    for (const code of (await Promise.all(sessions)).flat()) codes.add(code);
  }
  expect([...codes].sort()).toEqual(expect.arrayContaining(['adb-protocol', 'connection-lost', 'ok']));
}, 180_000);
