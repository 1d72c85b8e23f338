import { AdbCommand, type AdbCredentialStore, type AdbPrivateKey } from '@yume-chan/adb';
import { generateKeyPairSync, publicDecrypt, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { Ways } from '../../../../electron/link/adb/ways.ts';
import type { Target } from '../../../../electron/link/interfaces/link.ts';
import type { UsbBus } from '../../../../electron/link/usb/bus.ts';
import type { SeenDevice } from '../../../../electron/link/usb/discover.ts';
import { usbProvider } from '../../../../electron/link/usb/provider.ts';
import type { BoardSummary } from '../../../../electron/model/board.ts';
import { ok, type Outcome } from '../../../../electron/model/outcome.ts';
import { ADB, BANNER, FakeDaemon, FakeUsb, packet, transfers } from './fake-usb.ts';

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(unhandled).toEqual([]);
});

const device = (changes: Partial<SeenDevice> = {}): SeenDevice => ({
  bus: 1,
  address: 7,
  path: '1-2',
  vendorId: 0x18d1,
  productId: 0x4ee7,
  serial: 'SER1',
  product: 'Board',
  adb: ADB,
  access: 'open',
  driver: null,
  node: '/dev/bus/usb/001/007',
  ...changes,
});

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY: AdbPrivateKey = {
  buffer: pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
  name: 'test@here',
};
const unsigned = (signature: Buffer): Buffer => publicDecrypt(pair.publicKey, signature);

const keysOf = (keys: readonly AdbPrivateKey[]): AdbCredentialStore => ({
  iterateKeys: () => keys[Symbol.iterator](),
  generateKey: () => Promise.reject(new Error('nobody asked for a key')),
});

/** A USB that is what the test says. */
class FakeBus implements UsbBus {
  readonly platform = 'linux';
  seen: readonly SeenDevice[] = [];
  usbs: readonly FakeUsb[] = [];
  held: string | null = null;
  missing = false;
  changed: () => void = () => undefined;
  look = (): Promise<Outcome<readonly SeenDevice[]>> => Promise.resolve(ok(this.seen));
  watch = (changed: () => void): (() => void) => {
    this.changed = changed;
    return () => {
      this.changed = () => undefined;
    };
  };
  library: UsbBus['library'] = () =>
    Promise.resolve(
      this.missing
        ? { ok: false, problem: { code: 'no-usb', message: 'not loaded', remedy: '' } }
        : ok({
            getDevices: () => Promise.resolve(this.usbs),
            addEventListener: () => undefined,
            removeEventListener: () => undefined,
          }),
    );
  holder = (): string | null => this.held;
}

const bench = (
  keys: readonly AdbPrivateKey[] = [],
): {
  bus: FakeBus;
  ways: Ways;
  provider: ReturnType<typeof usbProvider>;
  summaries: () => Promise<readonly BoardSummary[]>;
} => {
  const bus = new FakeBus();
  const ways = new Ways();
  const targetOf = (summary: BoardSummary): Target => ({
    summary,
    deploy: () => Promise.reject(new Error('not here')),
  });
  const provider = usbProvider({ ways, targetOf, keys: keysOf(keys), bus, answerMs: 50 });
  const summaries = async (): Promise<readonly BoardSummary[]> => {
    const listed = await provider.list();
    return listed.ok ? listed.value.map(({ summary }) => summary) : [];
  };
  return { bus, ways, provider, summaries };
};

