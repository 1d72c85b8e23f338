// Debian's adbd and adb on this machine, and programs behind abstract sockets of the "board", for the figures of the link.
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import type { AdbDevice, AdbWay } from '../../../electron/link/adb/device.ts';
import { startAdbd, type RealAdbd } from '../../../test/link/adbd.ts';
import { startServer, type RealServer } from '../../../test/link/adb-server.ts';
import { freePort } from '../../../test/ports.ts';
import { LinkHost } from '../../../test/link/link-lab.ts';
import { must, type BenchLab } from '../bench-lab.ts';

export const MIB = 2 ** 20;

/** One daemon, and an adb server that is connected to it. */
export interface AdbRig {
  readonly adbd: RealAdbd;
  readonly server: RealServer;
}

export async function adbRig(lab: BenchLab): Promise<AdbRig> {
  lab.check();
  const adbd = await startAdbd({ serial: `TOOL${process.pid}` });
  lab.later(() => adbd.stop());
  const server = await startServer();
  lab.later(() => server.stop());
  await server.adb('connect', adbd.address);
  return { adbd, server };
}

/** The daemon over each way of ours: straight, and through the adb server. */
export async function devices(lab: BenchLab, rig: AdbRig): Promise<ReadonlyMap<string, AdbDevice>> {
  const host = new LinkHost().tcp(rig.adbd.address).server(rig.server.address);
  lab.later(() => host.close());
  const board = `TOOL${process.pid}`;
  await until(() => usable(host, board).length === 2, host);
  const opened = new Map<string, AdbDevice>();
  for (const way of usable(host, board)) {
    const device = must(await way.open());
    lab.later(() => device.close());
    opened.set(way.transport === 'tcp' ? 'over TCP' : 'through the same adb server', device);
  }
  return opened;
}

const usable = (host: LinkHost, board: string): readonly AdbWay[] =>
  host.ways.to(board).filter((way) => way.usable !== false);

/** Resolves when it holds; looks again whenever ways come or go. */
export function until(holds: () => boolean, { ways }: LinkHost): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      off();
      resolve();
    };
    const off = ways.onChange(look);
    look();
  });
}

/** What a program of the board does with whoever connects: gives everything back, or gives so many bytes. */
const SERVICES = {
  echo: `s.on('data', (bytes) => s.write(bytes))`,
  give: `const piece = Buffer.alloc(65536, 0x5a); let left = Number(process.argv[2]);
    const more = () => { while (left > 0) { const some = piece.subarray(0, Math.min(left, piece.length)); left -= some.length;
      if (!s.write(some)) return void s.once('drain', more); } s.end(); }; more();`,
} as const;

let services = 0;

/** Starts such a program; the abstract name that it listens at. It has a process of its own, as on a board. */
export async function service(lab: BenchLab, kind: keyof typeof SERVICES, bytes = 0): Promise<string> {
  services += 1;
  const name = `qda-lab-tool/${process.pid}/${kind}${services}`;
  const script = `require('node:net').createServer((s) => { s.on('error', () => {}); ${SERVICES[kind]} })
    .listen('\\0' + process.argv[1], () => console.log('ready'));`;
  const child = spawn(process.execPath, ['-e', script, name, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  lab.later(() => void child.kill());
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return name;
}

/** A plain socket that Debian's adb forwards to that name: what a bare ADB socket is. Its port. */
export async function forward(rig: AdbRig, name: string): Promise<number> {
  const port = await freePort();
  await rig.server.adb('-s', rig.adbd.address, 'forward', `tcp:${port}`, `localabstract:${name}`);
  return port;
}

export function bareSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }).once('error', reject);
    socket.once('connect', () => {
      resolve(socket);
    });
  });
}
