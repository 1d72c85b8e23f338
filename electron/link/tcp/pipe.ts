import type { AdbPacketData, AdbPacketInit } from '@yume-chan/adb';
import { Consumable, ReadableStream } from '@yume-chan/stream-extra';
import { createConnection, type Socket } from 'node:net';
import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { PacketPipe } from '../adb/daemon.ts';
import { LinkError, writeHeader } from '../adb/packet.ts';
import { cancelled, closedByUs, connectionLost } from '../adb/problems.ts';
import type { TcpAddress } from './address.ts';
import { badEnd, socketProblem } from './problems.ts';
import { PacketParser } from './parser.ts';

/**
 * Nobody there for so long: an address that swallows everything. The kernel asks again after 1 s and after 3 s; a try of our own comes sooner
 * than that, and a board that is back is found within 2 s.
 */
const CONNECT_MS = 2_000;
/**
 * A board that was switched off says nothing, and where nobody works with it nobody asks it either: the kernel asks after 2 s of silence, then
 * each second, and gives up after four questions without an answer. A runtime before Node 24.19 knows the first number only, and asks ten times.
 */
const KEEPALIVE = [2_000, 1_000, 4] as const;
/** Most bytes that are taken from the kernel at once. */
const READ_BYTES = 256 * 1024;
/** So many packets may wait for Tango; it takes them at once unless this process is very busy. */
const WAITING_PACKETS = 32;

/** Connects to a daemon. Fails with 'offline' where nobody answers, 'no-permission' where the network forbids it. */
export function connectTcp(address: TcpAddress, signal?: AbortSignal): Promise<Outcome<PacketPipe>> {
  return new Promise((resolve) => {
    let pipe: TcpPipe | null = null;
    const socket = createConnection({
      host: address.host,
      port: address.port,
      noDelay: true,
      // One room for all that comes: a fresh one for each piece costs more than the copying.
      onread: {
        buffer: new Uint8Array(READ_BYTES),
        callback: (count, room) => pipe?.take(room.subarray(0, count)) ?? true,
      },
    });
    const finish = (outcome: Outcome<PacketPipe>): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      socket.off('error', failed).off('connect', connected);
      if (!outcome.ok) socket.on('error', () => undefined).destroy();
      resolve(outcome);
    };
    const failed = (error: NodeJS.ErrnoException): void => {
      finish({ ok: false, problem: socketProblem(error, address.name) });
    };
    const connected = (): void => {
      pipe = new TcpPipe(socket);
      finish(ok(pipe));
    };
    const aborted = (): void => {
      finish({ ok: false, problem: cancelled(`Connecting to ${address.name}`) });
    };
    const timer = setTimeout(() => {
      failed(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    }, CONNECT_MS);
    signal?.addEventListener('abort', aborted);
    socket.on('error', failed).on('connect', connected);
    if (signal?.aborted === true) aborted();
  });
}

type Controller = Parameters<
  NonNullable<ConstructorParameters<typeof ReadableStream<AdbPacketData>>[0]>['start'] & object
>[0];

/** A connected socket as packets. */
class TcpPipe implements PacketPipe {
  readonly pair: PacketPipe['pair'];
  readonly broken: Promise<Problem>;
  readonly #socket: Socket;
  readonly #parser = new PacketParser();
  #controller: Controller | null = null;
  #break!: (problem: Problem) => void;
  #over = false;
  #error: NodeJS.ErrnoException | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.broken = new Promise((resolve) => {
      this.#break = resolve;
    });
    socket.setKeepAlive(true, ...KEEPALIVE);
    this.pair = { readable: this.#readable(), writable: this.#writable() };
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => {
      this.#end(this.#error === null ? badEnd(this.#parser.inside) : connectionLost(this.#error.message));
    });
  }

  /** Takes what came. False: no more before Tango asks for it. */
  take(bytes: Uint8Array): boolean {
    const problem = this.#parser.take(bytes, (packet) => {
      if (!this.#over) this.#controller?.enqueue(packet);
    });
    if (problem) this.#end(problem);
    return this.#over || (this.#controller?.desiredSize ?? 1) > 0;
  }

  close(): void {
    this.#end(closedByUs);
  }

  #end(problem: Problem): void {
    if (this.#over) return;
    this.#over = true;
    this.#break(problem);
    this.#controller?.error(new LinkError(problem));
    // What was written before (CLSE of our streams) still leaves.
    if (problem === closedByUs) this.#socket.destroySoon();
    else this.#socket.destroy();
  }

  #readable(): ReadableStream<AdbPacketData> {
    return new ReadableStream<AdbPacketData>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#socket.resume();
        },
        cancel: () => {
          this.close();
        },
      },
      { highWaterMark: WAITING_PACKETS },
    );
  }

  /** It never fails: Tango has promises that nobody listens to when a write does. What can not be sent shows in `broken`. */
  #writable(): PacketPipe['pair']['writable'] {
    return new Consumable.WritableStream<AdbPacketInit>({
      write: (packet) => this.#write(packet),
      close: () => {
        this.close();
      },
      abort: () => {
        this.close();
      },
    });
  }

  /** Resolves when the kernel has the bytes: whoever passed them may use the buffer again. */
  #write(packet: AdbPacketInit): Promise<void> {
    return new Promise((resolve) => {
      if (this.#over || this.#socket.destroyed) {
        resolve();
        return;
      }
      const written = (): void => {
        resolve();
      };
      this.#socket.cork();
      const only = packet.payload.length === 0;
      this.#socket.write(writeHeader(packet), only ? written : undefined);
      if (!only) this.#socket.write(packet.payload, written);
      this.#socket.uncork();
    });
  }
}
