import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fail, ok, type Outcome } from '../model/outcome.ts';

/** Longest file that is taken: what a run file can be at most, as text of this engine. */
export const MAX_UPLOAD = 512 * 2 ** 20;
/** Files that wait to be imported; the oldest makes room. */
const KEPT = 4;
const PREFIX = 'upload:';

/** Files that pages sent, in a temporary folder that only this user can read, until they are imported or the program ends. */
export class Uploads {
  private readonly maxBytes: number;
  private folder: Promise<string> | null = null;
  private readonly files = new Map<string, string>();
  private arriving = 0;

  constructor(maxBytes: number = MAX_UPLOAD) {
    this.maxBytes = maxBytes;
  }

  /**
   * Takes a file as it comes, never as a whole in memory. The value is the path for `runs.import`. Fails with 'too-large',
   * 'too-many', 'upload-broken' or 'not-writable'; nothing of the file stays then.
   */
  async take(body: Readable, announced: number): Promise<Outcome<string>> {
    if (announced > this.maxBytes) return this.tooLarge();
    if (this.arriving >= KEPT)
      return fail('too-many', 'Several files are being sent already.', 'Wait until they have arrived.');
    this.arriving += 1;
    try {
      return await this.store(body);
    } finally {
      this.arriving -= 1;
    }
  }

  /** The file of an upload; it is the caller's to remove by `drop`. */
  pathOf(name: string): string | undefined {
    return name.startsWith(PREFIX) ? this.files.get(name) : undefined;
  }

  async drop(name: string): Promise<void> {
    const path = this.files.get(name);
    this.files.delete(name);
    if (path !== undefined) await removed(path);
  }

  async close(): Promise<void> {
    const folder = await this.folder?.catch(() => null);
    this.files.clear();
    if (folder) await rm(folder, { recursive: true, force: true });
  }

  private async store(body: Readable): Promise<Outcome<string>> {
    const id = crypto.randomUUID();
    let path = '';
    try {
      this.folder ??= mkdtemp(join(tmpdir(), 'qda-lab-upload-')); // mkdtemp makes it with mode 0700
      path = join(await this.folder, id);
      await pipeline(body, bounded(this.maxBytes), createWriteStream(path, { mode: 0o600, flags: 'wx' }));
    } catch (error) {
      if (path !== '') await removed(path);
      if (path === '' || isGone(error)) this.folder = null; // it could not be made, or was tidied away: the next upload makes one
      if (error instanceof TooLarge) return this.tooLarge();
      return broken(error);
    }
    this.files.set(PREFIX + id, path);
    const [oldest] = this.files.keys();
    if (this.files.size > KEPT && oldest !== undefined) await this.drop(oldest);
    return ok(PREFIX + id);
  }

  private tooLarge(): Outcome<never> {
    return fail(
      'too-large',
      `The file is larger than ${this.maxBytes / 2 ** 20} MiB, the most that is read.`,
      'A run of fewer samples or benchmarks, or a shorter recording, makes a smaller file.',
    );
  }
}

class TooLarge extends Error {}

/** What cannot be removed now goes with its folder when the program ends. */
const removed = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Passes chunks on until there are too many bytes. */
function bounded(most: number): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (source) {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > most) throw new TooLarge();
      yield chunk;
    }
  };
}

function broken(error: unknown): Outcome<never> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].includes(code))
    return fail(
      'not-writable',
      `The file could not be kept in ${tmpdir()} (${code}).`,
      'Set TMPDIR to a folder with room.',
    );
  return fail('upload-broken', `The file did not arrive (${code}).`, 'Send it again.');
}
