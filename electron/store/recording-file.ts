import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip, gzipSync, type Gzip } from 'node:zlib';

/**
 * A recording file: lines of text, each one JSON, packed by gzip in two members (RFC 1952, 2.2): the first line by itself, so that it can
 * be written anew when the recording ends and read without the rest, then all others. The same lines unpacked are a recording too.
 */

/** What a file may come to when it is read. */
export interface RecordingBounds {
  /** Bytes of all lines. */
  readonly text: number;
  /** Bytes of one line. */
  readonly line: number;
}

export const BOUNDS: RecordingBounds = { text: 256 * 2 ** 20, line: 64 * 2 ** 20 };

const NEWLINE = 0x0a;
const GZIP_MAGIC = 0x1f8b;

/** The file holds more than is read. */
export class TooLong extends Error {}
/** The file breaks off, or is no such file. */
export class Broken extends Error {}

/** Writes a file as it comes. What was flushed can be read after a crash. */
export class RecordingWriter {
  readonly path: string;
  readonly #headBytes: number;
  readonly #gzip: Gzip;
  readonly #file: WriteStream;
  readonly #written: Promise<unknown>;
  #error: Error | null = null;

  /** Makes the file; one that is there already is an error of the file system, seen at `finish`. */
  constructor(path: string, header: string, onError: (error: Error) => void) {
    this.path = path;
    const head = headOf(header);
    this.#headBytes = head.length;
    this.#file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    this.#file.write(head);
    this.#gzip = createGzip();
    this.#gzip.pipe(this.#file);
    this.#written = finished(this.#file).catch((error: unknown) => {
      this.#error = error instanceof Error ? error : new Error(String(error));
      this.#gzip.destroy();
      onError(this.#error);
    });
  }

  /** Bytes that wait to be packed. */
  get waiting(): number {
    return this.#gzip.writableLength;
  }

  /** Bytes of the file so far. */
  get bytes(): number {
    return this.#file.bytesWritten;
  }

  write(line: string): void {
    if (this.#error === null) this.#gzip.write(`${line}\n`);
  }

  flush(): void {
    if (this.#error === null) this.#gzip.flush(constants.Z_SYNC_FLUSH);
  }

  /** Ends the file and puts it where it belongs, under its last header. Throws the file system's error; what was written stays then. */
  async finish(header: string, to: string): Promise<void> {
    if (this.#error === null) this.#gzip.end();
    await this.#written;
    if (this.#error !== null) throw this.#error;
    await replaceHead(this.path, this.#headBytes, header, to);
  }
}

const headOf = (header: string): Buffer => gzipSync(`${header}\n`);

/** Writes header and rest into a file beside `to`, which then takes its name; the first file is removed. */
async function replaceHead(from: string, skip: number, header: string, to: string): Promise<void> {
  const beside = `${to}.new`;
  try {
    const file = await open(beside, 'w', 0o644);
    try {
      await file.writeFile(headOf(header));
      for await (const chunk of createReadStream(from, { start: skip }) as AsyncIterable<Buffer>)
        await file.appendFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, to);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await rm(from, { force: true });
}

/**
 * Lines of a recording file. Throws `TooLong`, `Broken` or the file system's error. `lenient`: a file that breaks off ends with its last
 * whole line.
 */
export async function* readLines(
  path: string,
  bounds: RecordingBounds = BOUNDS,
  lenient = false,
): AsyncGenerator<string> {
  const source = (await isPacked(path)) ? unpacked(path) : createReadStream(path);
  let rest: Buffer[] = [];
  let restBytes = 0;
  let bytes = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bounds.text) throw new TooLong();
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
        rest = [];
        restBytes = 0;
        from = at + 1;
      }
      restBytes += chunk.length - from;
      if (restBytes > bounds.line) throw new TooLong();
      rest.push(chunk.subarray(from));
    }
    if (restBytes > 0) throw new Broken();
  } catch (error) {
    if (error instanceof TooLong) throw error;
    if (!isBreak(error)) throw error;
    if (!lenient) throw new Broken();
  } finally {
    source.destroy();
  }
}

function unpacked(path: string): Readable {
  const gunzip = createGunzip();
  // An error of the file reaches whoever reads the lines.
  pipeline(createReadStream(path), gunzip).catch(() => undefined);
  return gunzip;
}

async function isPacked(path: string): Promise<boolean> {
  const info = await stat(path);
  if (!info.isFile()) throw Object.assign(new Error('no regular file'), { code: 'EISDIR' });
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE(0) === GZIP_MAGIC;
  } finally {
    await file.close();
  }
}

/** The text ends in the middle, or the packed bytes do or are none. */
const isBreak = (error: unknown): boolean =>
  error instanceof Broken ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'));
