import type { WebSocket } from 'ws';
import type { CallName } from '../contract/calls.ts';
import { decode, encode, encodeReply } from '../contract/codec.ts';
import type { Desk, FacePort, Reply } from '../contract/face.ts';
import type { Push } from '../contract/pushes.ts';
import { fail } from '../model/outcome.ts';

/** Bounds of what waits in memory for a page that reads slowly, in bytes; and how often a silent one is asked. */
export interface SocketLimits {
  /** Above this the host holds back what can be made up for, and no more requests are read. */
  readonly congestedAt: number;
  /** Above this the page is taken as not reading any more and closed. One answer may be larger: it was asked for. */
  readonly closeAt: number;
  readonly heartbeatMs: number;
}

export const LIMITS: SocketLimits = { congestedAt: 4 * 2 ** 20, closeAt: 32 * 2 ** 20, heartbeatMs: 15_000 };

/** Requests of one page that are being worked on; further ones wait in its socket. */
const IN_WORK = 64;
/** How long a page that does not read has to take its close. */
const GRACE_MS = 2000;

/** Codes of the WebSocket's close: RFC 6455, 7.4. */
const CLOSE = { goingAway: 1001, unsupported: 1003, tooSlow: 4008 } as const;

/** Where the paths of uploaded files are known. */
export interface UploadPaths {
  pathOf(name: string): string | undefined;
  drop(name: string): Promise<void>;
}

/** One page at the other end of a WebSocket. */
export class FaceSocket {
  private readonly socket: WebSocket;
  private readonly uploads: UploadPaths;
  private readonly limits: SocketLimits;
  private readonly say: (text: string) => void;
  private readonly port: FacePort;
  private readonly beat: NodeJS.Timeout;
  private inWork = 0;
  /** Bytes of answers that are on their way: they do not count against `closeAt`. */
  private answering = 0;
  private wasCongested = false;
  private alive = true;
  /** What waited at the last heartbeat, where that was too much. */
  private waitedBefore = Infinity;
  /** Messages that left for the page since then. */
  private taken = 0;
  private ended = false;

  constructor(
    socket: WebSocket,
    desk: Desk,
    parts: { uploads: UploadPaths; limits: SocketLimits; say: (text: string) => void },
  ) {
    this.socket = socket;
    this.uploads = parts.uploads;
    this.limits = parts.limits;
    this.say = parts.say;
    const congested = (): boolean => this.congested;
    this.port = desk.connect({
      push: (message) => {
        this.push(message);
      },
      get congested() {
        return congested();
      },
    });
    this.beat = setInterval(() => {
      this.heartbeat();
    }, this.limits.heartbeatMs);
    this.listen();
  }

  /** The program ends. */
  close(): void {
    this.leave(CLOSE.goingAway, 'QDA Lab ends');
  }

  private get congested(): boolean {
    return this.socket.bufferedAmount > this.limits.congestedAt;
  }

  private listen(): void {
    this.socket.on('message', (data: Buffer, isBinary) => {
      if (this.ended) return; // it was told to go: nothing is begun for it any more
      if (isBinary) this.leave(CLOSE.unsupported, 'Messages are text');
      else void this.receive(data.toString('utf8'));
    });
    this.socket.on('pong', () => {
      this.alive = true;
    });
    this.socket.on('close', () => {
      this.finish();
    });
    this.socket.on('error', () => {
      this.finish(); // ws has closed it, with the code of what was wrong
    });
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.beat);
    this.port.close();
  }

  private async receive(text: string): Promise<void> {
    this.inWork += 1;
    this.pace();
    const reply = await this.answer(text);
    this.inWork -= 1;
    const answer = Buffer.from(encodeReply(reply));
    this.answering += answer.length;
    this.send(answer, () => {
      this.answering -= answer.length;
    });
    this.pace();
  }

  private async answer(text: string): Promise<Reply> {
    const message = decoded(text);
    if (!isPathCall(message)) return await this.port.handle(message);
    const name = message.args.path;
    const path = this.uploads.pathOf(name);
    if (path === undefined) return { id: message.id, outcome: NOT_SENT };
    const reply = await this.port.handle({ ...message, args: { ...message.args, path } });
    await this.uploads.drop(name);
    return reply;
  }

  private push(message: Push): void {
    if (this.ended) return;
    if (this.socket.bufferedAmount - this.answering > this.limits.closeAt) {
      this.say(`A page was closed: it left ${this.socket.bufferedAmount} bytes unread.`);
      this.leave(CLOSE.tooSlow, 'This page does not read what it is sent; load it again');
      return;
    }
    this.send(Buffer.from(encode(message)), () => undefined);
  }

  private send(text: Buffer, sent: () => void): void {
    if (this.ended) return;
    this.socket.send(text, { binary: false }, () => {
      this.taken += 1;
      sent();
      this.pace();
    });
    this.wasCongested ||= this.congested;
  }

  /** Reads on or waits, and tells the host when there is room again. */
  private pace(): void {
    if (this.ended) return;
    const busy = this.congested || this.inWork >= IN_WORK;
    if (busy && !this.socket.isPaused) this.socket.pause();
    if (!busy && this.socket.isPaused) {
      this.socket.resume();
      this.alive = true; // its answer to the last ping was not read
    }
    if (!this.wasCongested || this.congested) return;
    this.wasCongested = false;
    this.port.drained();
  }

  /** A page that did not answer the last ping, or took nothing since, is gone: a laptop that sleeps closes nothing. */
  private heartbeat(): void {
    const waiting = this.socket.bufferedAmount;
    // A page that is always behind takes much all the same: only one that took no message since is stuck.
    const stuck = this.congested && this.taken === 0 && waiting >= this.waitedBefore;
    const silent = !this.alive && !this.socket.isPaused;
    if (stuck || silent) {
      this.say(`A page was closed: it ${stuck ? 'did not read what it was sent' : 'did not answer'}.`);
      this.socket.terminate();
      return;
    }
    this.waitedBefore = this.congested ? waiting : Infinity;
    this.taken = 0;
    this.alive = false;
    this.socket.ping();
  }

  private leave(code: number, reason: string): void {
    this.finish();
    this.socket.close(code, reason);
    setTimeout(() => {
      this.socket.terminate();
    }, GRACE_MS).unref();
  }
}

/** undefined where the text is none of ours; the host answers that as a bad message. */
function decoded(text: string): unknown {
  try {
    return decode(text);
  } catch {
    return undefined;
  }
}

/** A call whose argument is a path: a page knows no paths of this machine, so it names an upload. */
interface PathCall {
  readonly id: number;
  readonly call: string;
  readonly args: { readonly path: string };
}

const PATH_CALLS: ReadonlySet<unknown> = new Set<CallName>(['runs.import', 'recordings.import']);

const NOT_SENT = fail(
  'no-upload',
  'That file was not sent to this program, or it was imported already.',
  'Choose the file again.',
);

function isPathCall(message: unknown): message is PathCall {
  if (typeof message !== 'object' || message === null) return false;
  const { id, call, args } = message as Partial<Record<keyof PathCall, unknown>>;
  if (!Number.isSafeInteger(id) || !PATH_CALLS.has(call)) return false;
  return typeof args === 'object' && args !== null && 'path' in args && typeof args.path === 'string';
}
