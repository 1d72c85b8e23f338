import { describe, expect, it } from 'vitest';
import { bandwidth } from '../../../electron/bench/statistics/bandwidth.ts';
import { runVariation } from '../../../electron/bench/statistics/runs.ts';
import { summary, type Summary } from '../../../electron/bench/statistics/summary.ts';
import { agree, golden } from '../../fixtures/statistics/golden.ts';

describe('variation of p50 between runs', () => {
  it.each(golden.variations)('agrees with scipy: $cv', ({ p50s, cv }) => {
    const actual = runVariation(p50s);
    expect(actual).toMatchObject({ kind: 'value', n: p50s.length, unstable: cv > 0.1 });
    expect(actual.kind === 'value' && agree(actual.value, cv)).toBe(true);
  });

  it('is unstable above 10 %, not at it', () => {
    expect(runVariation([90, 100, 110])).toMatchObject({ value: 0.1, unstable: false });
    expect(runVariation([89, 100, 111])).toMatchObject({ unstable: true });
  });

  it.each([[[]], [[12_000]]])('is neither stable nor unstable of %j', (p50s) => {
    expect(runVariation(p50s)).toEqual({ kind: 'too-few', what: 'runs', n: p50s.length, needs: 2 });
  });

  it('has no value relative to zero', () => {
    expect(runVariation([0, 0, 0])).toMatchObject({ kind: 'not-defined', n: 3 });
  });
});

describe('bandwidth', () => {
  const times = (samples: readonly number[]): Summary => {
    const result = summary(samples);
    if (result.kind !== 'summary') throw new Error('no summary');
    return result;
  };

  it('is bytes over p50 in units of 1e9 bytes a second, its interval turned over', () => {
    const megabytes = times([400_000, 500_000, 500_000, 500_000, 500_000, 500_000, 800_000]);
    expect(bandwidth(4_000_000, megabytes)).toEqual({
      kind: 'value',
      n: 7,
      value: 8,
      interval: { kind: 'interval', n: 7, low: 5, high: 10, level: 0.95 },
    });
  });

  it('has no interval where p50 has none', () => {
    expect(bandwidth(1000, times([500, 500]))).toEqual({
      kind: 'value',
      n: 2,
      value: 2,
      interval: { kind: 'too-few', what: 'samples', n: 2, needs: 6 },
    });
  });

  it('is not infinite where the clock saw no time pass', () => {
    expect(bandwidth(64, times([0, 0, 0, 0, 0, 0, 52]))).toMatchObject({ kind: 'not-defined', n: 7 });
    expect(bandwidth(64, times([0, 52, 52, 52, 52, 52]))).toMatchObject({
      kind: 'value',
      interval: { kind: 'not-defined', n: 6 },
    });
  });

  it.each([0, -1, NaN, Infinity])('refuses %d bytes', (bytes) => {
    expect(() => bandwidth(bytes, times([1]))).toThrow(RangeError);
  });
});
