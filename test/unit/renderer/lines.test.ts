import { expect, test } from 'vitest';
import {
  filtered,
  isPartly,
  isTrouble,
  liveLines,
  reasonOf,
  tallyOf,
} from '../../../renderer/views/bench/lines.ts';
import { liveCharts, noBandwidth } from '../../../renderer/views/bench/results.ts';
import { durationText, progressOf } from '../../../renderer/views/bench/time.ts';
import { liveRun, planOf, point, series } from './live.ts';

const shapes = planOf(['mem.alloc']).points.length / 3;
const run = (...changed: readonly ReturnType<typeof point>[]): ReturnType<typeof liveRun> => {
  const base = liveRun({}, planOf(['mem.alloc']));
  return {
    ...base,
    points: base.points.map((one) => changed.find(({ index }) => index === one.index) ?? one),
  };
};

test('independent runs of a point share a line; its series stand there before they come', () => {
  const lines = liveLines(run());
  expect(lines).toHaveLength(shapes);
  expect(lines[0]).toMatchObject({ status: 'waiting', ended: 0, repeats: 3, shownRun: null });
  expect(lines[0]?.series.map(({ name, p50 }) => [name, p50])).toEqual([
    ['alloc', null],
    ['close', null],
  ]);
});

test('the figures are those of the newest run that has any, and say which', () => {
  const first = point(0, 'pass', [series('alloc', 100), series('close', 10)]);
  const second = point(shapes, 'running', [series('alloc', 120), series('close', 12, { n: 0 })]);
  const [line] = liveLines(run(first, second));
  expect(line).toMatchObject({ status: 'running', ended: 1, shownRun: 2 });
  expect(line?.series[0]).toMatchObject({ p50: 120, p50s: [100, 120], low: 119, high: 121 });
});

test('a group is as bad as its worst run that has ended', () => {
  const lines = liveLines(run(point(0, 'fail'), point(shapes, 'pass')));
  expect(lines[0]).toMatchObject({ status: 'fail', reason: 'the bytes differ' });
  expect(lines.filter(isTrouble)).toHaveLength(1);
  expect(tallyOf(lines)).toEqual(
    expect.arrayContaining([
      { status: 'fail', count: 1 },
      { status: 'waiting', count: shapes - 1 },
    ]),
  );
});

test('of a run that ended early a point is measured in part, or not at all', () => {
  const base = run(point(0, 'pass', [series('alloc', 100), series('close', 10)]));
  const points = base.points.map((one) =>
    one.index === 0
      ? one
      : { ...one, status: 'not-run' as const, reason: 'The run ended before this point.' },
  );
  const [part, none] = liveLines({ ...base, points });
  expect(part).toMatchObject({ status: 'not-run', ended: 1 });
  expect(part && [isPartly(part), reasonOf(part)]).toEqual([
    true,
    'Measured in 1 of 3 independent runs: the run ended before the others.',
  ]);
  expect(none).toMatchObject({ status: 'not-run', ended: 0 });
  expect(none && [isPartly(none), reasonOf(none)]).toEqual([false, 'The run ended before this point.']);
});

test('the filter takes every word, in any place', () => {
  const lines = liveLines(run(point(0, 'fail')));
  expect(filtered(lines, 'mem FAIL', false)).toHaveLength(1);
  expect(filtered(lines, 'mem nothing', false)).toHaveLength(0);
  expect(filtered(lines, '', true)).toHaveLength(1);
  expect(filtered(lines, '', false)).toBe(lines);
});

test('what is left follows the pace and never exceeds the budgets', () => {
  const done = [0, 1, 2].map((index) => point(index, 'pass'));
  const some = run(...done);
  const progress = progressOf(some, some.startedMs + 3000);
  expect(progress.done).toBe(3);
  expect(progress.leftS).toBeCloseTo(some.points.length - 3);
  const slow = progressOf(some, some.startedMs + 3_000_000);
  expect(slow.leftS).toBeLessThanOrEqual(some.estimateS);
});

test('points that a cancelled run never measured have not ended', () => {
  const some = run(point(0, 'pass'), point(1, 'cancelled'), point(2, 'cancelled'));
  expect(progressOf(some, some.startedMs).done).toBe(1);
  expect(progressOf(some, some.startedMs).part).toBeLessThan(1);
});

test('too little says nothing of what is left, and a clock that was set back nothing of the past', () => {
  expect(progressOf(run(point(0, 'pass')), 0)).toMatchObject({ leftS: null, elapsedS: 0 });
});

test('times as people say them', () => {
  expect([0, 59.4, 60, 3599, 3600, 3660].map(durationText)).toEqual([
    '0 s',
    '59 s',
    '1 min 00 s',
    '59 min 59 s',
    '1 h 00 min',
    '1 h 01 min',
  ]);
});

test('points that wait take the series that others of their kind gave', () => {
  const lines = liveLines(run(point(0, 'pass', [series('alloc', 100)])));
  expect(lines.map((line) => line.series.map(({ name }) => name))).toEqual(lines.map(() => ['alloc']));
});

test('charts are made of what is known so far, and a stage that is not measured yet says so', () => {
  const charts = liveCharts(liveLines(run(point(0, 'pass', [series('alloc', 100), series('close', 10)]))));
  expect(charts.latency[0]?.lines.map(({ label, values }) => [label, values[0]])).toEqual([
    ['alloc', 100],
    ['close', 10],
  ]);
  const cold = charts.waterfall.map((size) => size.cold.stages.find(({ key }) => key === 'allocate')?.time);
  expect(cold[0]).toMatchObject({ kind: 'measured', ns: 100 });
  expect(cold[1]).toMatchObject({
    kind: 'missing',
    reason: expect.stringContaining('not measured yet') as string,
  });
  expect(charts.bandwidth).toEqual([]);
  expect(noBandwidth(false, []).title).toContain('stored run');
  expect(noBandwidth(true, ['C5 dsp.read']).text).toContain('C5 dsp.read');
  expect(noBandwidth(true, []).text).toContain('No benchmark of this run moves bytes');
});
