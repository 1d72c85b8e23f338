import { adbGeneratePublicKey, type AdbCredentialStore, type AdbPrivateKey } from '@yume-chan/adb';
import { execFileSync } from 'node:child_process';
import { homedir, hostname, userInfo } from 'node:os';
import type { Problem } from '../../model/outcome.ts';
import { LinkError } from '../adb/packet.ts';
import { closeToOthers, createOnce, readKeyFile, writeForAll } from './files.ts';
import { adbKeyPath, ownKeyPath, type KeyHome } from './paths.ts';
import { makeKey, parseKey } from './rsa.ts';

export interface KeyStoreOptions extends KeyHome {
  /** "user@host": how the board's screen calls this computer. */
  readonly name: string;
  /** Something about keys that the user should know and that stops nothing. */
  readonly onNotice?: (notice: Problem) => void;
}

/** What ends a login because of our keys goes through Tango as an error. */
const stop = (code: string, message: string, remedy: string): LinkError =>
  new LinkError({ code, message, remedy });

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The keys that this user shows to boards: the one of adb where there is one, so that a board which knows this computer knows us; and one
 * of our own, made when a board asks for a key and there is none. Read each time: somebody may mend them meanwhile.
 */
export class KeyStore implements AdbCredentialStore {
  readonly #options: KeyStoreOptions;
  readonly #told = new Set<string>();

  constructor(options: KeyStoreOptions) {
    this.#options = options;
  }

  /** Throws a LinkError where our own key is there and cannot be used. */
  *iterateKeys(): Generator<AdbPrivateKey> {
    const usual = this.#usual();
    if (usual) yield usual;
    const own = this.#own();
    if (own) yield own;
  }

  /** Makes our own key. Throws a LinkError where that cannot be. */
  async generateKey(): Promise<AdbPrivateKey> {
    const path = ownKeyPath(this.#options);
    const pem = await makeKey();
    try {
      await createOnce(path, pem, (file) => {
        this.#protect(file);
      });
    } catch (error) {
      throw stop(
        'key-not-made',
        `The board wants a key of this computer, and none could be made at ${path}: ${words(error)}.`,
        'Make that folder writable for you, or make a key with adb (adb keygen ~/.android/adbkey).',
      );
    }
    const own = this.#own();
    if (own === null)
      throw stop('key-not-made', `The key at ${path} vanished while it was made.`, 'Try again.');
    this.#publish(`${path}.pub`, own);
    return own;
  }

  /** The half that boards without a screen are given, as adb writes its own (adb_auth_host.cpp): a line that adb_keys takes. Nothing depends on it. */
  #publish(path: string, { buffer, name }: AdbPrivateKey): void {
    try {
      const line = `${Buffer.from(adbGeneratePublicKey(buffer)).toString('base64')} ${name ?? ''}\n`;
      writeForAll(path, line);
    } catch (error) {
      this.#tell('key-not-told', `The public key could not be written to ${path}: ${words(error)}.`, '');
    }
  }

  /** The key that adb has; one that cannot be used is told and passed over. */
  #usual(): AdbPrivateKey | null {
    const path = adbKeyPath(this.#options);
    const found = this.#read(path);
    if (found === null) return null;
    if ('why' in found) {
      const remedy = `Mend or remove that file; adb makes a new one (adb keygen ${path}).`;
      this.#tell('key-unusable', `adb's key ${path} is not used: ${found.why}.`, remedy);
      return null;
    }
    if (this.#wide(found.mode))
      this.#tell(
        'key-open',
        `Others on this computer may read adb's key ${path}.`,
        `Close it: chmod 600 ${path}`,
      );
    return { buffer: found.der, name: this.#options.name };
  }

  #own(): AdbPrivateKey | null {
    const path = ownKeyPath(this.#options);
    const found = this.#read(path);
    if (found === null) return null;
    if ('why' in found)
      throw stop(
        'key-broken',
        `The key of this tool, ${path}, cannot be used: ${found.why}.`,
        'Remove that file: a fresh key is made then, and boards ask once more.',
      );
    if (this.#wide(found.mode)) this.#close(path, found.mode);
    return { buffer: found.der, name: this.#options.name };
  }

  #close(path: string, mode: number): void {
    const was = `Others on this computer could read the key of this tool, ${path} (mode ${mode.toString(8)})`;
    const remedy =
      'Where others use this computer, remove it: a fresh key is made then, and boards ask once more.';
    try {
      closeToOthers(path);
      this.#tell('key-was-open', `${was}. It is closed to them now.`, remedy);
    } catch (error) {
      throw stop(
        'key-open',
        `${was}, and it cannot be closed to them: ${words(error)}.`,
        `chmod 600 ${path}, as the user whose file it is.`,
      );
    }
  }

  #read(path: string): { readonly der: Uint8Array; readonly mode: number } | { readonly why: string } | null {
    try {
      const file = readKeyFile(path);
      if (file === null) return null;
      const key = parseKey(file.text);
      return 'why' in key ? key : { der: key.der, mode: file.mode };
    } catch (error) {
      return { why: words(error) };
    }
  }

  /** Windows has no such bits: there the file has an access list of its own. */
  #wide = (mode: number): boolean => this.#options.platform !== 'win32' && (mode & 0o077) !== 0;

  /** Windows: nobody but this user, and nothing inherited from the folder. Never run on a Windows machine yet. */
  #protect(file: string): void {
    if (this.#options.platform !== 'win32') return;
    const user = this.#options.env['USERNAME'] ?? userInfo().username;
    execFileSync('icacls', [file, '/inheritance:r', '/grant:r', `${user}:F`], {
      stdio: 'ignore',
      timeout: 10_000,
    });
  }

  #tell(code: string, message: string, remedy: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#options.onNotice?.({ code, message, remedy });
  }
}

/** The keys of whoever runs this. */
export function userKeys(onNotice?: (notice: Problem) => void): KeyStore {
  const { platform, env } = process;
  const name = `${userInfo().username}@${hostname()}`.replace(/[^\x21-\x7e]/g, '_');
  const options = { platform, env, home: homedir(), name };
  return new KeyStore(onNotice === undefined ? options : { ...options, onNotice });
}
