import type { DatabaseSync } from 'node:sqlite';

/**
 * The store's schema, one step a version; a step that has landed is never edited. `user_version` holds how many ran.
 * runs.header is the run without its points (JSON); points.outcome is the end of a point as the agent said it (JSON); points.digests
 * the SHA-256 of each series, taken when the run ended.
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
    db.exec(`PRAGMA user_version = ${STORE_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