describe('what is listed', () => {
  test('a board that is free', async () => {
    const { bus, summaries, ways } = bench();
    bus.seen = [device()];
    expect(await summaries()).toEqual([
      {
        id: 'SER1',
        transport: 'usb',
        label: 'Board',
        simulated: false,
        via: 'USB 1-2',
        state: 'ready',
        detail: 'USB 1-2',
      },
    ]);
    expect(ways.to('SER1')).toMatchObject([
      { transport: 'usb', serial: 'SER1', via: 'USB 1-2', usable: true },
    ]);
  });

  test('one that may not be opened, with the rule', async () => {
    const { bus, summaries, ways } = bench();
    bus.seen = [device({ access: 'denied' }), device({ address: 8, path: '1-3', serial: 'SER2' })];
    const [shut, free] = await summaries();
    expect(shut).toMatchObject({
      id: 'SER1',
      state: 'failed',
      detail: 'You may not open the board SER1 on USB 1-2.',
    });
    expect(shut?.remedy).toContain('51-qda-lab.rules');
    expect(free).toMatchObject({ id: 'SER2', state: 'ready' });
    expect(ways.to('SER1')[0]?.usable).toBe(false);
    const opened = await ways.to('SER1')[0]?.open();
    expect(opened).toMatchObject({ ok: false, problem: { code: 'no-permission' } });
  });

  test('one that a container shows and does not have', async () => {
    const { bus, summaries } = bench();
    bus.seen = [device({ access: 'no-node' })];
    expect((await summaries())[0]?.detail).toContain('/dev/bus/usb/001/007 is not there, as in a container');
  });

  test('one that an adb server holds, by name', async () => {
    const { bus, summaries } = bench();
    bus.seen = [device({ driver: 'usbfs' })];
    bus.held = 'adb (process 1234)';
    expect(await summaries()).toMatchObject([
      {
        state: 'busy',
        detail: 'The board SER1 on USB 1-2 is in use: adb (process 1234) holds its adb interface.',
      },
    ]);
  });

  test('no USB', async () => {
    expect(await bench().summaries()).toEqual([]);
  });
});

test('listeners are told of what changed, and only of that', async () => {
  const { bus, provider, ways } = bench();
  let told = 0;
  const off = provider.onChange?.(() => {
    told += 1;
  });
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  bus.changed();
  await settle();
  bus.seen = [device()];
  bus.changed();
  bus.changed();
  await settle();
  const first = told;
  bus.changed();
  await settle();
  expect(told).toBe(first);
  bus.seen = [];
  bus.changed();
  await settle();
  expect(told).toBe(first + 1);
  expect(ways.boards()).toEqual([]);
  off?.();
});

/** A board behind a bus. */
const plugged = (
  keys: readonly AdbPrivateKey[] = [],
): ReturnType<typeof bench> & { usb: FakeUsb; daemon: FakeDaemon } => {
  const all = bench(keys);
  const usb = new FakeUsb(7);
  all.bus.seen = [device()];
  all.bus.usbs = [new FakeUsb(3), usb];
  return { ...all, usb, daemon: new FakeDaemon(usb) };
};

