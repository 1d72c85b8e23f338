import { AdbCommand, AdbPacketHeader } from '@yume-chan/adb';
import { describe, expect, test } from 'vitest';
import {
  commandName,
  LinkError,
  MAX_PAYLOAD,
  problemOf,
  readHeader,
  writeHeader,
} from '../../../electron/link/adb/packet.ts';

/** CNXN of Debian's adbd 34.0.5: version 0x01000001, 1 MiB, 96 bytes of banner, no checksum. */
const CNXN = Buffer.from('434e584e01000001000010006000000000000000bcb1a7b1', 'hex');

describe('headers of the adb protocol', () => {
  test('a captured one is read', () => {
    expect(readHeader(CNXN)).toEqual({
      ok: true,
      value: {
        command: AdbCommand.Connect,
        arg0: 0x01000001,
        arg1: MAX_PAYLOAD,
        payloadLength: 96,
        checksum: 0,
      },
    });
  });

  test('what is written is what Tango writes', () => {
    const packet = {
      command: AdbCommand.Write,
      arg0: 7,
      arg1: 9,
      payload: new Uint8Array(700),
      checksum: 12,
      magic: 0,
    };
    const header = { ...packet, payloadLength: 700, magic: ~AdbCommand.Write };
    expect(writeHeader(packet)).toEqual(AdbPacketHeader.serialize(header));
    expect(readHeader(writeHeader(packet))).toMatchObject({
      ok: true,
      value: { arg0: 7, arg1: 9, payloadLength: 700 },
    });
  });

  const bent = (at: number, value: number): Uint8Array => {
    const bytes = new Uint8Array(CNXN);
    bytes[at] = value;
    return bytes;
  };

  test.each([
    ['a wrong magic', bent(23, 0), 'what is no header: 434e584e'],
    ['a command that there is none of', bent(0, 0x44), 'what is no header'],
    ['too short', CNXN.subarray(0, 23), 'a header of 23 bytes'],
    ['too long', Buffer.concat([CNXN, CNXN]), 'a header of 48 bytes'],
    ['oversized', bent(15, 0x80), 'a CNXN packet of 2147483744 bytes, where 1048576 are the most'],
  ])('%s is refused in words', (_, bytes, words) => {
    const header = readHeader(bytes);
    expect(header).toMatchObject({ ok: false, problem: { code: 'adb-protocol' } });
    if (!header.ok) expect(header.problem.message).toContain(words);
  });

  test('every 24 bytes are either a header within its limits or refused', () => {
    let seed = 1;
    const next = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16;
    for (let round = 0; round < 2000; round++) {
      const bytes = new Uint8Array(CNXN);
      for (let bends = next() % 5; bends >= 0; bends--) bytes[next() % 24] = next() & 0xff;
      const header = readHeader(bytes);
      if (header.ok) expect(header.value.payloadLength).toBeLessThanOrEqual(MAX_PAYLOAD);
      else expect(header.problem.code).toBe('adb-protocol');
    }
  });

  test('commands have their names', () => {
    expect(commandName(AdbCommand.Auth)).toBe('AUTH');
    expect(commandName(0x1234)).toBe('0x1234');
  });
});

test('a problem survives a stream, and what is not ours keeps its words', () => {
  const problem = { code: 'board-gone', message: 'gone', remedy: 'plug' };
  expect(problemOf(new LinkError(problem), 'x')).toBe(problem);
  expect(problemOf(new Error('broken pipe'), 'lost')).toEqual({
    code: 'lost',
    message: 'broken pipe',
    remedy: '',
  });
});
