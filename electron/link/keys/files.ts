import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The few things that keys need of the file system. */

/** null: there is no such file. Throws what else is in the way. */
export function readKeyFile(path: string): { readonly text: string; readonly mode: number } | null {
  try {
    return { text: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777 };
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw error;
  }
}

export const closeToOthers = (path: string): void => {
  chmodSync(path, 0o600);
};

/** A file that everybody may read. Throws what is in the way. */
export const writeForAll = (path: string, text: string): void => {
  writeFileSync(path, text, { mode: 0o644 });
};

type Link = (from: string, to: string) => void;

/**
 * Writes a file of mode 0600 that is there whole or not at all. false: somebody else made one meanwhile, which stays. `protect` is called
 * with the file before anything is in it; `link` makes hard links.
 */
export async function createOnce(
  path: string,
  text: string,
  protect: (path: string) => void,
  link: Link = linkSync,
): Promise<boolean> {
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
    return linked(fresh, path, link) ?? (await renamedAlone(fresh, path));
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** A link takes no name that is taken. null: this file system has none (FAT says EPERM, network file systems what they like). */
function linked(fresh: string, path: string, link: Link): boolean | null {
  try {
    link(fresh, path);
    return true;
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? false : null;
  }
}

/** A moment's work: who has not done it within so long has died at it. */
const CLAIM_TRIES = 100;
const CLAIM_PAUSE_MS = 20;

/** A rename would take a name that is taken: whoever has the claim, a file that only one can make, looks and renames. */
async function renamedAlone(fresh: string, path: string): Promise<boolean> {
  const claim = `${path}.claim`;
  for (let tries = 0; !claimed(claim, tries); tries += 1) {
    if (isThere(path)) return false;
    await new Promise((resolve) => setTimeout(resolve, CLAIM_PAUSE_MS));
    if (tries === CLAIM_TRIES) rmSync(claim, { force: true });
  }
  try {
    if (isThere(path)) return false;
    renameSync(fresh, path);
    return true;
  } finally {
    rmSync(claim, { force: true });
  }
}

/** false: somebody else has it. Throws what else is in the way. */
function claimed(claim: string, tries: number): boolean {
  try {
    closeSync(openSync(claim, 'wx', 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && tries <= CLAIM_TRIES) return false;
    throw error;
  }
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
