import { expect, test } from 'vitest';
import type { ComparedRow } from '../../../electron/bench/comparison.ts';
import { axisOf, boundsOf, comparedRows, noBounds } from '../../../renderer/views/runs/compare.ts';
import { tooFew } from '../../../electron/bench/statistics/figures.ts';

const side = { n: 30, p50: 100, low: 99, high: 101 };
const row = (benchmark: string, ratio: number | null, changes: Partial<ComparedRow> = {}): ComparedRow => ({
  key: benchmark,
  benchmark,
  series: 'call',
  size: 4096,
  source: 'qda',
  variantText: 'in',
  a: side,
  b: side,
  ratio,
  interval: { low: 0.9, high: 1.1 },
  ...changes,
});

test('the largest difference is first in either direction; without a ratio last', () => {
  const rows = [row('even', 1), row('none', null), row('half', 0.5), row('more', 1.5)];
  expect(comparedRows(rows, '', 'difference').map((one) => one.benchmark)).toEqual([
    'half',
    'more',
    'even',
    'none',
  ]);
  expect(comparedRows(rows, '', 'plan')).toEqual(rows);
});

test('the filter takes every word', () => {
  const rows = [row('mem.alloc', 1), row('rpc.ping', 1, { series: 'rest' })];
  expect(comparedRows(rows, 'qda REST', 'plan').map((one) => one.benchmark)).toEqual(['rpc.ping']);
});

test('an interval that is not there says why; one that reaches 0 cannot stand on the axis', () => {
  expect(boundsOf(row('a', 1))).toEqual({ low: 0.9, high: 1.1 });
  expect(boundsOf(row('a', 1, { interval: { low: 0, high: 2 } }))).toBeNull();
  const few = row('a', 1, { interval: tooFew('samples', 3, 6) });
  expect([boundsOf(few), noBounds(few)]).toEqual([null, 'n too small']);
  const none = row('a', null, { interval: { kind: 'not-defined', n: 9, reason: 'a sample is 0' } });
  expect(noBounds(none)).toBe('not defined');
});

test('ratios of 0 and none do not break the axis', () => {
  const [low, high] = axisOf([row('a', 0), row('b', null), row('c', 1.4)]);
  expect(low * high).toBeCloseTo(1);
  expect(high).toBeGreaterThan(1.4);
});
