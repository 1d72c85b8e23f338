import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadStoredRun } from '../../../electron/host/runs.ts';
import type { Outcome } from '../../../electron/model/outcome.ts';
import type { Run } from '../../../electron/model/run.ts';
import { mayLive, ownLife } from '../../../electron/store/lives.ts';
import { Store } from '../../../electron/store/store.ts';
import { touchedAt } from '../../../electron/store/touched.ts';
import { runToJson } from '../../../electron/report/json.ts';
import { fixtureRun } from '../report/fixture.ts';
import { done, header, point, samples, started } from '../samples.ts';

let folder = '';
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qda-library-'));
  store = value(Store.open(file()));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = (): string => join(folder, 'runs.sqlite');

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.problem.message);
  return outcome.value;
}

const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.problem.code);
const ids = (): string[] => value(store.rows()).map((row) => row.id);

/** A run of three points: one that passed, one that was begun, one that was not. */
function putRun(id: string): void {
  const head = header(id, [point(0), point(1, { benchmark: 'mem.import' }), point(2, { size: 8192 })]);
  value(store.putHeader(head));
  value(
    store.putEvents(id, [started(0, ['alloc']), samples(0, 0, 0, [1, 2, 3]), done(0), started(1, ['warm'])]),
  );
}

test('a line says what the run is; its points are counted when it ends', () => {
  putRun('r');
  const running = value(store.rows())[0];
  expect(running).toMatchObject({
    id: 'r',
    status: 'running',
    simulated: true,
    board: { id: 'virtual', label: 'virtual', model: 'Virtual QDA board' },
    dsp: 'cdsp',
    driver: 'QDA v1',
    benchmarks: ['mem.alloc', 'mem.import'],
    points: 3,
    tally: null,
    imported: false,
  });
  const run = value(loadStoredRun(store, 'r'));
  value(store.finish({ ...run, status: 'complete' }, run.points));
  expect(value(store.rows())[0]).toMatchObject({
    status: 'complete',
    tally: { pass: 1, cancelled: 1, 'not-run': 1 },
  });
});

test('independent runs of a point count as one, by the worst of them; also in lines of an older version', () => {
  const head = header('r', [point(0), point(1, { repeat: 1 }), point(2, { size: 8192 })]);
  value(store.putHeader(head));
  value(store.putEvents('r', [started(0, ['alloc']), samples(0, 0, 0, [1]), done(0), started(1, ['alloc'])]));
  const run = value(loadStoredRun(store, 'r'));
  value(store.finish({ ...run, status: 'cancelled' }, run.points));
  const counted = { points: 2, tally: { cancelled: 1, 'not-run': 1 } };
  expect(value(store.rows())[0]).toMatchObject(counted);
  const other = new DatabaseSync(file());
  other.exec(
    `UPDATE rows SET row = json_set(json_remove(row, '$.repeats'), '$.points', 3, '$.tally', json('{"pass":3}'))`,
  );
  other.close();
  expect(value(store.rows())[0]).toMatchObject(counted);
});

test('a run whose program is gone does not go on; nor does one whose file was made while it ran', () => {
  putRun('r');
  const states = (): string[] => [
    value(store.rows())[0]?.status ?? '',
    value(store.find('r')).status,
    value(loadStoredRun(store, 'r')).status,
  ];
  expect(states()).toEqual(['running', 'running', 'running']);
  expect(value(store.rows())[0]).not.toHaveProperty('life');
  const set = (path: string, to: string | number): void => {
    const other = new DatabaseSync(file());
    other.prepare(`UPDATE rows SET row = json_set(row, '${path}', json(?))`).run(JSON.stringify(to));
    other.close();
  };
  set('$.life', ownLife().replace(` ${process.pid} `, ' 4194305 ')); // above the highest pid of Linux
  expect(states()).toEqual(['incomplete', 'incomplete', 'incomplete']);
  expect(value(store.find('r')).header.reason).toContain('ended before');
  set('$.life', ownLife());
  expect(states()).toEqual(['running', 'running', 'running']);
  const other = new DatabaseSync(file());
  other.exec(`UPDATE rows SET row = json_set(row, '$.imported', json('true'))`);
  other.close();
  expect(states()).toEqual(['incomplete', 'incomplete', 'incomplete']);
});

