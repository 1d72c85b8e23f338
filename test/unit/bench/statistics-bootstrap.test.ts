import { describe, expect, it } from 'vitest';
import {
  bootstrapMedianRatio,
  drawMedians,
  rememberedDraws,
  resampledMedian,
  type MedianRatio,
} from '../../../electron/bench/statistics/bootstrap.ts';
import { drawNormal } from '../../../electron/bench/statistics/draws.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import { agree, golden } from '../../fixtures/statistics/golden.ts';

type List = Float64Array | readonly number[];

function ratioOf(numerator: List, denominator: List, seed: number): MedianRatio {
  const result = bootstrapMedianRatio(numerator, denominator, new Xoshiro128(seed));
  if (result.kind !== 'interval') throw new Error(result.kind);
  return result;
}

/** Median of every resample there is of ascending samples: value -> share. */
function allResampledMedians(sorted: readonly number[]): Map<number, number> {
  const n = sorted.length;
  const shares = new Map<number, number>();
  for (let code = 0; code < n ** n; code += 1) {
    const draws = sorted.map((_, i) => sorted[Math.floor(code / n ** i) % n] ?? NaN).sort((a, b) => a - b);
    const median = ((draws[Math.floor((n - 1) / 2)] ?? NaN) + (draws[Math.floor(n / 2)] ?? NaN)) / 2;
    shares.set(median, (shares.get(median) ?? 0) + 1 / n ** n);
  }
  return shares;
}

describe('xoshiro128**', () => {
  it.each(Object.entries(golden.xoshiro128))('gives the reference outputs for seed %s', (seed, expected) => {
    const rng = new Xoshiro128(Number(seed));
    expect(expected.map(() => rng.uint32())).toEqual(expected);
  });

  it('counts what was drawn and stays in [0, 1)', () => {
    const rng = new Xoshiro128(9);
    const drawn = Array.from({ length: 10_000 }, () => rng.uniform());
    expect(rng).toMatchObject({ algorithm: 'xoshiro128**', seed: 9, drawn: 20_000 });
    expect(drawn.every((u) => u >= 0 && u < 1)).toBe(true);
    expect(Math.abs(drawn.reduce((sum, u) => sum + u, 0) / drawn.length - 0.5)).toBeLessThan(0.012);
  });

  it.each([-1, 0.5, NaN, 2 ** 53])('takes no seed %d', (seed) => {
    expect(() => new Xoshiro128(seed)).toThrow(RangeError);
  });
});

describe('median of a resample', () => {
  it.each([[[2, 3, 5]], [[2, 3, 5, 11]], [[1, 2, 4, 8, 16]], [[1, 2, 4, 8, 16, 32]]])(
    'is drawn as often as in all resamples of %j',
    (sorted) => {
      const rng = new Xoshiro128(sorted.length);
      const draws = 40_000;
      const counts = new Map<number, number>();
      const [medians] = drawMedians([sorted.length], rng, draws);
      if (!medians) throw new Error('one series is drawn');
      for (let i = 0; i < draws; i += 1) {
        const median = resampledMedian(Float64Array.from(sorted), medians, i);
        counts.set(median, (counts.get(median) ?? 0) + 1);
      }
      const expected = allResampledMedians(sorted);
      expect([...counts.keys()].every((median) => expected.has(median))).toBe(true);
      for (const [median, share] of expected) {
        const standardError = Math.sqrt((share * (1 - share)) / draws);
        expect(Math.abs((counts.get(median) ?? 0) / draws - share)).toBeLessThan(4 * standardError);
      }
    },
  );
});

describe('remembered draws', () => {
  it('are those that would be drawn again, for the same lengths and seed only', () => {
    const draw = rememberedDraws(2);
    const again = (lengths: readonly number[], seed: number) => draw(lengths, new Xoshiro128(seed), 100);
    const first = again([5, 6], 1);
    expect(again([5, 6], 1)).toBe(first);
    expect(first).toEqual(drawMedians([5, 6], new Xoshiro128(1), 100));
    expect(again([5, 6], 2)).not.toEqual(first);
    expect(again([6, 5], 1)).not.toEqual(first);
    expect(again([5, 6], 1)).not.toBe(first); // the oldest made room
    expect(again([5, 6], 1)).toEqual(first);
  });
});

