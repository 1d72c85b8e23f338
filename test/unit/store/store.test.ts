import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Collector } from '../../../electron/bench/collect.ts';
import { MemoryModel } from '../../../electron/memory/model.ts';
import type { DmaEvent } from '../../../electron/model/memory.ts';
import type { Outcome } from '../../../electron/model/outcome.ts';
import { sampleDigest } from '../../../electron/store/digest.ts';
import { Store } from '../../../electron/store/store.ts';
import { dspLog, dspMoment } from '../report/fixture-dsp.ts';
import { done, header, point, samples, started } from '../samples.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qda-store-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** An address above 2^53, which JSON alone would not carry. */
const mapping: DmaEvent = {
  kind: 'alloc',
  timeNs: 5,
  pid: 7,
  comm: 'app',
  device: 'qda-cb-cdsp-3',
  entries: [{ dmaAddr: 0xffff_ffff_ffff_f000n, length: 4096, phys: null }],
  truncated: false,
  totalEntries: 1,
};

const file = (): string => join(folder, 'deep', 'runs.sqlite');

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.problem.message);
  return outcome.value;
}

const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.problem.code);

test('a run comes back as it was stored, blocks joined in their order', () => {
  const store = value(Store.open(file()));
  const memory = new MemoryModel();
  memory.apply({ kind: 'events', lost: 0, events: [mapping] });
  const head = header('run-a', [point(0), point(1)], { memory: memory.picture() });
  value(store.putHeader(head));
  value(
    store.putEvents('run-a', [
      started(0, ['alloc', 'close']),
      samples(0, 0, 2, [30, 2 ** 40 + 1]),
      samples(0, 0, 0, [10, 20]),
      samples(0, 1, 0, [7]),
    ]),
  );
  value(store.putEvents('run-a', [done(0)]));
  store.close();

  const again = value(Store.open(file()));
  const stored = value(again.load('run-a'));
  const collector = new Collector();
  stored.events.forEach((event) => {
    collector.add(event);
  });
  const [first, second] = collector.results(stored.header.plan, true, sampleDigest);
  expect(stored.header).toEqual(head);
  expect(first?.status).toBe('pass');
  expect([...(first?.series[0]?.ns ?? [])]).toEqual([10, 20, 30, 2 ** 40 + 1]);
  expect([...(first?.series[1]?.ns ?? [])]).toEqual([7]);
  expect(second?.status).toBe('not-run');
  again.close();
});

test('storing the same block twice changes nothing', () => {
  const store = value(Store.open(file()));
  value(store.putHeader(header('r', [point(0)])));
  for (let round = 0; round < 2; round++)
    value(store.putEvents('r', [started(0, ['alloc']), samples(0, 0, 0, [1, 2])]));
  expect(value(store.load('r')).events.filter((event) => event.kind === 'samples')).toHaveLength(1);
  store.close();
});

test('a point that was seen as done keeps its series when its start is stored again', () => {
  const store = value(Store.open(file()));
  value(store.putHeader(header('r', [point(0)])));
  value(store.putEvents('r', [started(0, ['alloc']), done(0)]));
  value(store.putEvents('r', [started(0, ['alloc'])]));
  expect(value(store.load('r')).events.map((event) => event.kind)).toEqual(['started', 'done']);
  store.close();
});

test('runs are found by the begin of their id, and ambiguity is said', () => {
  const store = value(Store.open(file()));
  value(store.putHeader(header('2026-a', [], { startedAt: '2026-01-01T00:00:00.000Z' })));
  value(store.putHeader(header('2026-b', [], { startedAt: '2026-01-02T00:00:00.000Z' })));
  expect(value(store.find('2026-a')).id).toBe('2026-a');
  expect(value(store.find('latest')).id).toBe('2026-b');
  expect(code(store.find('2026'))).toBe('ambiguous-run');
  expect(code(store.find('nope'))).toBe('unknown-run');
  expect(code(store.load('nope'))).toBe('unknown-run');
  store.close();
});

test('a store of a newer schema is refused and not touched', () => {
  value(Store.open(file())).close();
  const db = new DatabaseSync(file());
  db.exec('PRAGMA user_version = 99');
  db.close();
  const refused = Store.open(file());
  expect(code(refused)).toBe('store-newer');
  const after = new DatabaseSync(file());
  expect(after.prepare('PRAGMA user_version').get()?.['user_version']).toBe(99);
  after.close();
});

test('a file that is no store, and a path that cannot be, are told apart', () => {
  const junk = join(folder, 'junk.sqlite');
  writeFileSync(junk, 'this is no database, but long enough to be looked at as one'.repeat(40));
  expect(code(Store.open(junk))).toBe('store-damaged');
  expect(code(Store.open(join(junk, 'below', 'runs.sqlite')))).toBe('store-unreachable');
});

test('a folder that can never be made is told, not waited for', () => {
  expect(code(Store.open('/proc/nope/deep/runs.sqlite'))).toBe('store-unreachable');
});

test('two programs write to one store at once', () => {
  const a = value(Store.open(file()));
  const b = value(Store.open(file()));
  for (let at = 0; at < 20; at++) {
    value((at % 2 ? a : b).putHeader(header(`run-${at}`, [])));
  }
  expect(value(a.list())).toHaveLength(20);
  a.close();
  b.close();
});

test('what the DSP gave comes back, addresses whole: counters, the proof, the process, its log', () => {
  const store = value(Store.open(file()));
  const head = header('run-dsp', [point(0)], { dsp: dspMoment, dspLog });
  const proof = {
    ino: 7,
    importIno: 7,
    dmaAddress: 0xf_ffff_ffff_f000n,
    dmaReason: '',
    dspAddress: null,
    nonceToDsp: true,
    nonceFromDsp: false,
  };
  const counters = [{ name: 'instructions', unit: '', value: 412 }];
  value(store.putHeader(head));
  value(store.putEvents('run-dsp', [started(0, ['call']), done(0, { counters, proof })]));
  store.close();
  const stored = value(value(Store.open(file())).load('run-dsp'));
  expect(stored.header).toEqual(head);
  expect(stored.events).toContainEqual(done(0, { counters, proof, block: 3 }));
});

test('a run that an older version stored has none of it, said as none', () => {
  const store = value(Store.open(file()));
  const memory = new MemoryModel().picture();
  const head = header('run-old', [point(0)], { memory });
  value(store.putHeader(head));
  value(store.putEvents('run-old', [started(0, ['alloc']), done(0)]));
  store.close();
  const db = new DatabaseSync(file());
  db.exec(`UPDATE runs SET header = json_remove(header, '$.dsp', '$.dspLog', '$.plan.shell', '$.plan.dspFiles', '$.memory.dsp');
    UPDATE points SET outcome = json_remove(outcome, '$.counters', '$.proof')`);
  db.close();
  const again = value(Store.open(file()));
  expect(value(again.list())[0]?.header).toEqual(head);
  const stored = value(again.load('run-old'));
  expect(stored.header).toEqual(head);
  expect(stored.events).toContainEqual(done(0));
});
