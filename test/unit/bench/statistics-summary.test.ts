import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../electron/bench/statistics/figures.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import { summary, type Summary } from '../../../electron/bench/statistics/summary.ts';
import { agree, golden, type GoldenSummary } from '../../fixtures/statistics/golden.ts';

function summarised(samples: Float64Array | readonly number[]): Summary {
  const result = summary(samples);
  if (result.kind !== 'summary') throw new Error('no summary');
  return result;
}

/** A figure must be the number where n reaches `needs`, and the reason below. */
function expectFigure(actual: Figure, expected: number | null, n: number, needs: number): void {
  if (n < needs) {
    expect(actual).toEqual({ kind: 'too-few', what: 'samples', n, needs });
  } else {
    expect(actual.kind).toBe('value');
    expect(actual.n).toBe(n);
    expect(actual.kind === 'value' && expected !== null && agree(actual.value, expected)).toBe(true);
  }
}

describe('summary against scipy', () => {
  it.each(Object.entries(golden.summaries))('%s', (_name: string, expected: GoldenSummary) => {
    const actual = summarised(expected.samples);
    const { n } = expected;
    expect(actual.n).toBe(n);
    expect([actual.min, actual.max]).toEqual([expected.min, expected.max]);
    expect(agree(actual.p50, expected.p50)).toBe(true);
    expect(agree(actual.mean, expected.mean)).toBe(true);
    expectFigure(actual.sd, expected.sd, n, 2);
    expectFigure(actual.mad, expected.mad, n, 2);
    expectFigure(actual.p90, expected.p90, n, 10);
    expectFigure(actual.p99, expected.p99, n, 100);
    expectFigure(actual.p999, expected.p999, n, 1000);
  });

  it.each(Object.entries(golden.summaries))('Tukey classes of %s', (_name, { samples, n, tukey }) => {
    const actual = summarised(samples).tukey;
    if (n < 4) expect(actual).toEqual({ kind: 'too-few', what: 'samples', n, needs: 4 });
    else expect(actual).toEqual({ kind: 'tukey', n, ...tukey });
  });

  it.each(Object.entries(golden.summaries))(
    'interval of the median of %s',
    (_name, { samples, n, medianInterval }) => {
      const actual = summarised(samples).p50Interval;
      if (medianInterval === null) expect(actual).toEqual({ kind: 'too-few', what: 'samples', n, needs: 6 });
      else
        expect(actual).toMatchObject({
          kind: 'interval',
          n,
          low: medianInterval[0],
          high: medianInterval[1],
          level: 0.95,
        });
    },
  );
});

describe('summary', () => {
  it('has nothing to say of no samples', () => {
    expect(summary([])).toEqual({ kind: 'too-few', what: 'samples', n: 0, needs: 1 });
  });

  it('leaves its input as it was, list or array, also frozen', () => {
    const list = Object.freeze([5, 3, 9, 1]);
    expect(summarised(list).max).toBe(9);
    const array = Float64Array.of(5, 3, 9, 1);
    expect(summarised(array)).toEqual(summarised(list));
    expect([...array]).toEqual([5, 3, 9, 1]);
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d among the samples', (bad) => {
    expect(() => summary([1, bad, 2])).toThrow(RangeError);
  });

  it('does a million samples and loses none of the outliers', () => {
    const rng = new Xoshiro128(5);
    const million = Float64Array.from({ length: 1_000_000 }, (_, i) =>
      i % 1000 === 0 ? 900_000 : 12_000 + 1000 * rng.uniform(),
    );
    const actual = summarised(million);
    expect(actual).toMatchObject({
      n: 1_000_000,
      max: 900_000,
      tukey: { lowSevere: 0, lowMild: 0, highMild: 0, highSevere: 1000 },
    });
    expect(Math.abs(actual.p50 - 12_500)).toBeLessThan(5);
    expect(actual.mean).toBeGreaterThan(13_300);
  });
});
