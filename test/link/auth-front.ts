import { execFileSync } from 'node:child_process';
import { createPublicKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/**
 * What Debian's adbd leaves out: a front before it that asks for authentication as a board does (protocol.txt of packages/modules/adb,
 * "AUTH"), with openssl as the judge of signatures. It has a parser and a writer of packets of its own, so that it shares no mistake with ours.
 */
export interface FrontOptions {
  /** Where the real daemon listens. */
  readonly daemonPort: number;
  /** Public keys (PEM) that the board knows. */
  known: string[];
  /** What its user does when asked about a key: "never" leaves the question on the screen. */
  user: 'allows' | 'never' | 'asks again' | 'hangs up' | { readonly allowsAfterMs: number };
  /** Speaks to the host as a daemon of that protocol version, with checksums and NUL. */
  readonly oldProtocol?: boolean;
  /** Says what it can do without this feature. */
  readonly without?: string;
}

export interface AuthFront {
  readonly address: string;
  /** Names behind public keys that its user was asked about. */
  readonly asked: readonly string[];
  /** Signatures that openssl found good, and bad. */
  readonly signatures: { good: number; bad: number };
  /** What a daemon of the old protocol would have stumbled over. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
}

interface Packet {
  readonly command: string;
  arg0: number;
  arg1: number;
  payload: Buffer;
  readonly checksum: number;
}

const sum = (bytes: Buffer): number => bytes.reduce((total, byte) => (total + byte) >>> 0, 0);

export function packetBytes(
  command: string,
  arg0: number,
  arg1: number,
  payload: Buffer = Buffer.alloc(0),
  checked = true,
): Buffer {
  const head = Buffer.alloc(24);
  head.write(command, 'latin1');
  head.writeUInt32LE(arg0, 4);
  head.writeUInt32LE(arg1, 8);
  head.writeUInt32LE(payload.length, 12);
  head.writeUInt32LE(checked ? sum(payload) : 0, 16);
  head.writeUInt32LE((head.readUInt32LE(0) ^ 0xffffffff) >>> 0, 20);
  return Buffer.concat([head, payload]);
}

/** Calls back with every whole packet that comes. */
export function eachPacket(bytes: Pick<Readable, 'on'>, packet: (packet: Packet) => void): void {
  let got = Buffer.alloc(0);
  bytes.on('data', (piece: Buffer) => {
    got = Buffer.concat([got, piece]);
    while (got.length >= 24 && got.length >= 24 + got.readUInt32LE(12)) {
      const end = 24 + got.readUInt32LE(12);
      packet({
        command: got.toString('latin1', 0, 4),
        arg0: got.readUInt32LE(4),
        arg1: got.readUInt32LE(8),
        checksum: got.readUInt32LE(16),
        payload: Buffer.from(got.subarray(24, end)),
      });
      got = got.subarray(end);
    }
  });
}

/** Judges the signature of a token. The token stands for a SHA-1 digest, which is what the host signs (RSASSA-PKCS1-v1_5). */
function verifiedByOpenssl(folder: string, publicKey: string, token: Buffer, signature: Buffer): boolean {
  const files = { key: publicKey, token, signature };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const args = [
    '-verify',
    '-pubin',
    '-inkey',
    'key',
    '-in',
    'token',
    '-sigfile',
    'signature',
    '-pkeyopt',
    'digest:sha1',
  ];
  try {
    const said = execFileSync('openssl', ['pkeyutl', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return said.includes('Verified Successfully');
  } catch {
    return false;
  }
}

/** An Android public key (libcrypto_utils, android_pubkey.h: words, n0inv, modulus and R² as little-endian words, exponent) as PEM, and its name. */
export function readPublicKey(payload: Buffer): { readonly pem: string; readonly name: string } {
  const [coded = '', ...rest] = payload.toString('latin1').replace(/\0$/, '').split(' ');
  const key = Buffer.from(coded, 'base64');
  if (key.length !== 524 || key.readUInt32LE(0) !== 64)
    throw new Error(`${key.length} bytes are no Android public key`);
  const n = Buffer.from(key.subarray(8, 264)).reverse().toString('base64url');
  const exponent = Buffer.alloc(4);
  exponent.writeUInt32BE(key.readUInt32LE(520));
  const jwk = { kty: 'RSA', n, e: exponent.subarray(1).toString('base64url') };
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  return { pem, name: rest.join(' ') };
}

class Guest {
  readonly #front: Front;
  readonly #socket: Socket;
  #daemon: Socket | null = null;
  #token = randomBytes(20);
  #hello: Packet | null = null;

  constructor(front: Front, socket: Socket) {
    this.#front = front;
    this.#socket = socket;
    socket.on('error', () => undefined).on('close', () => this.#daemon?.destroy());
    eachPacket(socket, (packet) => {
      this.#fromHost(packet);
    });
  }

  #fromHost(packet: Packet): void {
    if (this.#daemon !== null) this.#pass(packet, this.#daemon);
    else if (packet.command === 'CNXN') {
      this.#hello = packet;
      this.#ask();
    } else if (packet.command === 'AUTH' && packet.arg0 === 2) this.#judge(packet.payload);
    else if (packet.command === 'AUTH' && packet.arg0 === 3) this.#offered(packet.payload);
  }

  /** AUTH TOKEN. */
  #ask(): void {
    this.#token = randomBytes(20);
    this.#socket.write(packetBytes('AUTH', 1, 0, this.#token));
  }

  #judge(signature: Buffer): void {
    const { options, folder, signatures } = this.#front;
    const good = options.known.some((key) => verifiedByOpenssl(folder, key, this.#token, signature));
    signatures[good ? 'good' : 'bad'] += 1;
    if (good) this.#letIn();
    else this.#ask();
  }

  #offered(payload: Buffer): void {
    const { pem, name } = readPublicKey(payload);
    this.#front.asked.push(name);
    const { user } = this.#front.options;
    const allow = (): void => {
      this.#front.options.known.push(pem);
      this.#letIn();
    };
    if (user === 'allows') allow();
    else if (user === 'asks again') this.#ask();
    else if (user === 'hangs up') this.#socket.end();
    else if (user !== 'never') setTimeout(allow, user.allowsAfterMs);
  }

  /** From here on the real daemon answers. */
  #letIn(): void {
    const daemon = createConnection(this.#front.options.daemonPort, '127.0.0.1');
    this.#daemon = daemon;
    daemon.on('error', () => undefined).on('close', () => this.#socket.destroy());
    eachPacket(daemon, (packet) => {
      this.#fromDaemon(packet);
    });
    if (this.#hello) this.#pass(this.#hello, daemon);
  }

  #fromDaemon({ command, arg0, arg1, payload: said }: Packet): void {
    const { oldProtocol = false, without } = this.#front.options;
    const hello = oldProtocol && command === 'CNXN';
    const banner = without !== undefined && command === 'CNXN';
    const payload = banner ? Buffer.from(said.toString('latin1').replace(without, 'x'), 'latin1') : said;
    // 0x01000000 and 4 KiB: A_VERSION_MIN and MAX_PAYLOAD_V1 of adb.h.
    this.#socket.write(
      packetBytes(command, hello ? 0x01000000 : arg0, hello ? 4096 : arg1, payload, oldProtocol),
    );
  }

  #pass(packet: Packet, daemon: Socket): void {
    const { options, complaints } = this.#front;
    const { command, arg0, arg1, payload } = packet;
    if (options.oldProtocol === true && command !== 'CNXN') {
      if (packet.checksum !== sum(payload)) complaints.push(`${command} without its checksum`);
      if (payload.length > 4096) complaints.push(`${command} of ${payload.length} bytes`);
    }
    if (command === 'OPEN' && payload.at(-1) !== 0)
      complaints.push(`OPEN without NUL: ${payload.toString('latin1')}`);
    daemon.write(packetBytes(command, arg0, arg1, payload));
  }
}

class Front implements AuthFront {
  readonly asked: string[] = [];
  readonly signatures = { good: 0, bad: 0 };
  readonly complaints: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'qda-lab-front-'));
  readonly options: FrontOptions;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(options: FrontOptions) {
    this.options = options;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      new Guest(this, socket);
    });
  }

  get address(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
  }

  listen(): Promise<this> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        resolve(this);
      });
    });
  }

  stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    rmSync(this.folder, { recursive: true, force: true });
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}

export const startFront = (options: FrontOptions): Promise<AuthFront> => new Front(options).listen();
