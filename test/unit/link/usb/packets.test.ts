import { AdbCommand, type AdbPacketData } from '@yume-chan/adb';
import { Consumable } from '@yume-chan/stream-extra';
import { afterEach, describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../../../electron/link/adb/packet.ts';
import { UsbPackets } from '../../../../electron/link/usb/packets.ts';
import { UsbPort } from '../../../../electron/link/usb/port.ts';
import { ADB, BANNER, FakeDaemon, FakeUsb, packet, transfers } from './fake-usb.ts';

const CONTEXT = { board: 'board SER1 on USB 1-2', platform: 'linux', holder: null } as const;
const CNXN = packet(AdbCommand.Connect, 0x01000001, MAX_PAYLOAD, BANNER);
const WRITE = (payload: string): ReturnType<typeof packet> => packet(AdbCommand.Write, 5, 6, payload);

const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(unhandled).toEqual([]);
});

async function opened(usb: FakeUsb): Promise<UsbPackets> {
  const port = await UsbPort.open(usb, ADB);
  if (!port.ok) throw new Error(port.words);
  return await UsbPackets.over(port.value, CONTEXT);
}

/** Reads so many packets. */
async function read(packets: UsbPackets, count: number): Promise<AdbPacketData[]> {
  const reader = packets.pair.readable.getReader();
  const all: AdbPacketData[] = [];
  while (all.length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    all.push(value);
  }
  reader.releaseLock();
  return all;
}

async function write(packets: UsbPackets, ...all: ReturnType<typeof packet>[]): Promise<void> {
  const writer = packets.pair.writable.getWriter();
  for (const each of all) await Consumable.WritableStream.write(writer, each);
  writer.releaseLock();
}

const textOf = ({ payload }: AdbPacketData): string => Buffer.from(payload).toString();

describe('what the board sends', () => {
  test('header and payload are transfers of their own, and nothing is waited for less than for ever', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    usb.timeouts = [];
    usb.give(...transfers(CNXN), ...transfers(WRITE('hello')), ...transfers(packet(AdbCommand.Okay, 5, 6)));
    const [first, second, third] = await read(packets, 3);
    expect(first).toMatchObject({ command: AdbCommand.Connect, arg1: MAX_PAYLOAD });
    expect(second && textOf(second)).toBe('hello');
    expect(third).toMatchObject({ command: AdbCommand.Okay, payload: new Uint8Array(0) });
    expect(new Set(usb.timeouts)).toEqual(new Set([0x7fffffff]));
    packets.close();
    await packets.released;
  });

  test('a payload may come in short packets, and an empty one may follow or stand in it', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    const empty = new Uint8Array(0);
    const [head = empty, body = empty] = transfers(WRITE('x'.repeat(1024) + 'y'.repeat(300)));
    usb.give(...transfers(CNXN), empty, head, body.subarray(0, 512), empty, body.subarray(512, 1100));
    usb.give(
      body.subarray(1100),
      empty,
      ...transfers(WRITE('z'.repeat(512))),
      empty,
      ...transfers(WRITE('end')),
    );
    const all = await read(packets, 4);
    expect(all.slice(1).map(textOf)).toEqual(['x'.repeat(1024) + 'y'.repeat(300), 'z'.repeat(512), 'end']);
    packets.close();
    await packets.released;
  });

  test('the largest payload is read whole', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    usb.give(...transfers(CNXN), ...transfers(WRITE('a'.repeat(MAX_PAYLOAD))));
    const [, large] = await read(packets, 2);
    expect(large?.payload.length).toBe(MAX_PAYLOAD);
    packets.close();
    await packets.released;
  });

  const header = (at: number, value: number): Uint8Array => {
    const [bytes = new Uint8Array(0)] = transfers(WRITE('four'));
    bytes[at] = value;
    return bytes;
  };

  test.each([
    ['garbage for a header', [header(23, 0)], 'what is no header'],
    ['a header in half', [header(0, 0x57).subarray(0, 11)], 'a header of 11 bytes'],
    ['an oversized payload', [header(15, 1)], 'a WRTE packet of 16777220 bytes'],
    [
      'more than was announced',
      [header(0, 0x57), Buffer.from('fourfive')],
      'it sent 8 bytes where 4 were announced',
    ],
    [
      'nothing but empty packets',
      Array.from({ length: 80 }, () => new Uint8Array(0)),
      'nothing but empty packets',
    ],
    ['a new beginning', transfers(CNXN), 'it begins anew in the middle (CNXN)'],
  ])('%s ends the connection in words', async (_, bytes, words) => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    usb.give(...transfers(CNXN));
    await read(packets, 1);
    usb.give(...bytes);
    await expect(read(packets, 1)).rejects.toThrow(words);
    expect(await packets.broken).toMatchObject({ code: 'adb-protocol' });
    expect(await packets.released).toBe(true);
    expect(usb.log.slice(-2)).toEqual(['release 1', 'close']);
  });
});

describe('what an earlier session left', () => {
  test('is thrown away before the first packet is written', async () => {
    const usb = new FakeUsb();
    const auth = packet(AdbCommand.Auth, 1, 0, 'stale token of 20 b.');
    usb.give(Buffer.alloc(700, 7), ...transfers(WRITE('old')), ...transfers(auth));
    const packets = await opened(usb);
    expect(usb.left).toBe(0);
    usb.give(...transfers(CNXN));
    expect(await read(packets, 1)).toMatchObject([{ command: AdbCommand.Connect }]);
    packets.close();
    await packets.released;
  });

  test('is skipped until the answer where it comes late: bytes, packets, and a header whose payload is gone', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    const [orphan = new Uint8Array(0)] = transfers(WRITE('gone'.repeat(200)));
    usb.give(Buffer.alloc(700, 7), ...transfers(WRITE('old')), orphan, ...transfers(CNXN));
    const [first] = await read(packets, 1);
    expect(first).toMatchObject({ command: AdbCommand.Connect });
    expect(first && textOf(first)).toBe(BANNER);
    packets.close();
    await packets.released;
  });

  test('has an end', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    for (let i = 0; i < 6; i++) usb.give(Buffer.alloc(1 << 19, 7));
    await expect(read(packets, 1)).rejects.toThrow('a header of 512 bytes');
    await packets.released;
  });
});

