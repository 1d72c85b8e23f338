import { describe, expect, it, test } from 'vitest';
import { crossingInterval, crossingOf, crossoversOf } from '../../../electron/bench/crossover.ts';
import { passVariant, type Pass } from '../../../electron/bench/variants.ts';
import { golden } from '../../fixtures/statistics/golden.ts';
import { groupsFrom, pointResult, steady } from '../results.ts';

const gaps = (...list: readonly (readonly [size: number, gap: number])[]): Parameters<typeof crossingOf>[0] =>
  list.map(([size, gap]) => ({ size, gap }));

describe('where sharing begins to be cheaper', () => {
  it('lies on the straight line in logarithms', () => {
    expect(crossingOf(gaps([1024, -1], [4096, 1]))).toEqual({
      kind: 'at',
      bytes: expect.closeTo(2048) as number,
    });
    expect(crossingOf(gaps([1024, -3], [4096, 1]))).toMatchObject({
      bytes: expect.closeTo(1024 * 4 ** 0.75) as number,
    });
  });

  it('is a side where no size tells it', () => {
    expect(crossingOf(gaps([1024, 1], [4096, 2]))).toEqual({ kind: 'below', bytes: 1024 });
    expect(crossingOf(gaps([1024, -2], [4096, -1]))).toEqual({ kind: 'beyond', bytes: 4096 });
  });

  it('is the last crossing: from there on sharing stays cheaper', () => {
    const found = crossingOf(gaps([1024, -1], [2048, 1], [4096, -1], [8192, 1]));
    expect(found).toMatchObject({ kind: 'at', bytes: expect.closeTo(4096 * 2 ** 0.5) as number });
    expect(crossingOf(gaps([1024, 1], [2048, -1]))).toEqual({ kind: 'beyond', bytes: 2048 });
  });

  it('takes equal times as copying being no dearer', () => {
    expect(crossingOf(gaps([1024, 0], [4096, 1]))).toEqual({ kind: 'at', bytes: 1024 });
    expect(crossingOf(gaps([1024, -1], [4096, 0]))).toEqual({ kind: 'beyond', bytes: 4096 });
  });
});

/** Places a crossing on one axis, as golden.py does. */
const placed = (crossing: ReturnType<typeof crossingOf>): number =>
  crossing.kind === 'at' ? crossing.bytes : crossing.kind === 'below' ? 0 : Infinity;
const expected = (value: number | 'below' | 'beyond'): number =>
  value === 'below' ? 0 : value === 'beyond' ? Infinity : value;

describe('the interval of a crossing', () => {
  it.each(golden.crossovers)('ends near the percentiles of another bootstrap: $crossing', (one) => {
    const times = one.sizes.map((size, at) => ({
      size,
      copy: Float64Array.from(one.copy[at] ?? []).sort(),
      shared: Float64Array.from(one.shared[at] ?? []).sort(),
    }));
    const interval = crossingInterval(times, 77);
    if (interval.kind !== 'interval') throw new Error('an interval');
    const inside = (value: number, [low, high]: GoldenPair): void => {
      expect(value).toBeGreaterThanOrEqual(expected(low) * 0.999999);
      expect(value).toBeLessThanOrEqual(expected(high) * 1.000001);
    };
    inside(placed(interval.low), one.lowBetween);
    inside(placed(interval.high), one.highBetween);
    expect(interval).toMatchObject({ resamples: 10_000, seed: 77, algorithm: 'xoshiro128**', level: 0.95 });
  });

  it('is the same for the same seed and needs six samples a side', () => {
    const times = [1024, 4096].map((size) => ({
      size,
      copy: Float64Array.from([10, 11, 12, 13, 14, 15, 16]).map((value) => value * size),
      shared: Float64Array.from([20, 22, 24, 26, 28, 30]).map((value) => value * 1024),
    }));
    expect(crossingInterval(times, 5)).toEqual(crossingInterval(times, 5));
    const few = times.map((one) => ({ ...one, shared: one.shared.slice(1) }));
    expect(crossingInterval(few)).toEqual({ kind: 'too-few', what: 'samples', n: 5, needs: 6 });
  });
});

type GoldenPair = readonly [number | 'below' | 'beyond', number | 'below' | 'beyond'];

const call = (
  pass: Pass,
  size: number,
  ns: number,
  direction: 'in' | 'out' = 'in',
): ReturnType<typeof pointResult> =>
  pointResult(
    { benchmark: 'rpc.argsize', size, variant: passVariant(pass, direction) },
    { call: steady(ns), dsp: steady(1), overhead: steady(ns - 1) },
  );

test('copying is held against every way of sharing, at the sizes that both have', () => {
  const found = crossoversOf(
    groupsFrom(
      ...[1024, 4096, 16384].map((size) => call('copy', size, size)),
      ...[4096, 16384, 65536].map((size) => call('mapped', size, 8192)),
      call('buffer', 1024, 5000),
      call('copy', 4096, 100, 'out'),
      call('copy', 16384, 200, 'out'),
      ...[4096, 16384].map((size) => call('dma', size, 1000, 'out')),
    ),
  );
  expect(found.map(({ direction, way, crossing }) => [direction, way, crossing])).toEqual([
    ['in', 'mapped', { kind: 'at', bytes: expect.closeTo(8192) as number }],
    ['out', 'dma', { kind: 'beyond', bytes: 16384 }],
  ]);
  expect(found[0]?.copy.map((row) => row.size)).toEqual([4096, 16384]);
  expect(found[0]?.interval).toMatchObject({ kind: 'interval', low: { kind: 'at' }, high: { kind: 'at' } });
});

test('a point that failed its check takes no part, nor does one without bytes', () => {
  const points = [
    call('copy', 0, 1),
    call('mapped', 0, 1),
    call('copy', 1024, 1),
    call('mapped', 1024, 2),
    { ...call('copy', 4096, 9), status: 'fail' as const },
    call('mapped', 4096, 2),
  ];
  expect(crossoversOf(groupsFrom(...points))).toEqual([]);
});
