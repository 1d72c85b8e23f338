import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallName, CallArgs, CallResult } from '../../../electron/contract/calls.ts';
import type { DeskContext } from '../../../electron/host/desk/context.ts';
import { Face, Faces } from '../../../electron/host/desk/face.ts';
import { Log } from '../../../electron/host/desk/log.ts';
import { runsCalls } from '../../../electron/host/desk/runs-calls.ts';
import { HeavyThread } from '../../../electron/host/desk/runs/thread.ts';
import type { Outcome } from '../../../electron/model/outcome.ts';
import type { Run } from '../../../electron/model/run.ts';
import { runToJson } from '../../../electron/report/json.ts';
import { systemClock } from '../../../electron/session/clock.ts';
import { sampleDigest } from '../../../electron/store/digest.ts';
import { Store } from '../../../electron/store/store.ts';
import { fixtureRun } from '../report/fixture.ts';

type RunsCall = Extract<CallName, `runs.${string}`>;

let folder = '';
let changed = 0;
let group: ReturnType<typeof runsCalls>;
const face = new Face({ push: () => undefined, congested: false });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qda-runs-'));
  group = begin();
});
afterEach(async () => {
  await group.close?.();
  rmSync(folder, { recursive: true, force: true });
});

const storePath = (): string => join(folder, 'runs.sqlite');

function begin(): ReturnType<typeof runsCalls> {
  changed = 0;
  const faces = new Faces();
  faces.add(face);
  const lab = { providers: [], storePath: storePath(), home: folder, version: '0', buildId: '0' };
  const parts: Pick<DeskContext, 'lab' | 'faces' | 'log' | 'runsChanged'> = {
    lab,
    faces,
    log: new Log(systemClock),
    runsChanged: () => {
      changed += 1;
    },
  };
  return runsCalls(parts);
}

const ask = async <N extends RunsCall>(name: N, args: CallArgs<N>): Promise<Outcome<CallResult<N>>> => {
  const handler = group.calls[name] as (
    args: CallArgs<N>,
    face: Face,
  ) => Outcome<CallResult<N>> | Promise<Outcome<CallResult<N>>>;
  return await handler(args, face);
};

async function got<N extends RunsCall>(name: N, args: CallArgs<N>): Promise<CallResult<N>> {
  const outcome = await ask(name, args);
  if (!outcome.ok) throw new Error(`${outcome.problem.code}: ${outcome.problem.message}`);
  return outcome.value;
}

async function codeOf<N extends RunsCall>(name: N, args: CallArgs<N>): Promise<string> {
  const outcome = await ask(name, args);
  return outcome.ok ? 'ok' : outcome.problem.code;
}

