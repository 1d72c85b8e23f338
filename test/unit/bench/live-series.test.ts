// Figures of a series while it runs: close to the exact ones at every moment, and exact at its end.
import { describe, expect, it } from 'vitest';
import { LiveSamples } from '../../../electron/bench/live-series.ts';
import { summary } from '../../../electron/bench/statistics/summary.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';

/** Skewed, as latencies are: a body and a long tail. */
function latencies(n: number, seed: number): Float64Array {
  const rng = new Xoshiro128(seed);
  return Float64Array.from({ length: n }, () => Math.round(1500 + 400 * (-Math.log(1 - rng.uniform())) ** 3));
}

const close = (value: number | null | undefined, wanted: number): void => {
  expect(Math.abs((value ?? NaN) / wanted - 1)).toBeLessThan(0.008);
};

describe('a series that runs', () => {
  it('has figures within a bin of the exact ones, however the samples came', () => {
    const samples = latencies(50_000, 3);
    const live = new LiveSamples('ns');
    // As they come: each block in the room of the one before.
    const room = new Float64Array(4096);
    for (let at = 0; at < samples.length; at += room.length) {
      const block = samples.subarray(at, at + room.length);
      room.set(block);
      live.add(room.subarray(0, block.length));
    }
    const exact = summary(samples);
    if (exact.kind !== 'summary' || exact.p50Interval.kind !== 'interval' || exact.p99.kind !== 'value')
      throw new Error('no summary');
    const now = live.running();
    expect([now.name, now.n]).toEqual(['ns', 50_000]);
    close(now.p50, exact.p50);
    close(now.p99, exact.p99.value);
    close(now.interval?.low, exact.p50Interval.low);
    close(now.interval?.high, exact.p50Interval.high);
    expect(live.exact()).toMatchObject({
      p50: exact.p50,
      p99: exact.p99.value,
      interval: { low: exact.p50Interval.low, high: exact.p50Interval.high },
    });
  });

  it('counts every sample in a histogram of few bins that spans them', () => {
    const samples = latencies(3000, 4);
    const live = new LiveSamples('ns');
    live.add(samples);
    const { histogram } = live.running();
    if (histogram === null) throw new Error('no histogram');
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
    expect(histogram.counts.length).toBeLessThanOrEqual(48);
    expect(histogram.fromNs).toBeLessThanOrEqual(Math.min(...samples));
    expect(histogram.toNs).toBeGreaterThan(Math.max(...samples));
  });

  it('says nothing that few samples do not say', () => {
    const live = new LiveSamples('ns');
    expect(live.running()).toEqual({
      name: 'ns',
      n: 0,
      p50: null,
      interval: null,
      p99: null,
      histogram: null,
    });
    expect(live.exact()).toEqual(live.running());
    live.add(Float64Array.of(100, 101, 102));
    expect(live.exact()).toMatchObject({ n: 3, p50: 101, interval: null, p99: null });
  });

  it('bears samples of nothing, and of hours', () => {
    const live = new LiveSamples('ns');
    live.add(Float64Array.of(0, 1, 3e13));
    expect(live.exact()).toMatchObject({ n: 3, p50: 1 });
    expect(live.running().histogram?.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('goes on by its bins where there are too many samples to be kept', () => {
    const live = new LiveSamples('ns');
    const samples = latencies(150_000, 5);
    live.add(samples);
    live.add(samples);
    const exact = summary(samples);
    if (exact.kind !== 'summary') throw new Error('no summary');
    expect(live.exact().n).toBe(300_000);
    close(live.exact().p50, exact.p50);
  });
});
