import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { Recording, RecordedMoment, RecordingHeader } from '../model/recording.ts';
import { Misfit, type Codec } from './codec.ts';
import { headerCodec, momentCodec, RECORDING_SCHEMA } from './recording-codec.ts';

/** Most moments that one recording holds. */
export const MAX_MOMENTS = 500_000;

const REMEDY = 'Use a recording as QDA Lab saved or exported it.';

export const headerLine = (header: RecordingHeader): string => JSON.stringify(headerCodec.write(header));

export const momentLine = (moment: RecordedMoment): string => JSON.stringify(momentCodec.write(moment));

/** Puts a recording together from its lines, each of them checked; `where` names it in messages. */
export class RecordingReader {
  readonly #where: string;
  readonly #moments: RecordedMoment[] = [];
  #header: RecordingHeader | null = null;
  #lines = 0;

  constructor(where: string) {
    this.#where = where;
  }

  get header(): RecordingHeader | null {
    return this.#header;
  }

  /** Fails with 'not-a-recording' or 'recording-newer'; nothing is to be added then. */
  add(line: string): Outcome<undefined> {
    this.#lines += 1;
    const json = parsed(line);
    if (json === undefined) return this.#not(`line ${this.#lines} is not JSON.`);
    if (this.#header === null) return this.#addHeader(json);
    if (this.#moments.length >= MAX_MOMENTS) return this.#not(`it has more than ${MAX_MOMENTS} moments.`);
    const moment = this.#read(momentCodec, json);
    if (!moment.ok) return moment;
    const before = this.#moments.at(-1)?.atMs ?? 0;
    if (moment.value.atMs < before) return this.#not(`line ${this.#lines} lies before the one before it.`);
    this.#moments.push(moment.value);
    return ok(undefined);
  }

  /** `brokenOff`: the file ends early, so its header does not know how long it is. */
  end(brokenOff: boolean): Outcome<Recording> {
    if (this.#header === null) return this.#not('it is empty.');
    if (!brokenOff) return ok({ header: this.#header, moments: this.#moments });
    const durationMs = Math.ceil(this.#moments.at(-1)?.atMs ?? 0);
    return ok({ header: { ...this.#header, durationMs }, moments: this.#moments });
  }

  #addHeader(json: unknown): Outcome<undefined> {
    const schema = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
    const version = typeof schema === 'string' ? /^qda-lab\/recording\/(\d+)$/.exec(schema)?.[1] : undefined;
    if (version !== undefined && Number(version) > 1)
      return fail(
        'recording-newer',
        `${this.#where} is a recording of schema version ${version.slice(0, 20)}; this QDA Lab reads version 1.`,
        'Open it with the version of QDA Lab that wrote it, or a later one.',
      );
    if (schema !== RECORDING_SCHEMA) return this.#not(`its "schema" is not "${RECORDING_SCHEMA}".`);
    const header = this.#read(headerCodec, json);
    if (!header.ok) return header;
    this.#header = header.value;
    return ok(undefined);
  }

  #read<T>(codec: Codec<T>, json: unknown): Outcome<T> {
    try {
      return ok(codec.read(json, ''));
    } catch (error) {
      if (error instanceof Misfit) return this.#not(`line ${this.#lines}: ${error.message}`);
      throw error;
    }
  }

  #not(what: string): Outcome<never> {
    return fail('not-a-recording', `${this.#where} is no recording: ${what}`, REMEDY);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
