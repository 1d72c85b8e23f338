import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { PlanEvent } from '../model/plan-events.ts';
import type { PointResult, Run } from '../model/run.ts';
import type { RunRow } from '../model/run-row.ts';
import { makeFolders } from './folders.ts';
import { toText } from './json.ts';
import { lifeHere } from './lives.ts';
import { migrate, STORE_VERSION, storedVersion } from './migrations.ts';
import { storeProblem } from './problems.ts';
import { pack } from './samples.ts';
import { eventsOf } from './import.ts';
import { annotatedHeader, HEADERS, IDS, readRun, type RunHeader, type StoredRun } from './read.ts';
import { putRow, readRows, rowOf, tallyOf } from './rows.ts';

/** One line of the list of runs. */
export interface RunLine {
  readonly id: string;
  readonly startedAt: string;
  readonly status: Run['status'];
  readonly simulated: boolean;
  readonly header: RunHeader;
}

/** The run store: one SQLite file in WAL mode, safe for several programs at once. */
export class Store {
  readonly path: string;
  private readonly db: DatabaseSync;

  private constructor(path: string, db: DatabaseSync) {
    this.path = path;
    this.db = db;
  }

  /**
   * Opens or makes the store and brings an older schema up. `timeoutMs`: how long it waits, each time, for another program that writes. Fails with 'store-newer' (nothing is touched),
   * 'store-read-only', 'store-full', 'store-damaged', 'store-busy' or 'store-unreachable'.
   */
  static open(path: string, timeoutMs = 5000): Outcome<Store> {
    let db: DatabaseSync | null = null;
    try {
      makeFolders(dirname(path));
      db = new DatabaseSync(path, { timeout: timeoutMs, enableForeignKeyConstraints: true });
      const version = storedVersion(db);
      if (version > STORE_VERSION) {
        db.close();
        return newer(path, version);
      }
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      migrate(db);
      return ok(new Store(path, db));
    } catch (error) {
      db?.close();
      return storeProblem(error, path);
    }
  }

  /** Opens the store to read it: also where it cannot be written, as long as everything in it has reached the file itself. */
  static openToRead(path: string, timeoutMs?: number): Outcome<Store> {
    const store = Store.open(path, timeoutMs);
    if (store.ok || store.problem.code !== 'store-read-only' || !isWhole(path)) return store;
    let db: DatabaseSync | null = null;
    try {
      db = new DatabaseSync(immutable(path), { readOnly: true });
      const version = storedVersion(db);
      if (version === STORE_VERSION) return ok(new Store(path, db));
      db.close();
      return version > STORE_VERSION ? newer(path, version) : store;
    } catch (error) {
      db?.close();
      return storeProblem(error, path);
    }
  }

  /** Writes the header, new or again (a run's header is written at its start and at its end). */
  putHeader(header: RunHeader): Outcome<void> {
    return this.write(() => {
      this.writeHeader(header);
      putRow(this.db, rowOf(header, null, false), lifeHere());
    });
  }

  /** Stores events of a running plan in one transaction: when it returns ok, they are safe. Storing one again is harmless. */
  putEvents(runId: string, events: readonly PlanEvent[]): Outcome<void> {
    return this.write(() => {
      for (const event of events) this.putEvent(runId, event);
    });
  }

  /** Ends a run: its last header, then the digest of every series. */
  finish(header: RunHeader, points: readonly PointResult[]): Outcome<void> {
    return this.write(() => {
      this.writeHeader(header);
      putRow(this.db, rowOf(header, tallyOf(points), false));
      this.writeDigests(header.id, points);
    });
  }

  /** Stores a run that came from elsewhere, in whole or not at all. Fails with 'run-stored' where a run of that id is there. */
  importRun(run: Run): Outcome<void> {
    const { points, ...header } = run;
    let there = false;
    const written = this.write(() => {
      this.db.prepare('DELETE FROM runs WHERE id IN (SELECT run_id FROM deleted) AND id = ?').run(run.id);
      there = this.db.prepare('SELECT 1 FROM runs WHERE id = ?').get(run.id) !== undefined;
      if (there) return;
      this.writeHeader(header);
      putRow(this.db, rowOf(header, tallyOf(points), true));
      for (const event of eventsOf(points)) this.putEvent(run.id, event);
      this.writeDigests(run.id, points);
    });
    return written.ok && there
      ? fail(
          'run-stored',
          `The run ${run.id} is in the store already; it was left as it is.`,
          'Open it there, or delete it first and import the file again.',
        )
      : written;
  }

