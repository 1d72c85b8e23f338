import type { AdbPacketInit } from '@yume-chan/adb';
import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import { plainly } from './printable.ts';

/**
 * The header of a packet of the adb protocol: six little-endian words, then the payload (packages/modules/adb, protocol.txt of Android:
 * "message"). Both transports of ours, TCP and USB, read with these limits before a byte of a payload is awaited.
 */
export const HEADER_BYTES = 24;

/** MAX_PAYLOAD of adb since Android 9 (adb.h); what we announce in our own CNXN, so that no more may come. */
export const MAX_PAYLOAD = 1024 * 1024;

/** Commands of protocol.txt; STLS is of Android 11. */
const COMMANDS: Readonly<Record<number, string>> = {
  0x434e5953: 'SYNC',
  0x4e584e43: 'CNXN',
  0x48545541: 'AUTH',
  0x534c5453: 'STLS',
  0x4e45504f: 'OPEN',
  0x59414b4f: 'OKAY',
  0x45534c43: 'CLSE',
  0x45545257: 'WRTE',
};

export interface PacketHeader {
  readonly command: number;
  readonly arg0: number;
  readonly arg1: number;
  readonly payloadLength: number;
  readonly checksum: number;
}

/** A problem on its way through a stream, which can only be ended with an error. */
export class LinkError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'LinkError';
    this.problem = problem;
  }
}

/** What a stream was ended with, as a problem; anything that is not ours keeps its own words behind `code`. */
export function problemOf(error: unknown, code: string): Problem {
  if (error instanceof LinkError) return error.problem;
  return { code, message: error instanceof Error ? error.message : String(error), remedy: '' };
}

/** What follows 'adb-protocol' problems. */
const NOT_ADB =
  'Is this really an adb daemon, and does nothing else talk to it? Plug the board in again, or restart its adbd.';

/** Reads one header of exactly 24 bytes; 'adb-protocol' where it is none or announces more than any daemon may send. */
export function readHeader(bytes: Uint8Array): Outcome<PacketHeader> {
  if (bytes.length !== HEADER_BYTES)
    return garbage(`a header of ${String(bytes.length)} bytes, which has ${String(HEADER_BYTES)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (index: number): number => view.getUint32(index * 4, true);
  const header = {
    command: word(0),
    arg0: word(1),
    arg1: word(2),
    payloadLength: word(3),
    checksum: word(4),
  };
  if (word(5) !== ~header.command >>> 0 || COMMANDS[header.command] === undefined)
    return garbage(`what is no header: ${shown(Buffer.from(bytes))}`);
  if (header.payloadLength > MAX_PAYLOAD)
    return garbage(
      `a ${commandName(header.command)} packet of ${String(header.payloadLength)} bytes, where ${String(MAX_PAYLOAD)} are the most`,
    );
  return ok(header);
}

/** Bytes of whatever program that is: as its words, where they are some. */
function shown(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return /^[\x20-\x7e\r\n\t]+$/.test(text) ? `"${plainly(text).trim()}"` : bytes.toString('hex');
}

const garbage = (what: string): Outcome<never> =>
  fail('adb-protocol', `The adb daemon sent ${what}. The connection cannot go on.`, NOT_ADB);

/** Header bytes of a packet to be sent. */
export function writeHeader({ command, arg0, arg1, payload, checksum }: AdbPacketInit): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  [command, arg0, arg1, payload.length, checksum, ~command].forEach((word, index) =>
    view.setUint32(index * 4, word >>> 0, true),
  );
  return bytes;
}

/** 'CNXN'; a number in hex where it is none. */
export const commandName = (command: number): string => COMMANDS[command] ?? `0x${command.toString(16)}`;
