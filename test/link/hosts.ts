import type { AdbCredentialStore, AdbPrivateKey } from '@yume-chan/adb';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { AdbDevice } from '../../electron/link/adb/device.ts';
import { loginDaemon, type LoginOptions } from '../../electron/link/adb/daemon.ts';
import type { Connection } from '../../electron/link/interfaces/link.ts';
import { parseTcpAddress } from '../../electron/link/tcp/address.ts';
import { connectTcp } from '../../electron/link/tcp/pipe.ts';
import type { Outcome } from '../../electron/model/outcome.ts';

/** A computer with a key of its own. */
export interface HostKey {
  readonly key: AdbPrivateKey;
  readonly store: AdbCredentialStore;
  /** PEM. */
  readonly publicKey: string;
}

/** `made`: the key is made only when a board asks for one, as of a user who never had one. */
export function hostKey(name = 'tester@bench', made = true): HostKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key: AdbPrivateKey = { buffer: privateKey.export({ type: 'pkcs8', format: 'der' }), name };
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return { key, publicKey, store: { generateKey: () => key, iterateKeys: () => (made ? [key] : []) } };
}

/** For daemons that ask for no key. */
export const noKeys: AdbCredentialStore = {
  generateKey: () => {
    throw new Error('no daemon of this test asks for a key');
  },
  iterateKeys: () => [],
};

export async function loginAt(
  address: string,
  options: Partial<LoginOptions> = {},
): Promise<Outcome<AdbDevice>> {
  const parsed = parseTcpAddress(address);
  if (!parsed.ok) return parsed;
  const pipe = await connectTcp(parsed.value);
  return pipe.ok ? loginDaemon(pipe.value, { serial: address, keys: noKeys, ...options }) : pipe;
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.problem.code}: ${outcome.problem.message}`);
  return outcome.value;
}

/** What came over a stream, as somebody who waits for so many bytes. */
export class Collector {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #wanted: { readonly bytes: number; readonly done: () => void } | null = null;

  constructor(stream: Connection) {
    stream.onData((bytes) => {
      this.#chunks.push(Uint8Array.from(bytes));
      this.#bytes += bytes.length;
      if (this.#wanted !== null && this.#bytes >= this.#wanted.bytes) this.#wanted.done();
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get all(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  async until(bytes: number): Promise<void> {
    if (this.#bytes < bytes) await new Promise<void>((done) => (this.#wanted = { bytes, done }));
  }
}

export const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
