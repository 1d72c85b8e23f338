import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../ports.ts';
import { parseServerAddress, type ServerAddress } from '../../../electron/link/adb-server/address.ts';

/** What a fake server does with a request; the socket is the client's. */
export type Script = (service: string, socket: Socket, server: FakeServer) => void;

export const okay = 'OKAY';
export const words = (text: string): string => Buffer.byteLength(text).toString(16).padStart(4, '0') + text;
export const failed = (text: string): string => `FAIL${words(text)}`;

/** An adb server of a test's own on the loopback: it says what its script says. */
export class FakeServer {
  readonly asked: string[] = [];
  readonly followers = new Set<Socket>();
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>, port: number) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = port;
  }

  /** Left out, the port is one that stays free when it is closed. */
  static async start(script: Script, port?: number): Promise<FakeServer> {
    const own = port ?? (await freePort());
    const sockets = new Set<Socket>();
    return new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
        readRequests(socket, (service) => {
          fake.asked.push(service);
          script(service, socket, fake);
        });
      }).on('error', reject);
      let fake: FakeServer;
      server.listen(own, '127.0.0.1', () => {
        const address = server.address();
        fake = new FakeServer(server, sockets, typeof address === 'object' ? (address?.port ?? 0) : 0);
        resolve(fake);
      });
    });
  }

  /** Clients that are connected. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** As if the user had it for the usual server; `named`: had named it in this call. */
  address(named = false): ServerAddress {
    const parsed = parseServerAddress(`127.0.0.1:${this.port}`, named);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    return parsed.value;
  }

  /** The devices are others now. */
  tell(list: string): void {
    for (const socket of this.followers) socket.write(words(list));
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}

function readRequests(socket: Socket, take: (service: string) => void): void {
  let bytes = Buffer.alloc(0);
  socket.on('data', (piece) => {
    bytes = Buffer.concat([bytes, piece]);
    while (bytes.length >= 4) {
      const size = parseInt(bytes.subarray(0, 4).toString('latin1'), 16);
      if (!(bytes.length >= 4 + size)) return;
      const service = bytes.subarray(4, 4 + size).toString();
      bytes = bytes.subarray(4 + size);
      take(service);
    }
  });
}

/** A server of that version with those devices. `write` says how it sends; left out: at once. */
export const plainServer =
  (
    list: () => string,
    { version = 41, write = (socket: Socket, text: string): void => void socket.write(text) } = {},
  ): Script =>
  (service, socket, server) => {
    if (service === 'host:version') write(socket, okay + words(version.toString(16).padStart(4, '0')));
    else if (service === 'host:track-devices-l' && version >= 40) {
      server.followers.add(socket);
      write(socket, okay + words(list()));
    } else write(socket, failed('unknown host service'));
  };