test('a label and notes given later stand wherever the run is shown, and outlive its end', () => {
  putRun('r');
  value(store.annotate('r', '<b>mine</b>', 'two\nlines'));
  expect(value(store.rows())[0]).toMatchObject({ label: '<b>mine</b>', notes: 'two\nlines' });
  const run = value(loadStoredRun(store, 'r'));
  expect([run.label, run.notes]).toEqual(['<b>mine</b>', 'two\nlines']);
  value(store.finish(header('r', run.plan.points, { status: 'complete', label: 'first' }), run.points));
  expect(value(store.find('r')).header.label).toBe('<b>mine</b>');
  expect(code(store.annotate('other', 'x', ''))).toBe('unknown-run');
});

test('a deleted run is nowhere, comes back, and is gone when its host is', () => {
  putRun('a');
  putRun('b');
  value(store.hide(['a', 'never'], 'host 1 x'));
  expect(ids()).toEqual(['b']);
  expect(value(store.list()).map((line) => line.id)).toEqual(['b']);
  expect(code(store.load('a'))).toBe('unknown-run');
  expect(code(store.find('a'))).toBe('unknown-run');
  value(store.unhide(['a']));
  expect(ids()).toEqual(['b', 'a']);
  value(store.hide(['a'], 'host 1 x'));
  value(store.hide(['b'], 'host 2 y'));
  expect(value(store.lives())).toEqual(['host 1 x', 'host 2 y']);
  value(store.purge(['host 1 x']));
  expect(code(store.unhide(['a']))).toBe('unknown-run');
  value(store.unhide(['b']));
  expect(ids()).toEqual(['b']);
});

test('a host that runs is known to, one that ended is not, one elsewhere is believed to', () => {
  const own = ownLife();
  expect(mayLive(own)).toBe(true);
  expect(mayLive(own.replace(/.$/, '.'))).toBe(false); // of a host before that had the same pid
  expect(mayLive(own.replace(` ${process.pid} `, ' 4194305 '))).toBe(false); // above the highest pid of Linux
  expect(mayLive(`elsewhere 4194305 x`)).toBe(true);
});

test('a run from a file is the same run in the store, and is not stored twice', () => {
  const made = fixtureRun();
  const points = made.points.map((one) => (one.status === 'not-run' ? { ...one, verified: 0 } : one));
  const run: Run = { ...made, points };
  value(store.importRun(run));
  expect(runToJson(value(loadStoredRun(store, run.id)))).toBe(runToJson(run));
  expect(value(store.rows())[0]).toMatchObject({ id: run.id, imported: true });
  expect(code(store.importRun(run))).toBe('run-stored');
  value(store.hide([run.id], 'host 1 x'));
  value(store.importRun(run));
  expect(ids()).toEqual([run.id]);
});

test('what lists show is counted, also where another program wrote it', () => {
  const seen = [value(store.changes())];
  const look = (): void => void seen.push(value(store.changes()));
  putRun('r');
  look();
  value(store.putEvents('r', [samples(0, 0, 3, [4])]));
  look();
  const other = value(Store.open(file()));
  const before = touchedAt(file());
  value(other.annotate('r', 'x', ''));
  expect(touchedAt(file())).not.toBe(before);
  other.close();
  look();
  value(store.hide(['r'], 'host 1 x'));
  look();
  value(store.purge(['host 1 x']));
  look();
  expect(seen[2]).toBe(seen[1]);
  expect(new Set(seen).size).toBe(5);
});

test('a stamp changes with whatever can be seen of the run', () => {
  putRun('r');
  const stamps = [value(store.stamp('r'))];
  const look = (): void => void stamps.push(value(store.stamp('r')));
  value(store.putEvents('r', [samples(0, 0, 3, [4])]));
  look();
  value(store.annotate('r', 'x', ''));
  look();
  value(store.putHeader(header('r', [point(0)], { status: 'cancelled' })));
  look();
  value(store.hide(['r'], 'host 1 x'));
  look();
  expect(new Set(stamps).size).toBe(stamps.length);
  expect(stamps.at(-1)).toBe('null');
});

test('a store of the version before gets the lines of its runs', () => {
  putRun('r');
  const run = value(loadStoredRun(store, 'r'));
  value(store.finish({ ...run, status: 'incomplete' }, run.points));
  const row = value(store.rows())[0];
  store.close();
  const db = new DatabaseSync(file());
  db.exec(
    'DROP TABLE rows; DROP TABLE annotations; DROP TABLE deleted; DROP TABLE changes; PRAGMA user_version = 1',
  );
  db.close();
  store = value(Store.open(file()));
  expect(value(store.rows())).toEqual([row]);
});

test('a line holds no more of a foreign text than a list can show', () => {
  const head = header('r', [], {});
  const long = 'x'.repeat(100_000);
  value(store.putHeader({ ...head, reason: long, board: { ...head.board, label: long } }));
  expect(JSON.stringify(value(store.rows())).length).toBeLessThan(2000);
});
