import { describe, expect, it } from 'vitest';
import { drawNormal } from '../../../electron/bench/statistics/draws.ts';
import { Xoshiro128, type SeededRng } from '../../../electron/bench/statistics/rng.ts';
import { theilSen, type Line } from '../../../electron/bench/statistics/theil-sen.ts';
import { agree, golden, type GoldenLine } from '../../fixtures/statistics/golden.ts';

function fitted(x: readonly number[], y: readonly number[]): Line {
  const result = theilSen(x, y);
  if (result.kind !== 'line') throw new Error('no line');
  return result;
}

function expectLine({ x, y, slope, intercept, interval }: GoldenLine): void {
  const line = fitted(x, y);
  expect(line.n).toBe(x.length);
  expect(agree(line.slope, slope)).toBe(true);
  expect(agree(line.intercept, intercept)).toBe(true);
  const actual = line.slopeInterval;
  expect(actual).toMatchObject({ kind: 'interval', n: x.length, level: 0.95 });
  expect(
    actual.kind === 'interval' && agree(actual.low, interval[0]) && agree(actual.high, interval[1]),
  ).toBe(true);
}

/** Share of noisy sweeps over the x whose interval holds the true slope. */
function simulatedCoverage(x: readonly number[], trials: number, rng: SeededRng): number {
  let held = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const { slopeInterval } = fitted(
      x,
      x.map((value) => 7 + 3 * value + Math.exp(drawNormal(rng))),
    );
    if (slopeInterval.kind === 'interval' && slopeInterval.low <= 3 && slopeInterval.high >= 3) held += 1;
  }
  return held / trials;
}

describe('Theil-Sen', () => {
  it.each(Object.entries(golden.lines))('agrees with scipy: %s', (_name, line) => {
    expectLine(line);
  });

  it('agrees with all orders of y where x and y both have ties', () => {
    expectLine(golden.tiedBoth);
  });

  it('takes the points in any order and writes to none of them', () => {
    const x = Object.freeze([5, 1, 8, 2, 3, 13]);
    const y = Object.freeze([52, 9, 77, 22, 29, 140]);
    const order = [3, 5, 0, 4, 2, 1];
    const pick = (from: readonly number[]): number[] => order.map((i) => from[i] ?? NaN);
    expect(fitted(pick(x), pick(y))).toEqual(fitted(x, y));
  });

  it('scales with the units of x and y', () => {
    const { x, y } = golden.lines['falling'] ?? golden.tiedBoth;
    const plain = fitted(x, y);
    const scaled = fitted(
      x.map((value) => value * 1024),
      y.map((value) => value * 8),
    );
    expect([scaled.slope * 128, scaled.intercept / 8]).toEqual([plain.slope, plain.intercept]);
  });

  it.each([
    [6, 0.9833],
    [9, 0.95],
    [17, 0.95],
  ])('covers the slope of %d points of skewed noise', (n, atLeast) => {
    const x = Array.from({ length: n }, (_, i) => i + 1);
    const trials = 3000;
    const coverage = simulatedCoverage(x, trials, new Xoshiro128(n));
    const room = 3.5 * Math.sqrt((atLeast * (1 - atLeast)) / trials);
    expect(coverage).toBeGreaterThan(atLeast - room);
    expect(coverage).toBeLessThan(0.99);
  });

  it('gives the line of two to four points without an interval', () => {
    expect(fitted([1, 3], [10, 30])).toEqual({
      kind: 'line',
      n: 2,
      slope: 10,
      intercept: 0,
      slopeInterval: { kind: 'too-few', what: 'points', n: 2, needs: 5 },
    });
    expect(fitted([1, 2, 3, 4], [1, 2, 3, 9]).slopeInterval).toEqual({
      kind: 'too-few',
      what: 'points',
      n: 4,
      needs: 5,
    });
  });

  it('gives no interval where ties leave too few slopes for 95 %', () => {
    expect(fitted([1, 1, 1, 1, 2], [5, 6, 7, 8, 20]).slopeInterval).toEqual({
      kind: 'too-few',
      what: 'points',
      n: 5,
      needs: 6,
    });
  });

  it('has no line through points over one x', () => {
    expect(theilSen([4, 4, 4], [1, 2, 3])).toEqual({
      kind: 'too-few',
      what: 'distinct x values',
      n: 1,
      needs: 2,
    });
    expect(theilSen([], [])).toEqual({ kind: 'too-few', what: 'distinct x values', n: 0, needs: 2 });
  });

  it('refuses lists of two lengths and values that are no numbers', () => {
    expect(() => theilSen([1, 2], [1])).toThrow(RangeError);
    expect(() => theilSen([1, NaN], [1, 2])).toThrow(RangeError);
    expect(() => theilSen([1, 2], [1, Infinity])).toThrow(RangeError);
  });
});
