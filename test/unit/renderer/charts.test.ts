import { expect, test } from 'vitest';
import { barsPath, timeScale } from '../../../renderer/charts/histogram.ts';
import { lineStyle } from '../../../renderer/charts/line-style.ts';
import {
  linearScale,
  linearTicks,
  logScale,
  ratioDomain,
  ratioTicks,
} from '../../../renderer/charts/scale.ts';
import { axesOf, columnsOf, type SizeChart } from '../../../renderer/charts/size-chart.ts';
import { exactText, intervalText, valueText } from '../../../renderer/charts/words.ts';

const chart: SizeChart = {
  title: 'A2 mem.alloc',
  note: '',
  axis: 'p50',
  quantity: 'time',
  sizes: [4096, 65_536, 1_048_576],
  lines: [
    { label: 'alloc', values: [1000, null, 3000], low: [900, null, null], high: [1100, null, null] },
    { label: 'close', values: [0, 20, 30], low: [0, 19, 29], high: [1, 21, 31] },
  ],
  crossings: [],
};

test('scales meet both ends of their range', () => {
  const log = logScale([10, 1000], [0, 100]);
  expect([10, 100, 1000].map(log).map(Math.round)).toEqual([0, 50, 100]);
  const linear = linearScale([0, 4], [10, 50]);
  expect([0, 1, 4].map(linear)).toEqual([10, 20, 50]);
  expect(linearScale([3, 3], [0, 10])(3)).toBe(5);
});

test('ticks are round and lie within', () => {
  expect(linearTicks(636_000, 6)).toEqual([0, 200_000, 400_000, 600_000]);
  expect(linearTicks(0, 5)).toEqual([0]);
  expect(linearTicks(1, 5).at(-1)).toBe(1);
});

test('ratios stand evenly around 1, and one that is far out does not press the rest together', () => {
  const [low, high] = ratioDomain([1.2, 0.9]);
  expect(low * high).toBeCloseTo(1);
  expect(high).toBeGreaterThanOrEqual(1.2);
  const many = [...Array.from({ length: 99 }, () => 1.02), 40];
  expect(ratioDomain(many)[1]).toBeLessThan(1.2);
  expect(ratioDomain([])[1]).toBeCloseTo(1.1);
  expect(ratioDomain([1e9])[1]).toBe(16);
});

test('the ticks of ratios hold 1 and stay within the axis, at most three to a side', () => {
  for (const factor of [1.1, 1.3, 2.2, 5, 16]) {
    const ticks = ratioTicks([1 / factor, factor]);
    expect(ticks).toContain(1);
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...ticks)).toBeLessThanOrEqual(factor);
    expect([...ticks].sort((a, b) => a - b)).toEqual(ticks);
  }
});

test('what was not measured is a break in the line; what is not above zero cannot be drawn', () => {
  const [sizes, alloc, low, high, close, closeLow, closeHigh] = columnsOf(chart);
  expect(sizes).toEqual(chart.sizes);
  expect([alloc, low, high]).toEqual([
    [1000, null, 3000],
    [900, null, null],
    [1100, null, null],
  ]);
  expect([close, closeLow, closeHigh]).toEqual([
    [null, 20, 30],
    [null, 19, 29],
    [null, 21, 31],
  ]);
});

test('axes hold every value and its interval; without a value there are none', () => {
  const axes = axesOf(chart);
  expect(axes?.y.domain[0]).toBeLessThan(1);
  expect(axes?.y.domain[1]).toBeGreaterThan(3000);
  expect(axes?.x.ticks).toEqual(chart.sizes);
  expect(axesOf({ ...chart, lines: [] })).toBeNull();
});

test('a value says what it is, how sure it is, or that it is not there', () => {
  const [line] = chart.lines;
  if (!line) throw new Error('the chart has a line');
  expect([0, 1, 2].map((at) => valueText(chart, line, at))).toEqual(['1.00 µs', 'not measured', '3.00 µs']);
  expect([0, 1, 2].map((at) => intervalText(chart, line, at))).toEqual(['0.900–1.10', '', 'n too small']);
  expect(exactText(chart, line, 0)).toBe('1000 ns');
});

test('bars: none without samples, never invisible, the highest of the whole height', () => {
  const bins = { fromNs: 10, toNs: 1000, counts: [1, 0, 100_000] };
  expect(barsPath({ ...bins, counts: [0, 0] }, 100, 20)).toBe('');
  const path = barsPath(bins, 90, 20);
  expect(path.match(/M/g)).toHaveLength(2);
  expect(path).toContain('v-1h');
  expect(path).toContain('v-20h');
});

test('samples that are all alike, or zero, stand on an axis too', () => {
  expect(timeScale({ fromNs: 5, toNs: 5, counts: [3] }, 80)(5)).toBe(40);
  expect(timeScale({ fromNs: 0, toNs: 10, counts: [3] }, 80)(5)).toBe(40);
});

test('no two of the first eighteen lines of a chart look alike', () => {
  const looks = Array.from({ length: 18 }, (_, at) => JSON.stringify(lineStyle(at)));
  expect(new Set(looks).size).toBe(18);
});
