import type { DatabaseSync } from 'node:sqlite';
import { fillRows } from './rows.ts';

/**
 * The store's schema, one step a version; a step that has landed is never edited. `user_version` holds how many ran.
 * runs.header is the run without its points (JSON); points.outcome is the end of a point as the agent said it (JSON); points.digests
 * the SHA-256 of each series, taken when the run ended.
 * Version 2: rows.row is the run's line in lists (JSON), so that a list reads no header; annotations holds what the user called it since;
 * deleted the runs that are out of every list until the host of that life ends; changes counts what lists show.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE runs (
     id TEXT PRIMARY KEY,
     started_at TEXT NOT NULL,
     status TEXT NOT NULL,
     simulated INTEGER NOT NULL,
     header TEXT NOT NULL
   ) STRICT;
   CREATE INDEX runs_by_start ON runs(started_at);
   CREATE TABLE points (
     run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
     idx INTEGER NOT NULL,
     series TEXT NOT NULL,
     outcome TEXT,
     digests TEXT,
     PRIMARY KEY (run_id, idx)
   ) STRICT;
   CREATE TABLE blocks (
     run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
     idx INTEGER NOT NULL,
     series INTEGER NOT NULL,
     first INTEGER NOT NULL,
     simulated INTEGER NOT NULL,
     ns BLOB NOT NULL,
     PRIMARY KEY (run_id, idx, series, first)
   ) STRICT;`,
  `CREATE TABLE rows (
     run_id TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
     row TEXT NOT NULL
   ) STRICT;
   CREATE TABLE annotations (
     run_id TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
     label TEXT NOT NULL,
     notes TEXT NOT NULL
   ) STRICT;
   CREATE TABLE deleted (
     run_id TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
     life TEXT NOT NULL
   ) STRICT;
   CREATE TABLE changes (n INTEGER NOT NULL) STRICT;
   INSERT INTO changes VALUES (0);
   ${['rows', 'annotations', 'deleted']
     .flatMap((table) =>
       ['INSERT', 'UPDATE', 'DELETE'].map(
         (what) =>
           `CREATE TRIGGER ${table}_${what.toLowerCase()} AFTER ${what} ON ${table} BEGIN UPDATE changes SET n = n + 1; END;`,
       ),
     )
     .join('\n')}`,
];

export const STORE_VERSION = STEPS.length;

export function storedVersion(db: DatabaseSync): number {
  const row = db.prepare('PRAGMA user_version').get();
  return Number(row?.['user_version'] ?? 0);
}

/** Brings an older database to STORE_VERSION in one transaction. The caller has refused newer ones. */
export function migrate(db: DatabaseSync): void {
  if (storedVersion(db) === STORE_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const step of STEPS.slice(storedVersion(db))) db.exec(step);
    fillRows(db);
    db.exec(`PRAGMA user_version = ${STORE_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
