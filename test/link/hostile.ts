import { createServer, type Socket } from 'node:net';
import { eachPacket, packetBytes } from './auth-front.ts';

/** A daemon that is not what it seems. `play` is called for each packet of the host, with what it may do to it. */
export interface Hostile {
  readonly address: string;
  stop(): Promise<void>;
}

export interface HostPacket {
  readonly command: string;
  readonly arg0: number;
  readonly arg1: number;
  readonly payload: Buffer;
}

export type Play = (socket: Socket, packet: HostPacket, index: number) => void;

/** CNXN as Debian's adbd 34.0.5 says it: version 0x01000001, 1 MiB, features. */
export const HELLO = packetBytes(
  'CNXN',
  0x01000001,
  1024 * 1024,
  Buffer.from(
    'device::ro.product.name=x;ro.product.model=y;ro.product.device=z;features=shell_v2,cmd,stat_v2',
  ),
  false,
);

export const packet = (command: string, arg0: number, arg1: number, payload = ''): Buffer =>
  packetBytes(command, arg0, arg1, Buffer.from(payload, 'latin1'), false);

export function startHostile(play: Play): Promise<Hostile> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let index = 0;
    eachPacket(socket, (said) => {
      play(socket, said, index++);
    });
  });
  const stop = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ address: `127.0.0.1:${port}`, stop });
    });
  });
}

/** Numbers that come out the same in every run (mulberry32's shape: one multiplication, some shifts). */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
  };
}
