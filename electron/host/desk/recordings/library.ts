import { basename } from 'node:path';
import type { MadeFile } from '../../../contract/calls.ts';
import { fail, ok, type Outcome } from '../../../model/outcome.ts';
import type { Recording, RecordingLine } from '../../../model/recording.ts';
import { headerLine, momentLine, RecordingReader } from '../../../report/recording-lines.ts';
import { Broken, BOUNDS, readLines, RecordingWriter, TooLong } from '../../../store/recording-file.ts';
import type { RecordingsFolder } from '../../../store/recordings-folder.ts';

const SHIPPED = 'shipped:';
const NAME = /^[\w.-]{1,120}$/;

interface Place {
  readonly folder: RecordingsFolder;
  /** Name of the file, without its ending. */
  readonly name: string;
  readonly shipped: boolean;
}

/** Recordings of the user and those that came with the app. */
export class RecordingLibrary {
  readonly #own: RecordingsFolder;
  readonly #shipped: RecordingsFolder;

  constructor(own: RecordingsFolder, shipped: RecordingsFolder) {
    this.#own = own;
    this.#shipped = shipped;
  }

  /** Newest first, those that came with the app last. What is no recording is not listed. */
  async list(): Promise<Outcome<readonly RecordingLine[]>> {
    const lines: RecordingLine[] = [];
    for (const name of (await this.#own.names()).reverse())
      lines.push(...(await lineOf({ folder: this.#own, name, shipped: false })));
    for (const name of await this.#shipped.names())
      lines.push(...(await lineOf({ folder: this.#shipped, name, shipped: true })));
    return ok(lines);
  }

  async open(name: string): Promise<Outcome<Recording>> {
    const place = this.#place(name);
    return place.ok ? await readRecording(place.value.folder.fileOf(place.value.name)) : place;
  }

  /** The lines of the recording, unpacked: a file that is read like the packed one. */
  async export(name: string): Promise<Outcome<MadeFile>> {
    const recording = await this.open(name);
    if (!recording.ok) return recording;
    const { header, moments } = recording.value;
    const text = `${[headerLine(header), ...moments.map(momentLine)].join('\n')}\n`;
    return ok({ name: `qda-lab-${header.id}.qdarec`, mime: 'application/x-ndjson', text });
  }

  /** Fails with 'not-a-recording', 'recording-newer', 'too-large', 'unreadable-file' or 'recording-stored'. */
  async import(path: string): Promise<Outcome<{ readonly name: string }>> {
    const recording = await readRecording(path);
    if (!recording.ok) return recording;
    const name = recording.value.header.id;
    if (await this.#own.has(name))
      return fail(
        'recording-stored',
        `The recording ${name} is here already; it was left as it is.`,
        'Open it, or delete it first and import the file again.',
      );
    const saved = await saveRecording(this.#own, recording.value);
    return saved.ok ? ok({ name }) : saved;
  }

  async delete(name: string): Promise<Outcome<undefined>> {
    const place = this.#place(name);
    if (!place.ok) return place;
    if (place.value.shipped)
      return fail('came-with-app', 'This recording came with the app and is not deleted.');
    return (await this.#own.remove(name)) ? ok(undefined) : unknown(name);
  }

  /** Saves what hosts that crashed had written. Returns a sentence for each. */
  async recover(): Promise<readonly string[]> {
    const said: string[] = [];
    for (const { name, path } of await this.#own.orphans()) {
      const recording = await readRecording(path, true);
      if (!recording.ok) {
        said.push(`A recording broke off and cannot be read: ${recording.problem.message}`);
        continue;
      }
      const notes = `${recording.value.header.notes} The tool ended while it was recorded.`.trim();
      const saved = await saveRecording(this.#own, {
        ...recording.value,
        header: { ...recording.value.header, notes },
      });
      if (saved.ok) await this.#own.dropPart(path);
      said.push(
        saved.ok ? `The recording ${name} broke off; what there was of it is saved.` : saved.problem.message,
      );
    }
    return said;
  }

  #place(name: string): Outcome<Place> {
    const shipped = name.startsWith(SHIPPED);
    const plain = shipped ? name.slice(SHIPPED.length) : name;
    if (!NAME.test(plain)) return unknown(name);
    return ok({ folder: shipped ? this.#shipped : this.#own, name: plain, shipped });
  }
}

const unknown = (name: string): Outcome<never> =>
  fail('unknown-recording', `There is no recording "${name}".`, 'Look at the list of recordings.');

async function lineOf({ folder, name, shipped }: Place): Promise<RecordingLine[]> {
  const reader = new RecordingReader(name);
  const read = await reading(name, async () => {
    for await (const line of readLines(folder.fileOf(name))) return reader.add(line);
    return fail('not-a-recording', 'empty');
  });
  if (!read.ok || reader.header === null) return [];
  const bytes = await folder.bytes(name).catch(() => 0);
  return [{ header: reader.header, name: shipped ? SHIPPED + name : name, bytes, shipped }];
}

/** The recording of a file, everything in it checked. `brokenOff`: it may end anywhere. */
export function readRecording(path: string, brokenOff = false): Promise<Outcome<Recording>> {
  const reader = new RecordingReader(basename(path));
  return reading(path, async () => {
    for await (const line of readLines(path, BOUNDS, brokenOff)) {
      const added = reader.add(line);
      if (!added.ok) return added;
    }
    return reader.end(brokenOff);
  });
}

async function reading<T>(path: string, work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TooLong)
      return fail(
        'too-large',
        `${basename(path)} holds more than ${BOUNDS.text / 2 ** 20} MiB, the most that is read of a recording.`,
        'Record a shorter time.',
      );
    if (error instanceof Broken)
      return fail(
        'not-a-recording',
        `${basename(path)} is no recording, or breaks off.`,
        'Copy the file again from where it was saved.',
      );
    return fileProblem('unreadable-file', `${basename(path)} cannot be read`, error);
  }
}

/** Saves a recording in a folder, under its id. */
export async function saveRecording(
  folder: RecordingsFolder,
  { header, moments }: Recording,
): Promise<Outcome<string>> {
  try {
    folder.make();
    const part = folder.partOf(header.id);
    await folder.dropPart(part);
    const writer = new RecordingWriter(part, headerLine(header), () => undefined);
    for (const moment of moments) writer.write(momentLine(moment));
    await writer.finish(headerLine(header), folder.fileOf(header.id));
    return ok(folder.fileOf(header.id));
  } catch (error) {
    return notSaved(error);
  }
}

/** A failure of the file system on the way to a saved recording. */
export const notSaved = (error: unknown): Outcome<never> =>
  fileProblem('recording-not-saved', 'The recording could not be saved', error);

/** A file-system error as a failure; anything else is a bug and is thrown on. */
function fileProblem(code: string, what: string, error: unknown): Outcome<never> {
  if (!(error instanceof Error && 'code' in error)) throw error;
  const errno = String(error.code);
  const full = errno === 'ENOSPC' || errno === 'EDQUOT';
  return fail(
    code,
    `${what} (${errno}).`,
    full ? 'Free space on the disk.' : 'Check the path, or set QDA_LAB_HOME to a folder that you may write.',
  );
}
