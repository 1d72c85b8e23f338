import { describe, expect, it } from 'vitest';
import { Fit } from '../../../electron/wire/fit.ts';
import { MAX_SAMPLES, packSamples, samplesOf } from '../../../electron/wire/samples.ts';

describe('samples', () => {
  it('are packed little-endian u64', () => {
    expect([...packSamples([0x0102, 2 ** 40 + 3])]).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1, 0, 0]);
  });

  it('come back exactly, from any alignment', () => {
    const values = [0, 1, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 7, Number.MAX_SAFE_INTEGER];
    for (let shift = 0; shift < 8; shift += 1) {
      const bytes = new Uint8Array(shift + values.length * 8);
      bytes.set(packSamples(values), shift);
      const fit = new Fit();
      expect([...samplesOf(bytes.subarray(shift), fit)]).toEqual(values);
      expect(fit.fault).toBeNull();
    }
  });

  it('stand until the next block is read, which takes their room', () => {
    const first = samplesOf(packSamples([1, 2]), new Fit());
    const second = samplesOf(packSamples([3]), new Fit());
    expect([first.buffer, ...first, ...second]).toEqual([second.buffer, 3, 2, 3]);
  });

  it.each([
    ['a sample of 2^53', Uint8Array.from([0, 0, 0, 0, 0, 0, 32, 0]), '2^53'],
    ['half a sample', new Uint8Array(12), 'no multiple of 8'],
    ['more than a block holds', new Uint8Array((MAX_SAMPLES + 1) * 8), `${MAX_SAMPLES + 1} samples`],
  ])('refuses %s', (_what, bytes, text) => {
    const fit = new Fit();
    samplesOf(bytes, fit);
    expect(fit.fault).toContain(text);
  });

  it('takes a full block and an empty one', () => {
    const fit = new Fit();
    expect(samplesOf(packSamples(new Float64Array(MAX_SAMPLES).fill(9)), fit).length).toBe(MAX_SAMPLES);
    expect(samplesOf(new Uint8Array(0), fit).length).toBe(0);
    expect(fit.fault).toBeNull();
  });

  it.each([[-1], [1.5], [Number.NaN], [2 ** 53]])('never packs %d', (value) => {
    expect(() => packSamples([value])).toThrow(RangeError);
  });
});
