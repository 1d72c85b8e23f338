import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { ShellResult } from './device.ts';
import { Gathered } from './gathered.ts';
import { badAnswer, cannotRun, streamLost } from './problems.ts';
import type { TamedSocket } from './socket.ts';

/**
 * Commands of the board's shell. Shell protocol 2 (packages/modules/adb, shell_protocol.h): each direction is a sequence of
 * {id: u8, length: u32 little-endian, bytes}; ids 0 stdin, 1 stdout, 2 stderr, 3 exit (one byte), 4 close stdin.
 */
const [STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN] = [0, 1, 2, 3, 4] as const;
const HEAD = 5;

/** No command of ours says more; a board that does is not listened to for ever. */
export const MAX_OUTPUT = 32 * 1024 * 1024;

/** Standard input goes out in pieces of this size: every daemon takes them (MAX_PAYLOAD_V1 of adb.h is 4 KiB, with the head). */
const PIECE = 4096 - HEAD;

/** Puts what the daemon sends together, however it is cut. What it takes of time and memory grows with the bytes, not with their pieces. */
export class ShellReader {
  readonly #out = new Gathered();
  readonly #err = new Gathered();
  readonly #head = Buffer.alloc(HEAD);
  #headBytes = 0;
  /** Of the packet whose head is whole. */
  #left = 0;
  #bytes = 0;
  #code: number | null = null;

  /** Takes the next bytes. Gives a result once the command has ended; null: more is to come. */
  take(bytes: Uint8Array): Outcome<ShellResult> | null {
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_OUTPUT) return tooMuch;
    for (let at = 0; at < bytes.length;) {
      at += this.#headBytes < HEAD ? this.#takeHead(bytes, at) : this.#takeData(bytes, at);
      if (this.#left > MAX_OUTPUT)
        return { ok: false, problem: badAnswer(`a piece of ${this.#left} bytes of output`) };
      if (this.#headBytes === HEAD && this.#left === 0) this.#headBytes = 0;
    }
    return this.#code === null
      ? null
      : ok({ code: this.#code, out: this.#out.text(), err: this.#err.text() });
  }

  /** How many bytes from there on belong to the head. */
  #takeHead(bytes: Uint8Array, at: number): number {
    const count = Math.min(HEAD - this.#headBytes, bytes.length - at);
    this.#head.set(bytes.subarray(at, at + count), this.#headBytes);
    this.#headBytes += count;
    if (this.#headBytes === HEAD) this.#left = this.#head.readUInt32LE(1);
    return count;
  }

  #takeData(bytes: Uint8Array, at: number): number {
    const count = Math.min(this.#left, bytes.length - at);
    const data = bytes.subarray(at, at + count);
    const id = this.#head.readUInt8(0);
    this.#left -= count;
    if (id === STDOUT) this.#out.add(data);
    else if (id === STDERR) this.#err.add(data);
    else if (id === EXIT) this.#code ??= data[0] ?? null;
    // Others are passed over, as adb's own client does.
    return count;
  }
}

const tooMuch = fail(
  'too-much-output',
  `A command on the board printed more than ${MAX_OUTPUT / 1024 / 1024} MiB.`,
  'It was ended. This is a defect of the board or of this tool.',
);

/** One packet to the daemon. */
export function shellPacket(id: number, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEAD + data.length);
  bytes.writeUInt8(id, 0);
  bytes.writeUInt32LE(data.length, 1);
  bytes.set(data, HEAD);
  return bytes;
}

/** Service of a command with shell protocol 2 and no terminal. */
export const shellService = (command: string): string => `shell,v2,raw:${command}`;

/**
 * Service of a command for a daemon without it. Its one stream can not end in one direction only, so the shell on the board reads
 * exactly the input's bytes and ends the command's input itself. The input stays out of the board's process list.
 */
export const execService = (command: string, inputBytes: number): string =>
  inputBytes === 0
    ? `exec:{ ${command}\n} </dev/null`
    : `exec:dd bs=1 count=${inputBytes} 2>/dev/null | { ${command}\n}`;

async function sendInput(socket: TamedSocket, input: Uint8Array): Promise<void> {
  for (let at = 0; at < input.length; at += PIECE)
    if (!(await socket.write(shellPacket(STDIN, input.subarray(at, at + PIECE))))) return;
  await socket.write(shellPacket(CLOSE_STDIN, new Uint8Array()));
}

/** Runs a command on an open socket of `shellService`. */
export async function runShell(
  socket: TamedSocket,
  command: string,
  input: Uint8Array,
): Promise<Outcome<ShellResult>> {
  const reader = new ShellReader();
  void sendInput(socket, input);
  let heard = false;
  for (;;) {
    const bytes = await socket.read();
    if (bytes === null)
      return heard
        ? { ok: false, problem: streamLost('the daemon ended a command without its exit code') }
        : { ok: false, problem: cannotRun(command) };
    heard = true;
    const result = reader.take(bytes);
    if (result !== null) return result;
  }
}

/** Runs a command on an open socket of `execService`. */
export async function runExec(socket: TamedSocket, input: Uint8Array): Promise<Outcome<ShellResult>> {
  const out = new Gathered();
  if (input.length > 0) void socket.write(input);
  for (;;) {
    const bytes = await socket.read();
    if (bytes === null) return ok({ code: null, out: out.text(), err: '' });
    if (out.bytes + bytes.length > MAX_OUTPUT) return tooMuch;
    out.add(bytes);
  }
}
