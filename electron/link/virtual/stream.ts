import { createConnection, type Socket } from 'node:net';
import type { Connection } from '../interfaces/link.ts';
import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';

const lost = (message: string): Problem => ({
  code: 'connection-lost',
  message,
  remedy: 'The connection is made anew, if the other side still runs.',
});

/** A connected socket as a stream of bytes. `peer`: who is at its other end, "the agent". */
class SocketStream implements Connection {
  readonly #socket: Socket;
  readonly #peer: string;
  #error: Error | null = null;
  #closedByUs = false;

  constructor(socket: Socket, peer: string) {
    this.#socket = socket;
    this.#peer = peer;
    socket.on('error', (error) => {
      this.#error = error;
    });
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed || this.#socket.write(bytes)) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#socket.off('drain', finish).off('close', finish);
        resolve();
      };
      this.#socket.on('drain', finish).on('close', finish);
    });
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#socket.on('data', listener);
  }

  onClose(listener: (problem: Problem | null) => void): void {
    this.#socket.on('close', () => {
      listener(this.#closedByUs ? null : lost(this.#why()));
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#closedByUs = true;
    this.#socket.destroySoon();
  }

  #why(): string {
    return this.#error === null
      ? `The stream was closed by ${this.#peer}.`
      : `The stream to ${this.#peer} broke: ${this.#error.message}.`;
  }
}

/** Connects to an abstract unix socket. Fails with 'connection-refused' where nobody listens. */
export function connectAbstract(name: string, peer: string, timeoutMs: number): Promise<Outcome<Connection>> {
  return new Promise((resolve) => {
    const socket = createConnection({ path: `\0${name}` });
    const refuse = (why: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(
        fail(
          'connection-refused',
          `No connection to ${peer} at ${name}: ${why}.`,
          'Look whether it still runs.',
        ),
      );
    };
    const timer = setTimeout(refuse, timeoutMs, `no answer for ${timeoutMs / 1000} s`);
    const failed = (error: NodeJS.ErrnoException): void => {
      refuse(error.code === 'ECONNREFUSED' ? 'nobody listens there' : (error.code ?? error.message));
    };
    socket.on('error', failed);
    socket.on('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(ok(new SocketStream(socket, peer)));
    });
  });
}
