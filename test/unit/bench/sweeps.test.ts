import { expect, test } from 'vitest';
import { sweepPanels } from '../../../electron/bench/panels.ts';
import { groupsOf } from '../../../electron/bench/results.ts';
import { sweepsOf, type Sweep } from '../../../electron/bench/sweeps.ts';
import type { PlanPoint } from '../../../electron/model/plan.ts';
import type { PointResult, PointStatus } from '../../../electron/model/run.ts';
import { header, point } from '../samples.ts';

const MIB = 2 ** 20;

const result = (place: Partial<PlanPoint>, ns: number, status: PointStatus = 'pass'): PointResult => ({
  point: point(0, { benchmark: 'mem.import', ...place }),
  status,
  error: 0,
  call: '',
  reason: '',
  limit: null,
  verified: 1,
  mismatches: 0,
  bytesPerSample: 0,
  leftBehind: 0,
  dropped: 0,
  counters: [],
  proof: null,
  simulated: true,
  series: [{ name: 'cold', ns: Float64Array.of(ns, ns, ns), sha256: '' }],
});

const sweeps = (points: readonly PointResult[]): Sweep[] =>
  sweepsOf(groupsOf({ ...header('r', []), points }));

/** 10 us and 25 us a MiB, the independent runs a microsecond apart. */
const line = (size: number, repeat: number): PointResult =>
  result({ size, repeat }, 10_000 + (25_000 * size) / MIB + 1000 * repeat);

test('the slope is in microseconds a MiB, through the p50 of each independent run', () => {
  const points = [MIB, 4 * MIB, 16 * MIB].flatMap((size) => [0, 1, 2].map((repeat) => line(size, repeat)));
  const [sweep] = sweeps(points);
  expect(sweep?.key).toBe('mem.import/qda/0/cold');
  expect(sweep?.rows.map((row) => row.size)).toEqual([MIB, 4 * MIB, 16 * MIB]);
  if (sweep?.line.kind !== 'line') throw new Error('a line');
  expect(sweep.line.n).toBe(9);
  expect(sweep.line.slope).toBeCloseTo(25, 9);
  expect(sweep.line.intercept).toBeCloseTo(11, 9);
  if (sweep.line.slopeInterval.kind !== 'interval') throw new Error('an interval');
  expect(sweep.line.slopeInterval.low).toBeLessThanOrEqual(25);
  expect(sweep.line.slopeInterval.high).toBeGreaterThanOrEqual(25);
});

test('sizes ascend whatever the order of the plan; sources and variants are sweeps of their own', () => {
  const found = sweeps([
    result({ size: 4 * MIB }, 5),
    result({ size: MIB }, 4),
    result({ size: MIB, source: 'udmabuf' }, 3),
    result({ size: MIB, variant: 2 }, 2),
  ]);
  expect(found.map((sweep) => [sweep.key, sweep.rows.map((row) => row.size)])).toEqual([
    ['mem.import/qda/0/cold', [MIB, 4 * MIB]],
    ['mem.import/udmabuf/0/cold', [MIB]],
    ['mem.import/qda/2/cold', [MIB]],
  ]);
});

test('one size makes no line, and says why', () => {
  const [sweep] = sweeps([line(MIB, 0), line(MIB, 1)]);
  expect(sweep?.line).toMatchObject({ kind: 'too-few', what: 'distinct x values', n: 1, needs: 2 });
});

test('a failed check, a benchmark without sizes and a point without samples are in no sweep', () => {
  const empty = { ...result({ size: 4 * MIB }, 1), series: [] };
  const found = sweeps([
    line(MIB, 0),
    result({ size: 16 * MIB }, 1, 'fail'),
    result({ size: 0, benchmark: 'base.ioctl' }, 1),
    empty,
  ]);
  expect(found.map((sweep) => sweep.rows.map((row) => row.size))).toEqual([[MIB]]);
});

test('what moves bytes at one size only has no chart, and is named', () => {
  const moves = (place: Partial<PlanPoint>): PointResult => ({
    ...result({ ...place, size: place.size ?? MIB }, 1000),
    bytesPerSample: place.size ?? MIB,
    series: [{ name: 'read', ns: Float64Array.from({ length: 20 }, () => 1000), sha256: '' }],
  });
  const both = sweepPanels(
    sweeps([
      moves({ benchmark: 'cpu.bw' }),
      moves({ benchmark: 'cpu.bw', size: 4 * MIB }),
      moves({ benchmark: 'dsp.read' }),
    ]),
  );
  expect([both.bandwidth.map(({ title }) => title), both.oneSize]).toEqual([['A8 cpu.bw'], ['C5 dsp.read']]);
  const swept = sweepPanels(
    sweeps([moves({ benchmark: 'dsp.read' }), moves({ benchmark: 'dsp.read', size: 4 * MIB })]),
  );
  expect([swept.bandwidth.length, swept.oneSize]).toEqual([1, []]);
});
