import { expect, test } from 'vitest';
import {
  medianOf,
  medianOfSorted,
  percentile,
  percentileUnsorted,
} from '../../../electron/bench/statistics/percentile.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import {
  lowerBound,
  medianDistance,
  sortAscending,
  upperBound,
} from '../../../electron/bench/statistics/sort.ts';

const rng = new Xoshiro128(7);
const draw = (length: number, of: (u: number) => number): Float64Array =>
  Float64Array.from({ length }, () => of(rng.uniform()));

test('every kind of list comes out as the comparing sort has it', () => {
  const kinds: readonly ((u: number) => number)[] = [
    (u) => Math.floor(u * 1000),
    (u) => Math.floor(u * 2 ** 22),
    (u) => Math.floor(u * 2 ** 32),
    (u) => 4_000_000_000 + Math.floor(u * 2 ** 20),
    (u) => u * 10,
    (u) => Math.floor((u - 0.5) * 1000),
    () => 0,
    (u) => (u < 0.01 ? 2 ** 32 : 5),
  ];
  for (const kind of kinds) {
    for (const length of [0, 1, 2, 399, 400, 401, 5000]) {
      const numbers = draw(length, kind);
      const wanted = [...numbers].sort((a, b) => a - b);
      expect([...sortAscending(numbers)]).toEqual(wanted);
    }
  }
});

test('one list after a longer one has nothing of it', () => {
  sortAscending(draw(5000, (u) => Math.floor(u * 1e9)));
  expect([...sortAscending(Float64Array.from({ length: 500 }, (_, at) => 499 - at))].slice(0, 3)).toEqual([
    0, 1, 2,
  ]);
});

test('NaN and infinities lie at the ends, where they are seen', () => {
  const odd = Float64Array.from({ length: 500 }, (_, at) =>
    at === 250 ? NaN : at === 10 ? -Infinity : 500 - at,
  );
  const sorted = sortAscending(odd);
  expect([sorted[0], sorted.at(-1)]).toEqual([-Infinity, NaN]);
});

test('bounds stand before and behind equal numbers', () => {
  const sorted = Float64Array.from([1, 2, 2, 2, 5]);
  expect([0, 1, 2, 3, 5, 6].map((value) => lowerBound(sorted, value))).toEqual([0, 0, 1, 4, 4, 5]);
  expect([0, 1, 2, 3, 5, 6].map((value) => upperBound(sorted, value))).toEqual([0, 1, 4, 4, 5, 5]);
});

test('any percentile of numbers in any order is that of the sorted ones', () => {
  for (const length of [1, 2, 3, 100, 10_000]) {
    for (const of of [(u: number) => u, (u: number) => Math.floor(u * 4), () => 1]) {
      const numbers = draw(length, of);
      const sorted = numbers.slice().sort();
      for (const p of [0, 0.025, 0.5, 0.975, 1])
        expect(percentileUnsorted(numbers, p)).toBe(percentile(sorted, p));
    }
  }
});

test('the middle distance is the median of all distances', () => {
  for (const length of [2, 3, 10, 101, 500]) {
    const sorted = sortAscending(draw(length, (u) => Math.floor(u * 50)));
    for (const centre of [sorted[0] ?? 0, 17, 24.5, sorted.at(-1) ?? 0]) {
      const all = [...sorted].map((value) => Math.abs(value - centre)).sort((a, b) => a - b);
      const [low = 0, high = 0] = [all[Math.floor((length - 1) / 2)], all[Math.ceil((length - 1) / 2)]];
      expect(medianDistance(sorted, centre)).toBeCloseTo((low + high) / 2, 9);
    }
  }
});

test.each([1, 2, 399, 400, 401, 5000])(
  'the median of %i unsorted numbers is that of the sorted ones',
  (length) => {
    for (const most of [1, 50, 2 ** 16, 2 ** 32 - 1, 2 ** 40]) {
      const whole = Float64Array.from({ length }, () => Math.round(rng.uniform() * most));
      for (const numbers of [whole, whole.map((one) => one / 3)]) {
        const before = numbers.slice();
        expect(medianOf(numbers)).toBe(medianOfSorted(numbers.slice().sort()));
        expect(numbers).toEqual(before);
      }
    }
  },
);