describe('what is written', () => {
  test('an empty packet follows where the payload fills its last one', async () => {
    const usb = new FakeUsb();
    const daemon = new FakeDaemon(usb);
    const packets = await opened(usb);
    const sizes = [0, 1, 511, 512, 513, 1024, 65536];
    await write(packets, ...sizes.map((size) => WRITE('x'.repeat(size))));
    expect(daemon.wrong).toEqual([]);
    expect(daemon.packets.map(({ payload }) => payload.length)).toEqual(sizes);
    packets.close();
    await packets.released;
  });

  test.each(['Disconnected', 'Fault', 'Unknown(5)', 'Cancelled'])(
    'a write that fails with %s ends the reader, and no promise of it rejects',
    async (words) => {
      const usb = new FakeUsb();
      const packets = await opened(usb);
      const reading = read(packets, 1).catch((error: unknown) => error);
      usb.failing.set('write', `transferOut error: ${words}`);
      await write(packets, WRITE('x'), WRITE('y'));
      expect(await reading).toMatchObject({ name: 'LinkError', problem: await packets.broken });
      expect(await packets.released).toBe(true);
    },
  );
});

describe('stalls', () => {
  test('are cleared once, in both directions', async () => {
    const usb = new FakeUsb();
    const daemon = new FakeDaemon(usb);
    const packets = await opened(usb);
    usb.log.length = 0;
    usb.stalls.out = 1;
    await write(packets, packet(AdbCommand.Connect, 1, 2));
    expect(daemon.packets).toHaveLength(1);
    await read(packets, 1);
    usb.give(...transfers(WRITE('a')));
    await read(packets, 1);
    expect(usb.log).toEqual(['halt out 1']);
    packets.close();
    await packets.released;
  });

  test('one that comes again ends the connection', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    usb.stalls.in = 2;
    usb.give(...transfers(CNXN), ...transfers(WRITE('x')));
    const told = await read(packets, 3).catch((error: unknown) => error);
    expect(told).toMatchObject({ problem: { code: 'usb-stalled' } });
    await packets.released;
  });
});

describe('the end', () => {
  test('pulled in the middle of a payload', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    const [head = new Uint8Array(0)] = transfers(WRITE('x'.repeat(5000)));
    usb.give(...transfers(CNXN), head, Buffer.alloc(512));
    await read(packets, 1);
    const rest = read(packets, 1).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 5));
    usb.unplug();
    expect(await rest).toMatchObject({
      problem: { code: 'board-gone', message: 'The board SER1 on USB 1-2 is gone from the USB.' },
    });
    expect(await packets.released).toBe(true);
  });

  test('pulled, where transfers break before the device is gone', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    const rest = read(packets, 1).catch((error: unknown) => error);
    setTimeout(() => usb.failing.set('halt', 'clearHalt error: device disconnected (errno 19)'), 60);
    usb.unplug('Fault');
    expect(await rest).toMatchObject({ problem: { code: 'board-gone' } });
    expect(await packets.released).toBe(true);
    expect(usb.log.slice(-2)).toEqual(['release 1', 'close']);
  });

  test('a broken transfer of a board that stays', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    const rest = read(packets, 1).catch((error: unknown) => error);
    usb.unplug('Fault');
    expect(await rest).toMatchObject({ problem: { code: 'usb-fault' } });
    await packets.released;
  });

  test('pulled while a write is under way: nothing is given back before that has ended', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    usb.slowWrites = true;
    const written = write(packets, WRITE('x'.repeat(4000)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    usb.unplug();
    await written;
    expect(await packets.released).toBe(true);
    expect(usb.log.slice(-2)).toEqual(['release 1', 'close']);
    expect(usb.refused).toEqual([]);
  });

  test('ours: the daemon is told to forget this session, and its answer frees the read', async () => {
    const usb = new FakeUsb();
    const daemon = new FakeDaemon(usb);
    const packets = await opened(usb);
    await write(packets, packet(AdbCommand.Connect, 0x01000001, MAX_PAYLOAD, 'host::features=shell_v2'));
    await read(packets, 1);
    packets.close();
    expect(await packets.broken).toMatchObject({ code: 'closed' });
    expect(await packets.released).toBe(true);
    expect(daemon.packets.map(({ payload }) => payload)).toEqual(['host::features=shell_v2', 'host::']);
    expect(usb.log).not.toContain('detach');
    expect(usb.busy).toBe(false);
  });

  test('ours, where the daemon is mute: the interface is taken from under the read', async () => {
    const usb = new FakeUsb();
    const packets = await opened(usb);
    const reading = read(packets, 1).catch((error: unknown) => error);
    packets.close();
    expect(await packets.released).toBe(true);
    expect(usb.log.slice(-3)).toEqual(['detach', 'release 1', 'close']);
    expect(await reading).toMatchObject({ problem: { code: 'closed' } });
  });

  test('ours, on a system that cannot do that: the interface is given back as soon as the read ends', async () => {
    const usb = new FakeUsb();
    usb.detachable = false;
    const packets = await opened(usb);
    packets.close();
    expect(await packets.released).toBe(false);
    expect(usb.log).not.toContain('close');
    usb.unplug();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(usb.log.slice(-2)).toEqual(['release 1', 'close']);
  });
});
