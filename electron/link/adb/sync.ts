import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { PushOptions } from './device.ts';
import { badAnswer, pushFailed, streamLost } from './problems.ts';
import type { TamedSocket } from './socket.ts';

/**
 * The sync protocol as far as a push takes it (packages/modules/adb, SYNC.TXT): SEND "path,mode", DATA pieces of at most 64 KiB,
 * DONE with the time of the file, answered by OKAY or by FAIL with a sentence. A daemon that can not write says FAIL at once and throws
 * the rest away, so the answer is listened for while the file is sent.
 */
const DATA_MAX = 64 * 1024;
const HEAD = 8;
/** Regular file (S_IFREG of stat.h); the daemon wants the whole st_mode. */
const REGULAR = 0o100000;
/** DATA pieces that go out in one packet of adb: nearly its 1 MiB. */
const BATCH = 15;
/** No sentence of a daemon is longer. */
const MAX_WORDS = 4096;

function message(id: string, value: number, bytes = new Uint8Array()): Buffer {
  const all = Buffer.alloc(HEAD + bytes.length);
  all.write(id, 'latin1');
  all.writeUInt32LE(value, 4);
  all.set(bytes, HEAD);
  return all;
}

/** Room for so many DATA pieces. */
const roomFor = (pieces: number): Buffer => Buffer.allocUnsafe(pieces * (HEAD + DATA_MAX));

/** Some DATA pieces of the content from `at` on, as they go over the wire, written into `room`. */
function dataOf(content: Uint8Array, at: number, batch: number, room: Buffer): Buffer {
  const length = Math.min(content.length - at, batch * DATA_MAX);
  let to = 0;
  for (let done = 0; done < length; done += DATA_MAX) {
    const piece = content.subarray(at + done, at + Math.min(done + DATA_MAX, length));
    room.write('DATA', to, 'latin1');
    room.writeUInt32LE(piece.length, to + 4);
    room.set(piece, to + HEAD);
    to += HEAD + piece.length;
  }
  return room.subarray(0, to);
}

type Answer =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly words: string }
  | { readonly kind: 'lost' }
  | { readonly kind: 'strange'; readonly what: string };

/** The daemon's answer to a SEND. */
async function readAnswer(socket: TamedSocket): Promise<Answer> {
  let got = Buffer.alloc(0);
  for (;;) {
    const bytes = await socket.read();
    if (bytes === null) return { kind: 'lost' };
    got = Buffer.concat([got, bytes]);
    if (got.length < HEAD) continue;
    const [id, value] = [got.toString('latin1', 0, 4), got.readUInt32LE(4)];
    if (id === 'OKAY') return { kind: 'done' };
    if (id !== 'FAIL' || value > MAX_WORDS)
      return { kind: 'strange', what: `${JSON.stringify(id)} to a file that was sent` };
    if (got.length >= HEAD + value)
      return { kind: 'failed', words: got.toString('utf8', HEAD, HEAD + value) };
  }
}

export interface PushContext {
  readonly path: string;
  readonly content: Uint8Array;
  /** Most bytes of one packet of this transport. */
  readonly maxPayload: number;
  /** Now, in seconds since 1970. */
  readonly mtime: number;
}

async function sendFile(
  socket: TamedSocket,
  context: PushContext,
  options: PushOptions,
  stopped: () => boolean,
): Promise<void> {
  const { path, content, mtime } = context;
  const batch = Math.max(1, Math.min(BATCH, Math.floor(context.maxPayload / (DATA_MAX + HEAD))));
  const name = Buffer.from(`${path},${REGULAR | (options.mode & 0o7777)}`);
  if (!(await socket.write(message('SEND', name.length, name)))) return;
  // The next batch is made while the daemon takes the one before; that one's room is free again when it has.
  const rooms = [roomFor(batch), roomFor(batch)] as const;
  let sent = Promise.resolve(true);
  for (let at = 0, turn = 0; at < content.length; at += batch * DATA_MAX, turn = 1 - turn) {
    const bytes = dataOf(content, at, batch, turn === 0 ? rooms[0] : rooms[1]);
    if (!(await sent) || stopped()) return;
    if (at > 0) options.onProgress?.(at);
    sent = socket.write(bytes);
  }
  if (!(await sent) || stopped()) return;
  options.onProgress?.(content.length);
  await socket.write(message('DONE', mtime));
}

function outcomeOf(answer: Answer, path: string): Outcome<undefined> {
  const failed = (problem: Problem): Outcome<undefined> => ({ ok: false, problem });
  switch (answer.kind) {
    case 'done':
      return ok(undefined);
    case 'failed':
      return failed(pushFailed(path, answer.words));
    case 'strange':
      return failed(badAnswer(answer.what));
    case 'lost':
      return failed(streamLost(`the daemon left while ${path} was pushed`));
  }
}

/** Pushes one file over an open socket of the service "sync:". */
export async function pushFile(
  socket: TamedSocket,
  context: PushContext,
  options: PushOptions,
): Promise<Outcome<undefined>> {
  let stopped = false;
  const answer = readAnswer(socket).then((value) => {
    stopped = true;
    return value;
  });
  void sendFile(socket, context, options, () => stopped);
  const outcome = outcomeOf(await answer, context.path);
  // The daemon ends its side of the service by itself then.
  if (outcome.ok) await socket.write(message('QUIT', 0));
  return outcome;
}
