import type { DatabaseSync } from 'node:sqlite';
import { driverText } from '../model/board.ts';
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
    points: plan.points.length,
    tally,
    imported,
  };
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

export function tallyOf(points: readonly Pick<PointResult, 'status'>[]): Tally {
  const tally: Partial<Record<PointStatus, number>> = {};
  for (const { status } of points) tally[status] = (tally[status] ?? 0) + 1;
  return tally;
}

/** `life`: that of the program that measures the run; null: nobody does. */
export function putRow(db: DatabaseSync, row: RunRow, life: string | null = null): void {
  db.prepare(
    'INSERT INTO rows(run_id, row) VALUES (?, ?) ON CONFLICT(run_id) DO UPDATE SET row = excluded.row',
  ).run(row.id, JSON.stringify(life === null ? row : { ...row, life }));
}

/** Lines of all runs that are not deleted, newest first. */
export function readRows(db: DatabaseSync): RunRow[] {
  return db
    .prepare(
      `SELECT row, label, notes FROM runs JOIN rows ON rows.run_id = runs.id
       LEFT JOIN annotations ON annotations.run_id = runs.id
       WHERE runs.id NOT IN (SELECT run_id FROM deleted) ORDER BY started_at DESC, id DESC`,
    )
    .all()
    .map((found) => {
      const { life, ...said } = JSON.parse(String(found['row'])) as RunRow & { readonly life?: string };
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
  const words = db
    .prepare(
      `SELECT coalesce(json_extract(outcome, '$.status'), 'cancelled') AS word, count(*) AS n
       FROM points WHERE run_id = ? GROUP BY word`,
    )
    .all(header.id)
    .map((row) => [String(row['word']), Number(row['n'])] as const);
  const begun = words.reduce((sum, [, n]) => sum + n, 0);
  const rest = header.plan.points.length - begun;
  return Object.fromEntries(rest > 0 ? [...words, ['not-run', rest] as const] : words);
}
