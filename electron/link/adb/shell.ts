import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { ShellResult } from './device.ts';
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

type Chunks = Uint8Array[];

const textOf = (chunks: Chunks): string => Buffer.concat(chunks).toString('utf8');

/** Puts what the daemon sends together, however it is cut. */
export class ShellReader {
  readonly #out: Chunks = [];
  readonly #err: Chunks = [];
  #rest: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #code: number | null = null;

  /** Takes the next bytes. Gives a result once the command has ended; null: more is to come. */
  take(bytes: Uint8Array): Outcome<ShellResult> | null {
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_OUTPUT) return tooMuch;
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= HEAD) {
      const length = this.#rest.readUInt32LE(1);
      if (length > MAX_OUTPUT)
        return { ok: false, problem: badAnswer(`a piece of ${length} bytes of output`) };
      if (this.#rest.length < HEAD + length) break;
      this.#packet(this.#rest.readUInt8(0), this.#rest.subarray(HEAD, HEAD + length));
      this.#rest = this.#rest.subarray(HEAD + length);
    }
    return this.#code === null
      ? null
      : ok({ code: this.#code, out: textOf(this.#out), err: textOf(this.#err) });
  }

  #packet(id: number, data: Buffer): void {
    if (id === STDOUT) this.#out.push(data);
    else if (id === STDERR) this.#err.push(data);
    else if (id === EXIT) this.#code = data[0] ?? null;
    // Others are passed over, as adb's own client does.
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
  const out: Chunks = [];
  let size = 0;
  if (input.length > 0) void socket.write(input);
  for (;;) {
    const bytes = await socket.read();
    if (bytes === null) return ok({ code: null, out: textOf(out), err: '' });
    size += bytes.length;
    if (size > MAX_OUTPUT) return tooMuch;
    out.push(bytes);
  }
}