/** A small run with true digests, under an id. */
function runOf(id: string, more: Partial<Run> = {}): Run {
  const run = fixtureRun({ samples: 30, sizes: [4096, 65536] }, { id, ...more });
  return {
    ...run,
    points: run.points.map((result) => ({
      ...result,
      verified: result.status === 'not-run' ? 0 : result.verified,
      series: result.series.map((row) => ({ ...row, sha256: sampleDigest(row.ns) })),
    })),
  };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const importRun = (run: Run): Promise<{ readonly run: string }> =>
  got('runs.import', { path: file(`${run.id}.json`, runToJson(run)) });

test('a file is imported, listed, opened, named, exported as it was, and imported once only', async () => {
  const run = runOf('run-a');
  expect(await importRun(run)).toEqual({ run: 'run-a' });
  const [row] = await got('runs.list', {});
  expect(row).toMatchObject({ id: 'run-a', imported: true, label: 'fixture' });
  const view = await got('runs.open', { run: 'run-a' });
  expect(row?.points).toBe(view.groups.length);
  expect(view.groups.length).toBeGreaterThan(10);
  expect(view.waterfall.length).toBeGreaterThan(0);
  expect(view.header.plan).toEqual(run.plan);
  const before = changed; // on a slow machine the import itself may have been seen
  await got('runs.annotate', { run: 'run-a', label: 'mine', notes: '' });
  expect(changed).toBe(before + 1);
  expect((await got('runs.open', { run: 'run-a' })).header.label).toBe('mine');
  const made = await got('runs.export', { run: 'run-a', format: 'json' });
  expect(made.name).toBe('qda-lab-run-a.json');
  expect(made.text).toBe(runToJson({ ...run, label: 'mine', notes: '' }));
  expect((await got('runs.export', { run: 'run-a', format: 'html' })).text).toMatch(/^<!doctype html>/);
  expect(await codeOf('runs.import', { path: join(folder, 'run-a.json') })).toBe('run-stored');
});

test('every row of a view has all its samples in its histogram, and none of them besides', async () => {
  await importRun(runOf('run-a'));
  const { groups } = await got('runs.open', { run: 'run-a' });
  const rows = groups.flatMap((group) => group.rows);
  for (const row of rows) {
    expect(row).not.toHaveProperty('samples');
    expect(row).not.toHaveProperty('sorted');
    const count = row.histogram?.counts.reduce((sum, one) => sum + one, 0) ?? 0;
    expect(count).toBe(row.summary.kind === 'summary' ? row.summary.n : 0);
  }
  expect(rows.some((row) => row.histogram)).toBe(true);
});

test('crossovers are those of the report, whether the run was opened before, is asked for again, or was named since', async () => {
  await importRun(runOf('run-a'));
  const made = await got('runs.export', { run: 'run-a', format: 'json' });
  const { derived } = JSON.parse(made.text) as { derived: { crossovers: unknown[] } };
  const unopened = await got('runs.crossovers', { run: 'run-a' });
  expect(unopened.length).toBeGreaterThan(0);
  for (const [at, { direction, way, crossing }] of unopened.entries())
    expect(derived.crossovers[at]).toMatchObject({ direction, way, crossing });
  for (const row of unopened.flatMap(({ copy, shared }) => [...copy, ...shared]))
    expect(row).not.toHaveProperty('samples');
  await got('runs.annotate', { run: 'run-a', label: 'mine', notes: '' });
  await got('runs.open', { run: 'run-a' });
  expect(await got('runs.crossovers', { run: 'run-a' })).toEqual(unopened);
  expect(await got('runs.crossovers', { run: 'run-a' })).toEqual(unopened);
  expect(await codeOf('runs.crossovers', { run: 'run-x' })).toBe('unknown-run');
});

test('deleted runs are gone from the list, come back, and are purged by a later host only', async () => {
  await importRun(runOf('run-a'));
  await importRun(runOf('run-b'));
  await got('runs.delete', { runs: ['run-a', 'run-b'] });
  expect(await got('runs.list', {})).toEqual([]);
  expect(await codeOf('runs.open', { run: 'run-a' })).toBe('unknown-run');
  await got('runs.restore', { runs: ['run-a'] });
  expect((await got('runs.list', {})).map((row) => row.id)).toEqual(['run-a']);
  // A second host while the first one lives: nothing is purged.
  const second = begin();
  await second.close?.();
  await got('runs.restore', { runs: ['run-b'] });
  await got('runs.delete', { runs: ['run-b'] });
  const db = new DatabaseSync(storePath());
  // The host that deleted it has ended: no pid of Linux is that high.
  db.prepare('UPDATE deleted SET life = ?').run(`${hostname()} 4194305 x`);
  await group.close?.();
  group = begin();
  await expect
    .poll(() => db.prepare("SELECT count(*) AS n FROM runs WHERE id = 'run-b'").get()?.['n'], {
      timeout: 30_000,
    })
    .toBe(0);
  db.close();
  expect(await codeOf('runs.restore', { runs: ['run-b'] })).toBe('unknown-run');
});

test('two runs side by side: medians, their ratio with its interval, and what is not the same', async () => {
  const a = runOf('run-a');
  const slower = a.points.map((result) => ({
    ...result,
    series: result.series.map((row) => {
      const ns = Float64Array.from(row.ns, (value) => value * 2);
      return { ...row, ns, sha256: sampleDigest(ns) };
    }),
  }));
  await importRun(a);
  await importRun({
    ...a,
    id: 'run-b',
    points: slower,
    status: 'cancelled',
    agent: { version: '1', buildId: 'other' },
  });
  const compared = await got('runs.compare', { a: 'run-a', b: 'run-b' });
  expect(compared.rows.length).toBeGreaterThan(20);
  for (const row of compared.rows) {
    expect(row.ratio).toBeCloseTo(2, 9);
    if ('low' in row.interval) {
      expect(row.interval.low).toBeLessThanOrEqual(2);
      expect(row.interval.high).toBeGreaterThanOrEqual(2);
    }
  }
  expect(compared.differences).toEqual([
    'The build of the agent is not the same: agent-99c2 and other.',
    'The run run-b is cancelled: it does not hold all that was planned.',
  ]);
  expect([compared.onlyA, compared.onlyB]).toEqual([[], []]);
});

test('files that are no run of ours are refused with what does not fit, and change nothing', async () => {
  const run = runOf('run-a');
  const text = runToJson(run);
  const bad: readonly (readonly [string, string, string])[] = [
    ['empty', '', 'not-a-run'],
    ['text', '<script>alert(1)</script>', 'not-a-run'],
    ['other', '{"schema":"x"}', 'not-a-run'],
    ['newer', '{"schema":"qda-lab/run/2"}', 'run-newer'],
    ['cut', text.slice(0, text.length / 2), 'not-a-run'],
    ['id', text.replace('"id": "run-a"', '"id": "../../etc/passwd"'), 'not-a-run'],
    ['proto', text.replace('"id": "run-a"', '"__proto__": {"x": 1}, "id": "run-a"'), 'not-a-run'],
    ['label', runToJson({ ...run, label: 'x'.repeat(501) }), 'not-a-run'],
    ['points', runToJson({ ...run, points: run.points.slice(1) }), 'not-a-run'],
    ['samples', text.replace(/"ns": \[(\d+),/, '"ns": [1$1,'), 'samples-changed'],
  ];
  for (const [name, content, code] of bad)
    expect([name, await codeOf('runs.import', { path: file(name, content) })]).toEqual([name, code]);
  for (const path of [join(folder, 'none'), folder, '/dev/zero'])
    expect(await codeOf('runs.import', { path })).toBe('unreadable-file');
  expect(await got('runs.list', {})).toEqual([]);
});

test('a hostile label stays text, in the list and in the report', async () => {
  const label = '<img src=x onerror=alert(1)>"\'</script><script>alert(1)</script>';
  await importRun(runOf('run-a', { label, notes: label }));
  expect((await got('runs.list', {}))[0]).toMatchObject({ label, notes: label });
  const { text } = await got('runs.export', { run: 'run-a', format: 'html' });
  expect(text).not.toMatch(/<script|<img src=x/);
});

test('a file that needs more memory than the thread has is refused before it is parsed', async () => {
  // Room for the thread's own modules and for the text, which 64 MiB are not always.
  const thread = new HeavyThread(storePath(), 160);
  const path = file('large.json', `{"schema":"qda-lab/run/1","x":[${'{"a":[1]},'.repeat(2_000_000)}1]}`);
  const outcome = await thread.do('import', { path });
  expect(outcome).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  expect(await thread.do('import', { path: join(folder, 'none') })).toMatchObject({
    problem: { code: 'unreadable-file' },
  });
  await thread.close();
});

test('a store that is newer, damaged or held by another program says so in every call', async () => {
  await importRun(runOf('run-a'));
  const db = new DatabaseSync(storePath());
  db.exec('BEGIN IMMEDIATE');
  const waiting = ask('runs.annotate', { run: 'run-a', label: 'x', notes: '' });
  expect(await got('runs.list', {})).toHaveLength(1); // the host's thread is not held up
  db.exec('COMMIT');
  expect((await waiting).ok).toBe(true);
  db.exec('PRAGMA user_version = 99');
  db.close();
  expect(await codeOf('runs.list', {})).toBe('store-newer');
  expect(await codeOf('runs.open', { run: 'run-a' })).toBe('store-newer');
  expect(await codeOf('runs.delete', { runs: ['run-a'] })).toBe('store-newer');
  await group.close?.();
  writeFileSync(storePath(), 'no database at all, but long enough to be looked at as one'.repeat(40));
  group = begin();
  expect(await codeOf('runs.list', {})).toBe('store-damaged');
});

test('what another program writes is seen', async () => {
  await importRun(runOf('run-a'));
  const store = Store.open(storePath());
  if (!store.ok) throw new Error(store.problem.message);
  const before = changed;
  store.value.annotate('run-a', 'elsewhere', '');
  store.value.close();
  await expect.poll(() => changed, { timeout: 30_000 }).toBeGreaterThan(before);
});

test('looking makes no store', async () => {
  await group.close?.();
  group = begin();
  expect(existsSync(storePath())).toBe(false);
});
