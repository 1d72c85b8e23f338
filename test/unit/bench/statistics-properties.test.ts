import { describe, expect, it } from 'vitest';
import { Xoshiro128, type SeededRng } from '../../../electron/bench/statistics/rng.ts';
import { summary, type Summary } from '../../../electron/bench/statistics/summary.ts';

/** Whole nanoseconds of an odd shape: two modes, a tail, and ties. */
function randomSamples(rng: SeededRng, n: number): number[] {
  return Array.from({ length: n }, () => {
    const base = rng.uniform() < 0.3 ? 5000 : 12_000;
    return Math.floor(base + 300 * rng.uniform() + (rng.uniform() < 0.02 ? 50_000 * rng.uniform() : 0));
  });
}

function shuffled(rng: SeededRng, list: readonly number[]): number[] {
  return list
    .map((value) => ({ value, key: rng.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** Every number of a summary that has the samples' unit, by its name; absent ones are left out. */
function figures({ tukey, p50Interval, ...rest }: Summary): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, figure] of Object.entries(rest)) {
    if (name === 'n' || typeof figure === 'string') continue;
    if (typeof figure === 'number') found.set(name, figure);
    else if (figure.kind === 'value') found.set(name, figure.value);
  }
  if (p50Interval.kind === 'interval') found.set('low', p50Interval.low).set('high', p50Interval.high);
  if (tukey.kind === 'tukey') found.set('q1', tukey.q1).set('q3', tukey.q3);
  return found;
}

function tukeyCounts({ tukey }: Summary): unknown {
  if (tukey.kind !== 'tukey') return tukey;
  return [tukey.lowSevere, tukey.lowMild, tukey.highMild, tukey.highSevere];
}

function summarised(samples: readonly number[]): Summary {
  const result = summary(samples);
  if (result.kind !== 'summary') throw new Error('no summary');
  return result;
}

describe.each([1, 2, 5, 6, 23, 100, 257, 1000, 2500])(
  'properties of the summary of %d random samples',
  (n) => {
    const rng = new Xoshiro128(n);
    const samples = randomSamples(rng, n);
    const plain = summarised(samples);

    it('do not depend on the order', () => {
      expect(summarised(shuffled(rng, samples))).toEqual(plain);
    });

    it('scale with the unit, exactly for a power of two', () => {
      const scaled = summarised(samples.map((value) => value * 4));
      expect(figures(scaled)).toEqual(new Map([...figures(plain)].map(([name, value]) => [name, 4 * value])));
      expect(tukeyCounts(scaled)).toEqual(tukeyCounts(plain));
    });

    it('move with a shift, and the spreads do not', () => {
      const shift = 2 ** 20;
      const spreads = ['sd', 'mad'];
      const moved = figures(summarised(samples.map((value) => value + shift)));
      for (const [name, value] of figures(plain)) {
        expect(moved.get(name)).toBeCloseTo(spreads.includes(name) ? value : value + shift, 6);
      }
    });

    it('stand in order', () => {
      const of = figures(plain);
      const ordered = ['min', 'low', 'q1', 'p50', 'q3', 'p90', 'p99', 'p999', 'max'].flatMap(
        (name) => of.get(name) ?? [],
      );
      const rising = ordered.filter((_, i) => i !== 1 || !of.has('low'));
      expect(rising).toEqual(rising.toSorted((a, b) => a - b));
      expect(of.get('low') ?? plain.p50).toBeLessThanOrEqual(plain.p50);
      expect(of.get('high') ?? plain.p50).toBeGreaterThanOrEqual(plain.p50);
    });

    it('are more than the samples say only where n allows', () => {
      const known = figures(plain);
      expect(['sd', 'mad', 'low', 'q1', 'p90', 'p99', 'p999'].filter((name) => known.has(name))).toEqual(
        (
          [
            ['sd', 2],
            ['mad', 2],
            ['low', 6],
            ['q1', 4],
            ['p90', 10],
            ['p99', 100],
            ['p999', 1000],
          ] as const
        )
          .filter(([, needs]) => n >= needs)
          .map(([name]) => name),
      );
    });
  },
);
