import { expect, test } from 'vitest';
import { Collector } from '../../../electron/bench/collect.ts';
import { moved } from '../../../electron/bench/drift.ts';
import { groupsOf } from '../../../electron/bench/results.ts';
import type { PlanEvent } from '../../../electron/model/plan-events.ts';
import type { Run } from '../../../electron/model/run.ts';
import { done, header, point, samples, started } from '../samples.ts';

function runOf(events: readonly PlanEvent[], points: Run['plan']['points'], more: Partial<Run> = {}): Run {
  const head = header('r', points, more);
  const collector = new Collector();
  events.forEach((event) => {
    collector.add(event);
  });
  return { ...head, points: collector.results(head.plan, true, () => 'digest') };
}

const spread = (base: number): number[] => Array.from({ length: 10 }, (_, at) => base + at);

test('independent runs of a point are pooled into one row a series', () => {
  const points = [point(0), point(1, { repeat: 1 }), point(2, { size: 65536 })];
  const events = [0, 1].flatMap((index) => [
    started(index, ['alloc']),
    samples(index, 0, 0, spread(100 * (index + 1))),
    done(index),
  ]);
  const [pooled, other] = groupsOf(runOf(events, points));
  expect(pooled?.rows.map((row) => [row.series, row.samples.length, row.p50s])).toEqual([
    ['alloc', 20, [104.5, 204.5]],
  ]);
  expect(pooled?.flags).toEqual(['simulated', 'unstable']);
  expect(other?.status).toBe('not-run');
  expect(other?.rows).toEqual([]);
});

test('a group is as bad as its worst run and keeps its sentence', () => {
  const points = [point(0), point(1, { repeat: 1 })];
  const events = [
    started(0, ['alloc']),
    done(0),
    started(1, ['alloc']),
    done(1, { status: 'error', error: -12, call: 'GEM_CREATE', reason: 'no context bank free' }),
  ];
  const [group] = groupsOf(runOf(events, points));
  expect([group?.status, group?.call, group?.error, group?.reason]).toEqual([
    'error',
    'GEM_CREATE',
    -12,
    'no context bank free',
  ]);
});

test('a point that began and never ended keeps what it has', () => {
  const [group] = groupsOf(runOf([started(0, ['alloc']), samples(0, 0, 0, [5])], [point(0)]));
  expect([group?.status, group?.rows[0]?.samples.length]).toEqual(['cancelled', 1]);
});

test('a block is kept also when the next one comes in its room', () => {
  const ns = Float64Array.of(1, 2);
  const collector = new Collector();
  const block = (first: number): PlanEvent => ({
    kind: 'samples',
    block: 2,
    index: 0,
    series: 0,
    first,
    ns,
    simulated: true,
  });
  collector.add(started(0, ['alloc']));
  collector.add(block(0));
  ns.set([3, 4]);
  collector.add(block(2));
  const [result] = collector.results(header('r', [point(0)]).plan, true, () => 'digest');
  expect([...(result?.series[0]?.ns ?? [])]).toEqual([1, 2, 3, 4]);
});

test('bytes a sample make a bandwidth of 1e9 bytes a second', () => {
  const events = [
    started(0, ['read']),
    samples(0, 0, 0, [1000, 1000, 1000]),
    done(0, { bytesPerSample: 4000 }),
  ];
  const [group] = groupsOf(runOf(events, [point(0, { benchmark: 'cpu.bw' })]));
  expect(group?.rows[0]?.bandwidth).toMatchObject({ kind: 'value', value: 4 });
});

test('lost samples are flagged', () => {
  const [group] = groupsOf(runOf([started(0, ['alloc']), done(0, { samplesDropped: 3 })], [point(0)]));
  expect(group?.flags).toContain('dropped');
});

test('a clock or a temperature that moved is named; a missing reading is not a move', () => {
  const reading = (key: string, value: string | null, unit: string): Run['before'][number] => ({
    key,
    value,
    unit,
    reason: '',
    source: '',
  });
  const before = [
    reading('cpu0.freq', '1000', 'kHz'),
    reading('thermal0', '40000', 'm°C'),
    reading('cpu1.freq', '1000', 'kHz'),
    reading('a.governor', 'performance', ''),
  ];
  const after = [
    reading('cpu0.freq', '1040', 'kHz'),
    reading('thermal0', '46000', 'm°C'),
    reading('cpu1.freq', null, 'kHz'),
    reading('a.governor', 'powersave', ''),
  ];
  expect(moved(before, after)).toEqual(['thermal0', 'a.governor']);
});
