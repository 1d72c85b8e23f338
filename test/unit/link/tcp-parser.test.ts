import type { AdbPacketData } from '@yume-chan/adb';
import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../../electron/link/adb/packet.ts';
import { PacketParser } from '../../../electron/link/tcp/parser.ts';
import type { Problem } from '../../../electron/model/outcome.ts';

/** What Debian's adbd 34.0.5 said to a host over TCP: CNXN, then OKAY, WRTE and CLSE of `shell,v2,raw:echo hi`. */
const CNXN =
  '434e584e01000001000010006000000000000000bcb1a7b1' +
  Buffer.from(
    'device::features=sendrecv_v2_brotli,remount_shell,sendrecv_v2,abb_exec,fixed_push_mkdir,shell_v2',
  ).toString('hex');
const SESSION =
  CNXN +
  '4f4b415902000000010000000000000000000000b0b4bea6' +
  '5752544502000000010000000800000000000000a8adabba' +
  '010300000068690a' +
  '5752544502000000010000000600000000000000a8adabba' +
  '030100000000' +
  '434c534502000000010000000000000000000000bcb3acba';

const parse = (pieces: readonly Uint8Array[]): { packets: AdbPacketData[]; problem: Problem | null } => {
  const parser = new PacketParser();
  const packets: AdbPacketData[] = [];
  for (const piece of pieces) {
    const problem = parser.take(piece, (packet) =>
      packets.push({ ...packet, payload: new Uint8Array(packet.payload) }),
    );
    if (problem) return { packets, problem };
  }
  return { packets, problem: null };
};

const cut = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

describe('packets out of a stream', () => {
  const session = Buffer.from(SESSION, 'hex');
  const whole = parse([session]);

  test('a captured session', () => {
    expect(whole.problem).toBeNull();
    expect(whole.packets.map(({ payload }) => payload.length)).toEqual([96, 0, 8, 6, 0]);
    expect(whole.packets[1]).toMatchObject({ command: 0x59414b4f, arg0: 2, arg1: 1 });
  });

  test.each([1, 2, 3, 23, 24, 25, 100])('however it is cut: %i bytes at a time', (size) => {
    expect(parse(cut(session, size))).toEqual(whole);
  });

  test('a payload of the largest size, in pieces; one byte more is refused before any of it came', () => {
    const head = Buffer.from('5752544502000000010000000000000000000000a8adabba', 'hex');
    head.writeUInt32LE(MAX_PAYLOAD, 12);
    const payload = Buffer.alloc(MAX_PAYLOAD, 7);
    const hello = Buffer.from(CNXN, 'hex');
    const big = parse([hello, head, ...cut(payload, 65_536)]);
    expect(big.packets[1]?.payload).toEqual(new Uint8Array(payload));
    head.writeUInt32LE(MAX_PAYLOAD + 1, 12);
    expect(parse([hello, head])).toMatchObject({ packets: [{}], problem: { code: 'adb-protocol' } });
  });

  test('checksums: wanted of a daemon of the old protocol, passed over for a new one', () => {
    const old = (checksum: number): Buffer => {
      const bytes = Buffer.from(CNXN, 'hex');
      bytes.writeUInt32LE(0x01000000, 4);
      bytes.writeUInt32LE(checksum, 16);
      return bytes;
    };
    const right = Buffer.from(CNXN, 'hex')
      .subarray(24)
      .reduce((total, byte) => total + byte, 0);
    expect(parse([old(right)]).problem).toBeNull();
    expect(parse([old(right + 1)]).problem).toMatchObject({ code: 'adb-protocol' });
    const write = session.subarray(144, 176);
    expect(parse([old(right), write]).problem).toMatchObject({ code: 'adb-protocol' });
  });

  test('every bent session ends with whole packets and a problem, or without one', () => {
    let state = 42;
    const next = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(session);
      for (let bends = next(4); bends >= 0; bends--) bytes[next(bytes.length)] = next(256);
      const { packets, problem } = parse(cut(bytes, 1 + next(200)));
      expect(packets.every(({ payload }) => payload.length <= MAX_PAYLOAD)).toBe(true);
      if (problem !== null) expect(problem.code).toBe('adb-protocol');
    }
  });
});
