import type { DatabaseSync } from 'node:sqlite';
import { driverText } from '../model/board.ts';
import { pointKey, SEVERITY } from '../model/point-group.ts';
import type { PointResult, PointStatus } from '../model/run.ts';
import type { RunRow } from '../model/run-row.ts';
import { asItStands } from './abandoned.ts';
import { headerOf, type RunHeader } from './read.ts';

type Tally = NonNullable<RunRow['tally']>;

/** Texts of a board that a list shows, at most so many characters: a file made elsewhere may hold any. */
const LONGEST = 200;

/** The line of a run in lists. */
export function rowOf(header: RunHeader, tally: Tally | null, imported: boolean): RunRow {
  const { id, label, notes, startedAt, endedAt, status, simulated, board, node, plan } = header;
  return {
    id,
    label,
    notes,
    startedAt,
    endedAt,
    status,
    reason: cut(header.reason),
    simulated,
    board: { id: cut(board.id), label: cut(board.label), model: cut(board.identity.model) },
    dsp: cut(node.dsp),
    driver: node.generation === null ? '' : cut(driverText(node.generation.replace('qda-', ''))),
    kernel: cut(board.identity.kernel),
    plan: cut(plan.name),
    benchmarks: [...new Set(plan.points.map((point) => cut(point.benchmark)))],
    points: new Set(plan.points.map(pointKey)).size,
    repeats: plan.repeats,
    tally,
    imported,
  };
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** How many points ended in which word: a point's independent runs are one, as bad as the worst of them. */
export function tallyOf(points: readonly Pick<PointResult, 'point' | 'status'>[]): Tally {
  const worst = new Map<string, PointStatus>();
  for (const { point, status } of points) {
    const key = pointKey(point);
    const before = worst.get(key);
    if (before === undefined || SEVERITY[status] > SEVERITY[before]) worst.set(key, status);
  }
  const tally: Partial<Record<PointStatus, number>> = {};
  for (const status of worst.values()) tally[status] = (tally[status] ?? 0) + 1;
  return tally;
}

/** `life`: that of the program that measures the run; null: nobody does. */
export function putRow(db: DatabaseSync, row: RunRow, life: string | null = null): void {
  db.prepare(
    'INSERT INTO rows(run_id, row) VALUES (?, ?) ON CONFLICT(run_id) DO UPDATE SET row = excluded.row',
  ).run(row.id, JSON.stringify(life === null ? row : { ...row, life }));
}

type StoredRow = RunRow & { readonly life?: string };

/** A line of an older version counted independent runs apart. */
function countedAgain(db: DatabaseSync, id: string, row: RunRow): RunRow {
  const header = headerOf(String(db.prepare('SELECT header FROM runs WHERE id = ?').get(id)?.['header']));
  return rowOf(header, row.tally === null ? null : countedTally(db, header), row.imported);
}

/** Lines of all runs that are not deleted, newest first. */
export function readRows(db: DatabaseSync): RunRow[] {
  return db
    .prepare(
      `SELECT id, row, label, notes FROM runs JOIN rows ON rows.run_id = runs.id
       LEFT JOIN annotations ON annotations.run_id = runs.id
       WHERE runs.id NOT IN (SELECT run_id FROM deleted) ORDER BY started_at DESC, id DESC`,
    )
    .all()
    .map((found) => {
      const { life, ...stored } = JSON.parse(String(found['row'])) as StoredRow;
      const said = 'repeats' in stored ? stored : countedAgain(db, String(found['id']), stored);
      const row = asItStands(said, life ?? null, said.imported);
      if (found['label'] === null) return row;
      return { ...row, label: String(found['label']), notes: String(found['notes']) };
    });
}

/** Writes the lines of runs that an older version stored without one. */
export function fillRows(db: DatabaseSync): void {
  const without = db.prepare('SELECT header FROM runs WHERE id NOT IN (SELECT run_id FROM rows)');
  for (const found of without.all()) {
    const header = headerOf(String(found['header']));
    putRow(db, rowOf(header, header.status === 'running' ? null : countedTally(db, header), false));
  }
}

function countedTally(db: DatabaseSync, header: RunHeader): Tally {
  const found = db
    .prepare(
      `SELECT idx, coalesce(json_extract(outcome, '$.status'), 'cancelled') AS word FROM points WHERE run_id = ?`,
    )
    .all(header.id);
  const words = new Map(found.map((row) => [Number(row['idx']), String(row['word']) as PointStatus]));
  return tallyOf(header.plan.points.map((point) => ({ point, status: words.get(point.index) ?? 'not-run' })));
}