describe('opening', () => {
  test('gives a device that keeps to the time which its user allows a stream', async () => {
    const { ways, summaries } = plugged();
    await summaries();
    const opened = await ways.to('SER1')[0]?.open();
    if (opened?.ok !== true) throw new Error(opened?.problem.message);
    const hung = new Promise((resolve) => setTimeout(resolve, 60_000, 'hung').unref());
    expect(await Promise.race([opened.value.connect('agent', { timeoutMs: 20 }), hung])).toMatchObject({
      ok: false,
      problem: { code: 'timed-out' },
    });
    expect(await opened.value.gone).toMatchObject({ code: 'connection-lost' });
    await opened.value.close();
  });

  test('logs in, runs, and gives the interface back', async () => {
    const { ways, usb, daemon, summaries } = plugged();
    await summaries();
    const opened = await ways.to('SER1')[0]?.open();
    if (opened?.ok !== true) throw new Error(opened?.problem.message);
    expect(opened.value.banner).toEqual({ product: 'bench', model: 'Bench', device: 'bench' });
    expect(usb.log.slice(0, 4)).toEqual(['open', 'claim 1', 'halt in 2', 'halt out 1']);
    expect(await summaries()).toMatchObject([{ state: 'ready' }]);
    await opened.value.close();
    expect(await opened.value.gone).toMatchObject({ code: 'closed' });
    const again = await ways.to('SER1')[0]?.open();
    expect(again?.ok).toBe(true);
    expect(daemon.wrong).toEqual([]);
    expect(usb.log.filter((line) => /^(claim|release)/.test(line))).toEqual([
      'claim 1',
      'release 1',
      'claim 1',
    ]);
    if (again?.ok === true) await again.value.close();
  });

  test('an unplug settles everything that is under way', async () => {
    const { ways, usb, summaries } = plugged();
    await summaries();
    const opened = await ways.to('SER1')[0]?.open();
    if (opened?.ok !== true) throw new Error(opened?.problem.message);
    const { value } = opened;
    const work = [
      value.run('sleep 100'),
      value.connect('agent'),
      value.push('/tmp/x', new Uint8Array(9), { mode: 0o755 }),
    ];
    await new Promise((resolve) => setTimeout(resolve, 5));
    usb.unplug();
    expect(await value.gone).toMatchObject({ code: 'board-gone' });
    for (const outcome of await Promise.all(work))
      expect(outcome).toMatchObject({ ok: false, problem: { code: 'board-gone' } });
    expect(await value.run('true')).toMatchObject({ ok: false });
  });

  test('a board that came back at another port is the same board', async () => {
    const { bus, ways, summaries } = plugged();
    await summaries();
    const [way] = ways.to('SER1');
    const usb = new FakeUsb(12);
    new FakeDaemon(usb);
    bus.seen = [device({ address: 12, path: '1-4' })];
    bus.usbs = [usb];
    const opened = await way?.open();
    expect(opened?.ok).toBe(true);
    if (opened?.ok === true) await opened.value.close();
  });

  test.each([
    [
      'busy',
      'claim',
      'claimInterface error: interface is busy (errno 16)',
      'busy',
      'adb (process 1234) holds',
    ],
    [
      'not permitted',
      'open',
      'open error: failed to open device (errno 13)',
      'no-permission',
      'You may not open',
    ],
    ['gone', 'open', 'open error: device not found (errno 2)', 'unknown-board', 'is not on the USB'],
    [
      'no WinUSB',
      'claim',
      'claimInterface error: incompatible driver is installed for this interface',
      'no-driver',
      'WinUSB',
    ],
    ['dead on writing', 'write', 'transferOut error: Cancelled', 'offline', 'its adb daemon hangs'],
  ])('fails in words: %s', async (_, operation, text, code, words) => {
    const { bus, usb, ways, summaries } = plugged();
    await summaries();
    bus.held = 'adb (process 1234)';
    usb.failing.set(operation, text);
    const opened = await ways.to('SER1')[0]?.open();
    expect(opened).toMatchObject({ ok: false, problem: { code } });
    expect(opened?.ok === false && opened.problem.message).toContain(words);
  });

  test('a board that is no more, and a machine without the library', async () => {
    const { bus, ways, summaries } = plugged();
    await summaries();
    const [way] = ways.to('SER1');
    bus.missing = true;
    expect(await way?.open()).toMatchObject({ ok: false, problem: { code: 'no-usb' } });
    bus.seen = [];
    expect(await way?.open()).toMatchObject({ ok: false, problem: { code: 'unknown-board' } });
  });

  /** Asks for a signature of its token, and takes the public key or does not. */
  const asking = (daemon: FakeDaemon, token: Buffer, isKnown: (signature: Buffer) => boolean): void => {
    const auth = { ...packet(AdbCommand.Auth, 1, 0), payload: token };
    daemon.answer = ({ command, arg0 }, payload) => {
      if (command === AdbCommand.Auth && arg0 === 2 && isKnown(payload))
        return packet(AdbCommand.Connect, 0x01000001, 1 << 20, BANNER);
      return command === AdbCommand.Auth && arg0 === 3 ? null : auth;
    };
  };

  test('a board that knows our key, with a token of an earlier session still in its pipe', async () => {
    const { usb, daemon, ways, summaries } = plugged([KEY]);
    const token = randomBytes(20);
    // PKCS#1 v1.5 over the token as if it were a SHA-1 digest (adb's auth.cpp): checked by what node makes of it.
    asking(daemon, token, (signature) => unsigned(signature).subarray(-20).equals(token));
    usb.give(...transfers({ ...packet(AdbCommand.Auth, 1, 0), payload: randomBytes(20) }));
    await summaries();
    const known = await ways.to('SER1')[0]?.open();
    expect(known?.ok).toBe(true);
    expect(daemon.packets.map(({ header }) => header.command)).toEqual([AdbCommand.Connect, AdbCommand.Auth]);
    if (known?.ok === true) await known.value.close();
  });

  test('a board that waits for its user shows that, until it is plugged in anew', async () => {
    const { bus, usb, daemon, ways, summaries } = plugged([KEY]);
    asking(daemon, randomBytes(20), () => false);
    await summaries();
    const tried = await ways.to('SER1')[0]?.open();
    expect(tried).toMatchObject({ ok: false, problem: { code: 'unauthorized' } });
    expect(usb.log.slice(-2)).toEqual(['release 1', 'close']);
    expect(await summaries()).toMatchObject([{ state: 'unauthorized' }]);
    bus.seen = [device({ address: 9 })];
    expect(await summaries()).toMatchObject([{ state: 'ready' }]);
  });
});