describe('bootstrap of the ratio of medians', () => {
  it.each(golden.ratios)(
    'ends near the exact percentiles: ratio $ratio',
    ({ numerator, denominator, ratio, lowBetween, highBetween }) => {
      const actual = ratioOf(numerator, denominator, 77);
      expect(agree(actual.ratio, ratio)).toBe(true);
      expect(actual.low).toBeGreaterThanOrEqual(lowBetween[0]);
      expect(actual.low).toBeLessThanOrEqual(lowBetween[1]);
      expect(actual.high).toBeGreaterThanOrEqual(highBetween[0]);
      expect(actual.high).toBeLessThanOrEqual(highBetween[1]);
    },
  );

  const [{ numerator, denominator } = { numerator: [], denominator: [] }] = golden.ratios;

  it('records all that makes it again, and does not depend on the order of the samples', () => {
    const once = ratioOf(numerator, denominator, 2024);
    expect(once).toMatchObject({ resamples: 10_000, seed: 2024, algorithm: 'xoshiro128**', level: 0.95 });
    expect([once.nNumerator, once.nDenominator]).toEqual([numerator.length, denominator.length]);
    expect(ratioOf(numerator.toReversed(), Object.freeze(denominator.toReversed()), 2024)).toEqual(once);
    expect(ratioOf(numerator, denominator, 2025)).not.toMatchObject({ low: once.low, high: once.high });
  });

  it('does not depend on the unit', () => {
    const inUnits = (list: readonly number[]): number[] => list.map((value) => value * 1024);
    expect(ratioOf(inUnits(numerator), inUnits(denominator), 3)).toEqual(ratioOf(numerator, denominator, 3));
  });

  it('covers the true ratio about as often as it says', () => {
    const rng = new Xoshiro128(31);
    const draw = (): Float64Array => Float64Array.from({ length: 41 }, () => Math.exp(0.4 * drawNormal(rng)));
    const trials = 300;
    let held = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const { low, high } = ratioOf(
        draw().map((value) => 1.5 * value),
        draw(),
        trial,
      );
      if (low <= 1.5 && high >= 1.5) held += 1;
    }
    expect(held / trials).toBeGreaterThan(0.91);
    expect(held / trials).toBeLessThan(0.99);
  });

  it('asks for six samples a side', () => {
    const six = [1, 2, 3, 4, 5, 6];
    const few = { kind: 'too-few', what: 'samples', n: 5, needs: 6 };
    expect(bootstrapMedianRatio(six, six.slice(1), new Xoshiro128(1))).toEqual(few);
    expect(bootstrapMedianRatio(six.slice(1), six, new Xoshiro128(1))).toEqual(few);
    expect(bootstrapMedianRatio(six, six, new Xoshiro128(1))).toMatchObject({ kind: 'interval', ratio: 1 });
  });

  it('divides by nothing that may be zero', () => {
    const zeros = [0, 52, 52, 52, 52, 52];
    expect(bootstrapMedianRatio(numerator, zeros, new Xoshiro128(1))).toMatchObject({
      kind: 'not-defined',
      n: 6,
    });
    expect(bootstrapMedianRatio(zeros, denominator, new Xoshiro128(1))).toMatchObject({ kind: 'interval' });
  });

  it('refuses a used generator and fewer than 10 000 resamples', () => {
    const used = new Xoshiro128(1);
    used.uint32();
    expect(() => bootstrapMedianRatio(numerator, denominator, used)).toThrow(/drawn before/);
    expect(() => bootstrapMedianRatio(numerator, denominator, new Xoshiro128(1), 9_999)).toThrow(
      /9999 resamples/,
    );
  });
});
