import { describe, expect, it } from 'vitest';
import { medianInterval } from '../../../electron/bench/statistics/median-interval.ts';
import { drawNormal } from '../../../electron/bench/statistics/draws.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import { agree, golden } from '../../fixtures/statistics/golden.ts';

/** Share of `trials` series of n lognormal samples (median 1) whose interval holds the median. */
function simulatedCoverage(n: number, trials: number, seed: number): number {
  const rng = new Xoshiro128(seed);
  let held = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const interval = medianInterval(Float64Array.from({ length: n }, () => Math.exp(drawNormal(rng))));
    if (interval.kind === 'interval' && interval.low <= 1 && interval.high >= 1) held += 1;
  }
  return held / trials;
}

describe('order-statistic interval of the median', () => {
  it('has the exact binomial ranks from n = 6 to a million', () => {
    const expected = Object.entries(golden.medianRanks);
    expect(expected.length).toBeGreaterThan(200);
    for (const [text, [rank, coverage]] of expected) {
      const n = Number(text);
      const interval = medianInterval(Float64Array.from({ length: n }, (_, i) => i + 1));
      const ranks = { low: rank, high: n + 1 - rank, lowRank: rank, highRank: n + 1 - rank };
      expect(interval).toMatchObject({ kind: 'interval', n, ...ranks });
      expect(interval.kind === 'interval' && agree(interval.coverage, coverage, 1e-9)).toBe(true);
    }
  });

  it.each([0, 1, 5])('does not exist for %d samples', (n) => {
    const samples = Array.from({ length: n }, (_, i) => i);
    expect(medianInterval(samples)).toEqual({ kind: 'too-few', what: 'samples', n, needs: 6 });
  });

  it.each([6, 17, 30, 101])('covers the median of %d skewed samples as often as it says', (n) => {
    const trials = 4000;
    const [, coverage] = golden.medianRanks[n] ?? [0, 0];
    const standardError = Math.sqrt((coverage * (1 - coverage)) / trials);
    expect(coverage).toBeGreaterThanOrEqual(0.95);
    expect(Math.abs(simulatedCoverage(n, trials, 1000 + n) - coverage)).toBeLessThan(3.5 * standardError);
  });

  it('is as wide as the clock tick where the samples are', () => {
    expect(medianInterval([52, 52, 52, 104, 52, 52, 52])).toMatchObject({ low: 52, high: 104, n: 7 });
    expect(medianInterval(new Array<number>(50).fill(52))).toMatchObject({ low: 52, high: 52, n: 50 });
  });
});
