// A board on the USB that asks for a key, which Debian's adbd does not do: that adbd over TCP, the front of test/link before it, and packets
// carried between the front and the USB. Run in the machine as a program of its own, for what it does blocks.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { eachPacket, packetBytes, startFront, type FrontOptions } from '../../link/auth-front.ts';
import { makeEndpoints } from './endpoints.ts';

/** What the user of such a board does when asked. */
export type User = Extract<FrontOptions['user'], string>;

/** Where it tells what it was asked. */
export const REPORT = '/run/gadget/asking.json';

export interface Report {
  readonly asked: readonly string[];
  readonly signatures: { readonly good: number; readonly bad: number };
  readonly complaints: readonly string[];
}

const PORT = 6655;
/** Bytes of the largest packet that adbd takes at once from FunctionFS. */
const READ_BYTES = 16_384;

/** On TCP alone: it would take the USB where it finds one. */
function startAdbd(): void {
  const { QDA_USB_ADBD: program = '', QDA_USB_ADB_LIBRARIES: libraries = '' } = process.env;
  const script = 'mount -t tmpfs none /dev/usb-ffs && exec env "$@"';
  const words = [`LD_LIBRARY_PATH=${libraries}`, `ADBD_PORT=${PORT}`, program];
  const within = ['--pdeathsig', 'KILL', 'unshare', '--mount', 'sh', '-c', script, 'sh', ...words];
  spawn('setpriv', within, { stdio: 'inherit' });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {
      resolve(false);
    });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function untilAnswers(port: number): Promise<void> {
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Packets between the host on the USB and the front: each hello of the host begins anew, as a board does it. */
class Carrier {
  readonly #toHost: FileHandle;
  readonly #port: number;
  readonly #noted: () => void;
  #front: Socket | null = null;
  #written = Promise.resolve();

  constructor(toHost: FileHandle, port: number, noted: () => void) {
    this.#toHost = toHost;
    this.#port = port;
    this.#noted = noted;
  }

  /** Header and payload are transfers of their own. */
  fromHost(bytes: PassThrough): void {
    eachPacket(bytes, ({ command, arg0, arg1, payload }) => {
      if (command === 'CNXN') this.#begin();
      this.#front?.write(packetBytes(command, arg0, arg1, payload));
    });
  }

  #begin(): void {
    this.#front?.destroy();
    const front = connect(this.#port, '127.0.0.1');
    this.#front = front;
    front.on('error', () => undefined);
    eachPacket(front, ({ command, arg0, arg1, payload }) => {
      this.#noted();
      const packet = packetBytes(command, arg0, arg1, payload);
      this.#written = this.#written.then(async () => {
        // What an earlier session did not get is not for this one.
        if (this.#front !== front) return;
        await this.#toHost.write(packet.subarray(0, 24));
        if (payload.length > 0) await this.#toHost.write(payload);
      });
    });
  }
}

/** Plays the board until somebody ends this process. */
export async function playAskingBoard(user: User): Promise<never> {
  const { fromHost, toHost } = await makeEndpoints();
  startAdbd();
  const front = await startFront({ daemonPort: PORT, known: [], user });
  const { asked, signatures, complaints } = front;
  const noted = (): void => {
    writeFileSync(REPORT, JSON.stringify({ asked, signatures, complaints } satisfies Report));
  };
  await untilAnswers(PORT);
  const bytes = new PassThrough();
  new Carrier(toHost, Number(front.address.split(':')[1]), noted).fromHost(bytes);
  const room = Buffer.alloc(READ_BYTES);
  for (;;) {
    // An empty transfer ends a payload that fills its last packet; it is no end.
    const { bytesRead } = await fromHost.read(room, 0, READ_BYTES);
    bytes.write(Buffer.from(room.subarray(0, bytesRead)));
  }
}