  /** Lines of the runs, newest first, without reading what was measured. */
  rows(): Outcome<readonly RunRow[]> {
    return this.read(() => readRows(this.db));
  }

  /** What the user calls a run, from now on. Fails with 'unknown-run'. */
  annotate(id: string, label: string, notes: string): Outcome<void> {
    return this.change(id, () =>
      this.db
        .prepare(
          `INSERT INTO annotations(run_id, label, notes) SELECT id, ?, ? FROM runs WHERE id = ?
           ON CONFLICT(run_id) DO UPDATE SET label = excluded.label, notes = excluded.notes`,
        )
        .run(label, notes, id),
    );
  }

  /** Takes runs out of every list until the host of that life ends; those that are not there are no failure. */
  hide(ids: readonly string[], life: string): Outcome<void> {
    return this.write(() => {
      const hide = this.db.prepare(
        'INSERT OR REPLACE INTO deleted(run_id, life) SELECT id, ? FROM runs WHERE id = ?',
      );
      for (const id of ids) hide.run(life, id);
    });
  }

  /** Brings runs back that were taken out of the lists. Fails with 'unknown-run' where one is gone for good. */
  unhide(ids: readonly string[]): Outcome<void> {
    const gone: string[] = [];
    const done = this.write(() => {
      const unhide = this.db.prepare('DELETE FROM deleted WHERE run_id = ?');
      for (const id of ids) if (unhide.run(id).changes === 0) gone.push(id);
    });
    return done.ok && gone.length > 0 ? unknownRun(gone[0] ?? '', this.path) : done;
  }

  /** Lives of hosts that took runs out of the lists. */
  lives(): Outcome<readonly string[]> {
    return this.read(() =>
      this.db
        .prepare('SELECT DISTINCT life FROM deleted')
        .all()
        .map((row) => String(row['life'])),
    );
  }

  /** Removes for good what the hosts of those lives took out of the lists. */
  purge(lives: readonly string[]): Outcome<void> {
    return this.write(() => {
      const purge = this.db.prepare(
        'DELETE FROM runs WHERE id IN (SELECT run_id FROM deleted WHERE life = ?)',
      );
      for (const life of lives) purge.run(life);
    });
  }

  /** Counts what lists show: another number means that there is something else to see. */
  changes(): Outcome<number> {
    return this.read(() => Number(this.db.prepare('SELECT n FROM changes').get()?.['n'] ?? 0));
  }

  /** Another text where the stored run may be another one than before; 'null' where it is not listed. */
  stamp(id: string): Outcome<string> {
    return this.read(() => JSON.stringify(this.db.prepare(STAMP).get(id) ?? null));
  }

  list(): Outcome<readonly RunLine[]> {
    return this.read(() =>
      this.db
        .prepare(`${HEADERS} ORDER BY started_at DESC, id DESC`)
        .all()
        .map((row) => lineOf(annotatedHeader(row))),
    );
  }

  /** The run whose id is `id` or begins with it, or 'latest'. Fails with 'unknown-run' or 'ambiguous-run'. */
  find(id: string): Outcome<RunLine> {
    const ids = this.read(() =>
      this.db
        .prepare(`${IDS} ORDER BY started_at DESC, id DESC`)
        .all()
        .map((row) => String(row['id'])),
    );
    if (!ids.ok) return ids;
    const hits = id === 'latest' ? ids.value.slice(0, 1) : ids.value.filter((one) => one.startsWith(id));
    const exact = hits.includes(id) ? id : hits[0];
    if (exact === undefined) return unknownRun(id, this.path);
    if (hits.length > 1 && exact !== id)
      return fail('ambiguous-run', `"${id}" begins ${hits.length} runs.`, 'Give more of the id.');
    const line = this.read(() => this.db.prepare(`${HEADERS} AND id = ?`).get(exact));
    if (!line.ok) return line;
    return line.value ? ok(lineOf(annotatedHeader(line.value))) : unknownRun(id, this.path);
  }

