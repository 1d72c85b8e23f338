import { Buffer } from 'node:buffer';
import { createConnection, type Socket } from 'node:net';
import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { ServerAddress } from './address.ts';
import { noServer, notAnAdbServer, noWay, serverEnded, serverSilent } from './problems.ts';

/**
 * The client's side of an adb server: requests and replies of "%04x" and so many bytes, after OKAY or FAIL (Android's
 * platform/packages/modules/adb, docs/dev/services.md and OVERVIEW.TXT). What it holds of a server's words is bounded by those
 * four digits and by the socket's own buffer.
 */
export const ANSWER_MS = 5_000;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Given up after so long without a word: hung, never slow. */
  readonly answerMs?: number;
}

/** One connection to an adb server. */
export class ServerStream {
  readonly socket: Socket;
  readonly #server: string;
  readonly #answerMs: number;
  readonly #signal: AbortSignal | undefined;

  private constructor(socket: Socket, server: string, { answerMs = ANSWER_MS, signal }: CallOptions) {
    this.socket = socket;
    this.#server = server;
    this.#answerMs = answerMs;
    this.#signal = signal;
  }

  /** Connects. Fails with 'adb-server-absent' where nobody listens, or 'cancelled'. */
  static connect(address: ServerAddress, options: CallOptions = {}): Promise<Outcome<ServerStream>> {
    const { signal, answerMs = ANSWER_MS } = options;
    if (signal?.aborted === true) return Promise.resolve(CANCELLED);
    return new Promise((resolve) => {
      const socket = createConnection(address.where).setNoDelay(true);
      const finish = (outcome: Outcome<ServerStream>): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        socket.off('error', failed);
        if (!outcome.ok) socket.destroy();
        resolve(outcome);
      };
      const failed = (error: NodeJS.ErrnoException): void => {
        finish({ ok: false, problem: noConnection(address.name, error) });
      };
      const abort = (): void => {
        finish(CANCELLED);
      };
      const timer = setTimeout(() => {
        finish({ ok: false, problem: noWay(address.name, `nothing comes back for ${answerMs / 1000} s`) });
      }, answerMs);
      signal?.addEventListener('abort', abort);
      socket.on('error', failed);
      // A broken stream is told by its end; without a listener an error would end the process.
      socket.on('error', () => undefined);
      socket.on('connect', () => {
        socket.setNoDelay(true).setKeepAlive(true, 10_000);
        finish(ok(new ServerStream(socket, address.name, options)));
      });
    });
  }

  /** Sends a request and waits for its OKAY. Fails with 'adb-server-refused' and the server's words as the message. */
  async request(service: string): Promise<Outcome<undefined>> {
    const bytes = Buffer.from(service);
    this.socket.write(Buffer.concat([Buffer.from(bytes.length.toString(16).padStart(4, '0')), bytes]));
    const word = await this.#exactly(4);
    if (!word.ok) return word;
    const status = word.value.toString('latin1');
    if (status === 'OKAY') return ok(undefined);
    if (status !== 'FAIL') return this.#garbage(`it said ${shown(word.value)} where OKAY or FAIL belongs`);
    const why = await this.text();
    return why.ok ? fail('adb-server-refused', why.value) : why;
  }

  /** Text with its length before it. `begin` 'whenever': its first byte may take as long as it likes. */
  async text(begin: 'now' | 'whenever' = 'now'): Promise<Outcome<string>> {
    const head = await this.#exactly(4, begin);
    if (!head.ok) return head;
    const digits = head.value.toString('latin1');
    if (!/^[0-9a-f]{4}$/i.test(digits))
      return this.#garbage(`it said ${shown(head.value)} where a length belongs`);
    const body = await this.#exactly(parseInt(digits, 16));
    return body.ok ? ok(body.value.toString('utf8')) : body;
  }

  close(): void {
    this.socket.destroy();
  }

  #garbage(said: string): Outcome<never> {
    return { ok: false, problem: notAnAdbServer(this.#server, said) };
  }

  async #exactly(size: number, begin: 'now' | 'whenever' = 'now'): Promise<Outcome<Buffer>> {
    if (size === 0) return ok(Buffer.alloc(0));
    const parts: Buffer[] = [];
    for (let got = 0; got < size;) {
      const limit = begin === 'now' || got > 0 ? this.#answerMs : null;
      const part = await takeSome(this.socket, size - got, { limitMs: limit, signal: this.#signal });
      if (typeof part === 'string') return { ok: false, problem: this.#whyNot(part) };
      parts.push(part);
      got += part.length;
    }
    return ok(Buffer.concat(parts));
  }

  #whyNot(why: 'ended' | 'silent'): Problem {
    return why === 'ended' ? serverEnded(this.#server) : serverSilent(this.#server, this.#answerMs);
  }
}

interface Patience {
  /** null: for ever. */
  readonly limitMs: number | null;
  readonly signal: AbortSignal | undefined;
}

/** At least one byte and at most `most`; or why there is none. The socket is not read beyond its own buffer. */
async function takeSome(
  socket: Socket,
  most: number,
  patience: Patience,
): Promise<Buffer | 'ended' | 'silent'> {
  for (;;) {
    const size = Math.min(most, socket.readableLength);
    const part = size > 0 ? (socket.read(size) as Buffer | null) : null;
    if (part !== null) return part;
    if (socket.readableEnded || socket.destroyed) return 'ended';
    if (!(await moreOf(socket, patience))) return 'silent';
  }
}

/** Waits for bytes or the end; false: the time is over. Called off, the socket ends. */
function moreOf(socket: Socket, { limitMs, signal }: Patience): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (more: boolean): void => {
      clearTimeout(timer);
      socket.off('readable', came).off('end', came).off('close', came);
      signal?.removeEventListener('abort', stop);
      resolve(more);
    };
    const came = (): void => {
      finish(true);
    };
    const stop = (): void => {
      socket.destroy();
      finish(true);
    };
    const late = (): void => {
      finish(false);
    };
    const timer = limitMs === null ? undefined : setTimeout(late, limitMs);
    socket.on('readable', came).on('end', came).on('close', came);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
    // The end of a stream is told only to who reads: this takes nothing away.
    else socket.read(0);
  });
}

const CANCELLED = fail('cancelled', 'The connection was called off.');

/** Bytes of a stranger, as a sentence may quote them. */
const shown = (bytes: Buffer): string => JSON.stringify(bytes.toString('latin1').replace(/[^ -~]/g, '?'));

function noConnection(server: string, { code, message }: NodeJS.ErrnoException): Problem {
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return noServer(server);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return noWay(server, 'there is no host of that name');
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return noWay(server, 'the host cannot be reached');
  return noWay(server, code ?? message);
}
