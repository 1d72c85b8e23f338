import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The few things that keys need of the file system. */

/** null: there is no such file. Throws what else is in the way. */
export function readKeyFile(path: string): { readonly text: string; readonly mode: number } | null {
  try {
    return { text: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777 };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

export const closeToOthers = (path: string): void => {
  chmodSync(path, 0o600);
};

/**
 * Writes a file of mode 0600 that is there whole or not at all. false: somebody else made one meanwhile, which stays. `protect` is called
 * with the file before anything is in it.
 */
export function createOnce(path: string, text: string, protect: (path: string) => void): boolean {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(fresh, 'wx', 0o600);
  try {
    try {
      protect(fresh);
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(fresh, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}