  load(id: string): Outcome<StoredRun> {
    const loaded = this.read(() => readRun(this.db, id));
    if (!loaded.ok) return loaded;
    return loaded.value ? ok(loaded.value) : unknownRun(id, this.path);
  }

  close(): void {
    this.db.close();
  }

  private writeHeader(header: RunHeader): void {
    this.db
      .prepare(
        `INSERT INTO runs(id, started_at, status, simulated, header) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT(id) DO UPDATE SET status = excluded.status, simulated = excluded.simulated, header = excluded.header`,
      )
      .run(header.id, header.startedAt, header.status, header.simulated ? 1 : 0, toText(header));
  }

  private writeDigests(id: string, points: readonly PointResult[]): void {
    const set = this.db.prepare('UPDATE points SET digests = ? WHERE run_id = ? AND idx = ?');
    for (const { point, series } of points)
      set.run(JSON.stringify(series.map((row) => row.sha256)), id, point.index);
  }

  /** Writes to one run. */
  private change(id: string, work: () => { readonly changes: number | bigint }): Outcome<void> {
    let changed = 0;
    const written = this.write(() => {
      changed = Number(work().changes);
    });
    return written.ok && changed === 0 ? unknownRun(id, this.path) : written;
  }

  private putEvent(runId: string, event: PlanEvent): void {
    if (event.kind === 'started') {
      this.db
        .prepare(
          `INSERT INTO points(run_id, idx, series) VALUES (?, ?, ?)
           ON CONFLICT(run_id, idx) DO UPDATE SET series = excluded.series`,
        )
        .run(runId, event.index, JSON.stringify(event.series));
    } else if (event.kind === 'samples') {
      this.db
        .prepare(
          'INSERT OR REPLACE INTO blocks(run_id, idx, series, first, simulated, ns) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(runId, event.index, event.series, event.first, event.simulated ? 1 : 0, pack(event.ns));
    } else if (event.kind === 'done') {
      this.db
        .prepare(
          `INSERT INTO points(run_id, idx, series, outcome) VALUES (?, ?, '[]', ?)
           ON CONFLICT(run_id, idx) DO UPDATE SET outcome = excluded.outcome`,
        )
        .run(runId, event.index, toText(event));
    }
  }

  private write(work: () => void): Outcome<void> {
    try {
      this.db.exec('BEGIN IMMEDIATE');
      try {
        work();
        this.db.exec('COMMIT');
      } catch (error) {
        if (this.db.isTransaction) this.db.exec('ROLLBACK');
        throw error;
      }
      return ok(undefined);
    } catch (error) {
      return storeProblem(error, this.path);
    }
  }

  private read<T>(work: () => T): Outcome<T> {
    try {
      return ok(work());
    } catch (error) {
      return storeProblem(error, this.path);
    }
  }
}

const unknownRun = (id: string, path: string): Outcome<never> =>
  fail('unknown-run', `There is no run "${id}" in ${path}.`, 'See the runs with: qda-lab runs');

const STAMP = `SELECT header, (SELECT max(rowid) FROM points WHERE run_id = id) AS points,
   (SELECT max(rowid) FROM blocks WHERE run_id = id) AS blocks,
   (SELECT label || char(0) || notes FROM annotations WHERE run_id = id) AS said
   FROM runs WHERE id = ? AND id NOT IN (SELECT run_id FROM deleted)`;

function lineOf(header: RunHeader): RunLine {
  return {
    id: header.id,
    startedAt: header.startedAt,
    status: header.status,
    simulated: header.simulated,
    header,
  };
}

const newer = (path: string, version: number): Outcome<never> =>
  fail(
    'store-newer',
    `${path} was written by a newer QDA Lab (schema ${version}, this one knows ${STORE_VERSION}). It was not changed.`,
    'Use the newer version, or set QDA_LAB_HOME to another folder.',
  );

/** No write-ahead log beside the file waits to be merged into it. */
const isWhole = (path: string): boolean =>
  existsSync(path) && (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;

/** A name by which SQLite opens the file without making files beside it (sqlite.org/uri.html). */
function immutable(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}
