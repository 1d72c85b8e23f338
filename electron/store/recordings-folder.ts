import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from './folders.ts';

const ENDS = '.qdarec';
const PART = '.part';

/** Recordings of one folder, by the names of their files. */
export class RecordingsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  fileOf(name: string): string {
    return join(this.path, name + ENDS);
  }

  /** Where a recording is written until it is saved; the process that writes it is in its name. */
  partOf(name: string): string {
    const path = join(this.path, `${name}.${process.pid}${PART}`);
    OURS.add(path);
    return path;
  }

  /** Throws the file system's error. */
  make(): void {
    makeFolders(this.path);
  }

  /** Names, newest last; none where the folder is not there. */
  async names(): Promise<string[]> {
    const files = await this.#files();
    return files.filter((file) => file.endsWith(ENDS)).map((file) => file.slice(0, -ENDS.length));
  }

  /** Parts whose writer is gone: what a crash left. */
  async orphans(): Promise<readonly { readonly name: string; readonly path: string }[]> {
    const files = await this.#files();
    return files.flatMap((file) => {
      const match = /^(.+)\.(\d+)\.part$/.exec(file);
      const path = join(this.path, file);
      if (!match || writes(Number(match[2]), path)) return [];
      return [{ name: match[1] ?? '', path }];
    });
  }

  async bytes(name: string): Promise<number> {
    return (await stat(this.fileOf(name))).size;
  }

  has(name: string): Promise<boolean> {
    return stat(this.fileOf(name)).then(
      () => true,
      () => false,
    );
  }

  /** True where there was one. */
  async remove(name: string): Promise<boolean> {
    const there = await this.has(name);
    await rm(this.fileOf(name), { force: true });
    return there;
  }

  dropPart(path: string): Promise<void> {
    return rm(path, { force: true });
  }

  async #files(): Promise<string[]> {
    return (await readdir(this.path).catch(() => [])).sort();
  }
}

/** Parts that this program writes: in a container a program before it may have had the same id. */
const OURS = new Set<string>();

function writes(pid: number, path: string): boolean {
  if (pid === process.pid) return OURS.has(path);
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
