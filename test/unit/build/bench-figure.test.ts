import { expect, test } from 'vitest';
import {
  digits,
  figuresTable,
  growthExponent,
  median,
  medianRatio,
  p50Of,
  verdictOf,
  wrapped,
  type Figure,
} from '../../../build/bench/figure.ts';
import { parentIn, statusNumber } from '../../../build/bench/processes.ts';
import { pictureOf, recordedFrames } from '../../../build/bench/recorded.ts';

const figure = (more: Partial<Figure>): Figure => ({
  what: 'x',
  value: 1,
  unit: 'ms',
  goal: { sense: 'at most', value: 2 },
  how: '',
  ...more,
});

test('a goal is met on its own side, the limit itself included', () => {
  expect(verdictOf(figure({ value: 2 }))).toBe('met');
  expect(verdictOf(figure({ value: 2.001 }))).toBe('NOT MET');
  expect(verdictOf(figure({ goal: { sense: 'at least', value: 2 }, value: 1.999 }))).toBe('NOT MET');
  expect(verdictOf(figure({ goal: { sense: 'at least', value: 2 }, value: 2 }))).toBe('met');
});

test('a figure that was not had is never met', () => {
  expect(verdictOf(figure({ value: null }))).toBe('not measured');
  expect(verdictOf(figure({ goal: null }))).toBe('no goal');
});

test('the table shows value, goal, verdict and how', () => {
  const table = figuresTable([
    figure({ what: 'a', how: 'by hand' }),
    figure({ what: 'b', value: null, how: 'it broke' }),
  ]);
  const lines = table.split('\n').map((line) => line.trim().split(/\s{2,}/));
  expect(lines[2]).toEqual(['a', '1 ms', '<= 2 ms', 'met', 'by hand']);
  expect(lines[3]).toEqual(['b', '-', '<= 2 ms', 'not measured', 'it broke']);
});

test('how a figure was measured goes on below it', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('unbreakable so', 5)).toEqual(['unbreakable', 'so']);
  const lines = figuresTable([figure({ how: 'word '.repeat(30).trim() })]).split('\n');
  expect(lines).toHaveLength(5);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(110);
});

test('numbers have three digits and no exponent', () => {
  expect([0, 20, 0.98765, 12.34, 1234.5, 0.0001234].map(digits)).toEqual([
    '0',
    '20',
    '0.988',
    '12.3',
    '1235',
    '0.000123',
  ]);
});

test('the median of an even number is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
  expect(() => median([])).toThrow(RangeError);
});

test('ratios are taken a round: a round under load does not move them', () => {
  const rounds = [
    { ours: 11, bare: 10 },
    { ours: 550, bare: 500 },
    { ours: 22, bare: 20 },
  ];
  expect(medianRatio(rounds)).toBeCloseTo(1.1, 12);
});

test('growth is the exponent of a power law', () => {
  const sizes = [1, 10, 1000].map((n) => ({ n, cost: 7 * n ** 1.5 }));
  expect(growthExponent(sizes)).toBeCloseTo(1.5, 12);
  expect(growthExponent(sizes.map(({ n }) => ({ n, cost: 3 })))).toBeCloseTo(0, 12);
  expect(() => growthExponent([{ n: 1, cost: 1 }])).toThrow(RangeError);
});

test('only a whole line of a comparison program counts', () => {
  expect(p50Of('p50 12345')).toBe(12345);
  expect([p50Of(null), p50Of('p50 '), p50Of('p50 -1'), p50Of('xp50 1')]).toEqual([null, null, null, null]);
});

test('texts of /proc', () => {
  expect(parentIn('12 (a ) (b) S 34 12 12 0')).toBe(34);
  expect(statusNumber('Name:\tx\nVmHWM:\t    4120 kB\n', 'VmHWM')).toBe(4120);
  expect(statusNumber('Name:\tx\n', 'VmHWM')).toBeNull();
});

test('a recorded board becomes a picture with everything in it', () => {
  const picture = pictureOf(recordedFrames(2500));
  expect(picture.buffers).toHaveLength(2500);
  expect(picture.mappings).toHaveLength(2500);
  expect(picture.processes).toHaveLength(200);
  expect(picture.banks).toHaveLength(12);
  expect(picture.buffers.every((buffer) => buffer.holders.length === 1)).toBe(true);
  expect(picture.tiers.map(({ tier }) => tier)).toEqual(['proc', 'bufinfo', 'dma']);
});
