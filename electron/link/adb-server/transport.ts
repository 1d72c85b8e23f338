import type { Socket } from 'node:net';
import {
  ADB_SERVER_DEFAULT_FEATURES,
  type AdbBanner,
  type AdbFeature,
  type AdbSocket,
  type AdbTransport,
} from '@yume-chan/adb';
import { MaybeConsumable, ReadableStream } from '@yume-chan/stream-extra';
import type { Outcome, Problem } from '../../model/outcome.ts';
import type { ServerAddress } from './address.ts';
import type { ListedDevice } from './devices.ts';
import { ServerStream, type CallOptions } from './wire.ts';

/**
 * A connection to the server that was handed on to one of its devices. The number of a transport is asked for where there is one: two
 * devices may have the same serial.
 */
export async function connectDevice(
  address: ServerAddress,
  { serial, transportId }: ListedDevice,
  options: CallOptions,
): Promise<Outcome<ServerStream>> {
  const stream = await ServerStream.connect(address, options);
  if (!stream.ok) return stream;
  const which = transportId === null ? `host:transport:${serial}` : `host:transport-id:${transportId}`;
  const switched = await stream.value.request(which);
  if (switched.ok) return stream;
  stream.value.close();
  return switched;
}

/** Why a service could not be opened; the message of an 'adb-server-refused' is the server's own words. */
export class ServerError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

export interface TransportParts {
  readonly address: ServerAddress;
  readonly device: ListedDevice;
  readonly banner: AdbBanner;
  /** Resolves when the device cannot be reached any more. */
  readonly disconnected: Promise<void>;
}

/**
 * What sync writes at once: two DATA pieces of 64 KiB with their heads. The server makes packets of what it has read, and the daemon writes a
 * small one away while the next is on its way: with twice as much a push is slower by a twentieth, with whole MiB by a tenth.
 */
const MAX_PAYLOAD = 2 * (64 * 1024 + 8);

/**
 * A device behind an adb server, for Tango. Its own (AdbServerTransport over AdbServerNodeTcpConnector) needs a server of version 41,
 * and a stream of it that breaks by an error never ends.
 */
export class ServerTransport implements AdbTransport {
  readonly serial: string;
  readonly maxPayloadSize = MAX_PAYLOAD;
  readonly banner: AdbBanner;
  readonly disconnected: Promise<void>;
  readonly clientFeatures: readonly AdbFeature[] = ADB_SERVER_DEFAULT_FEATURES;
  readonly #parts: TransportParts;
  readonly #sockets = new Set<Socket>();
  readonly #abort = new AbortController();

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.serial = parts.device.serial;
    this.banner = parts.banner;
    this.disconnected = parts.disconnected;
    void parts.disconnected.then(() => {
      this.close();
    });
  }

  /** Opens a service of the device. Rejects with a ServerError. */
  async connect(service: string): Promise<AdbSocket> {
    const { address, device } = this.#parts;
    const stream = await connectDevice(address, device, { signal: this.#abort.signal });
    if (!stream.ok) throw new ServerError(stream.problem);
    const { socket } = stream.value;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const asked = await stream.value.request(service);
    if (asked.ok) return socketOf(service, socket);
    stream.value.close();
    throw new ServerError(asked.problem);
  }

  /** Ends all that is open. */
  close(): void {
    this.#abort.abort();
    for (const socket of this.#sockets) socket.destroy();
  }

  addReverseTunnel(): never {
    throw new Error('the board never connects to this machine');
  }

  removeReverseTunnel(): void {
    // There is none.
  }

  clearReverseTunnels(): void {
    // There is none.
  }
}

function socketOf(service: string, socket: Socket): AdbSocket {
  const closed = new Promise<undefined>((resolve) => {
    if (socket.closed) resolve(undefined);
    else
      socket.once('close', () => {
        resolve(undefined);
      });
  });
  return {
    service,
    closed,
    readable: readableOf(socket),
    writable: writableOf(socket),
    close: () => {
      socket.destroySoon();
    },
  };
}

/** Bytes as they are asked for; a stream that breaks ends like one that was closed, and the transport tells why. */
function readableOf(socket: Socket): ReadableStream<Uint8Array> {
  // One listener for the whole stream: this is the way of every sample.
  let wake = (): void => undefined;
  const came = (): void => {
    wake();
  };
  socket.on('readable', came).on('end', came).on('close', came);
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        for (;;) {
          const more = next();
          const bytes = socket.read() as Uint8Array | null;
          if (bytes !== null) {
            controller.enqueue(bytes);
            return;
          }
          if (socket.readableEnded || socket.destroyed) {
            controller.close();
            return;
          }
          await more;
        }
      },
      cancel: () => {
        socket.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

const writableOf = (socket: Socket): MaybeConsumable.WritableStream<Uint8Array> =>
  new MaybeConsumable.WritableStream<Uint8Array>({
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () => {
      socket.end();
    },
    abort: () => {
      socket.destroy();
    },
  });
