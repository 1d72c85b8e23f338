import { hash } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { PlanEvent } from '../model/plan-events.ts';
import type { Run } from '../model/run.ts';
import { asItStands } from './abandoned.ts';
import { sampleDigest } from './digest.ts';
import { fromText } from './json.ts';
import { unpack } from './samples.ts';

/** A run without its points: what the list shows, and what is written first. */
export type RunHeader = Omit<Run, 'points'>;

/** A run as it is kept: its header, its events as the agent sent them, and the digests taken when it ended. */
export interface StoredRun {
  readonly header: RunHeader;
  readonly events: readonly PlanEvent[];
  /** SHA-256 of samples of those events. */
  readonly digest: (ns: Float64Array) => string;
  /** By point index, one a series; a point is absent while its run goes on. */
  readonly digests: ReadonlyMap<number, readonly string[]>;
}

/** A header as `toText` wrote it. What older versions did not write has the value that says so. */
export function headerOf(text: string): RunHeader {
  const { plan, memory, ...header } = fromText(text) as RunHeader;
  return {
    ...NO_DSP,
    ...header,
    plan: { ...NO_PATHS, ...plan },
    memory: memory && { ...NO_SESSIONS, ...memory },
  };
}

export const IDS = 'SELECT id FROM runs WHERE id NOT IN (SELECT run_id FROM deleted)';

/** Headers of the runs that are not deleted, with what the user called them since, and who measures them. */
export const HEADERS = `SELECT header, label, notes, json_extract(row, '$.life') AS life, json_extract(row, '$.imported') AS imported
   FROM runs LEFT JOIN annotations ON annotations.run_id = runs.id LEFT JOIN rows ON rows.run_id = runs.id
   WHERE runs.id NOT IN (SELECT run_id FROM deleted)`;

/** The header in a row of `HEADERS`. */
export function annotatedHeader(row: Readonly<Record<string, SQLOutputValue>>): RunHeader {
  const life = row['life'] === null ? null : String(row['life']);
  const header = asItStands(headerOf(String(row['header'])), life, row['imported'] === 1);
  return row['label'] === null
    ? header
    : { ...header, label: String(row['label']), notes: String(row['notes']) };
}

const NO_DSP: Partial<RunHeader> = { dsp: null, dspLog: { lines: [], omitted: 0 } };
const NO_PATHS: Partial<RunHeader['plan']> = { shell: '', dspFiles: '' };
const NO_SESSIONS: Partial<NonNullable<RunHeader['memory']>> = { dsp: [] };
const NO_FIGURES: Partial<Extract<PlanEvent, { kind: 'done' }>> = { counters: [], proof: null };

/** The stored run, or null where there is none. */
export function readRun(db: DatabaseSync, id: string): StoredRun | null {
  const row = db.prepare(`${HEADERS} AND id = ?`).get(id);
  if (!row) return null;
  const header = annotatedHeader(row);
  const series = new SeriesReader();
  const events = [...storedPoints(db, id), ...series.read(db, id)];
  return { header, events, digest: (ns) => series.digest(ns), digests: storedDigests(db, id) };
}

function storedDigests(db: DatabaseSync, id: string): Map<number, readonly string[]> {
  const rows = db.prepare('SELECT idx, digests FROM points WHERE run_id = ? AND digests IS NOT NULL').all(id);
  return new Map(rows.map((row) => [Number(row['idx']), JSON.parse(String(row['digests'])) as string[]]));
}

function* storedPoints(db: DatabaseSync, id: string): Generator<PlanEvent> {
  for (const row of db
    .prepare('SELECT idx, series, outcome FROM points WHERE run_id = ? ORDER BY idx')
    .all(id)) {
    const series = JSON.parse(String(row['series'])) as string[];
    yield { kind: 'started', block: 0, index: Number(row['idx']), series };
    if (row['outcome'] !== null)
      yield { ...NO_FIGURES, ...(fromText(String(row['outcome'])) as PlanEvent & { kind: 'done' }) };
  }
}

/** Rows of `blocks`. */
interface BlockRow {
  readonly idx: number;
  readonly series: number;
  readonly simulated: number;
  readonly ns: Uint8Array;
}

/**
 * Reads series as one event each, however many blocks they came in, and takes their digest from the bytes as they are stored: a large run
 * is opened several times as quickly as by packing its samples again.
 */
class SeriesReader {
  readonly #digests = new WeakMap<Float64Array, string>();
  #scratch = new Uint8Array(0);

  digest(ns: Float64Array): string {
    return this.#digests.get(ns) ?? sampleDigest(ns);
  }

  *read(db: DatabaseSync, id: string): Generator<PlanEvent> {
    let blocks: BlockRow[] = [];
    const rows = db
      .prepare('SELECT idx, series, simulated, ns FROM blocks WHERE run_id = ? ORDER BY idx, series, first')
      .iterate(id) as unknown as Iterable<BlockRow>;
    for (const row of rows) {
      const [first] = blocks;
      if (first && (first.idx !== row.idx || first.series !== row.series)) {
        yield this.#joined(blocks);
        blocks = [];
      }
      blocks.push(row);
    }
    if (blocks.length > 0) yield this.#joined(blocks);
  }

  /** The parts one after the other: of several in memory that the next call uses again. */
  #together(parts: readonly Uint8Array[]): Uint8Array {
    const [only, second] = parts;
    if (only && !second) return only;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    let from = 0;
    for (const part of parts) {
      this.#scratch.set(part, from);
      from += part.length;
    }
    return this.#scratch.subarray(0, length);
  }

  #joined(blocks: readonly BlockRow[]): PlanEvent {
    const [first] = blocks;
    if (!first) throw new Error('a series has a block');
    const bytes = this.#together(blocks.map((block) => block.ns));
    const ns = unpack(bytes);
    this.#digests.set(ns, hash('sha256', bytes));
    const { idx: index, series } = first;
    return { kind: 'samples', block: 0, index, series, first: 0, ns, simulated: first.simulated === 1 };
  }
}
