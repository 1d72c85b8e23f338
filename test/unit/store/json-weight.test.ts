import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { jsonWeight } from '../../../electron/store/json-weight.ts';

/** Heap that the parsed value holds, after a collection where the engine gives one. */
function heapOf(text: string): number {
  globalThis.gc?.();
  const before = getHeapStatistics().used_heap_size;
  const value: unknown = JSON.parse(text);
  const after = getHeapStatistics().used_heap_size;
  if (value === undefined) throw new Error('a JSON text has a value');
  return after - before;
}

const MANY = 200_000;
const list = (item: (at: number) => string): string =>
  `[${Array.from({ length: MANY }, (_, at) => item(at)).join(',')}]`;

describe('the weight of a JSON text', () => {
  it.each([
    ['numbers', list((at) => String(at * 1000))],
    ['fractions', list((at) => `${at}.5`)],
    ['empty lists', list(() => '[]')],
    ['nested lists', list(() => '[[1]]')],
    ['objects', list(() => '{"a":[1]}')],
    ['objects with names of their own', list((at) => `{"k${at}":1}`)],
    ['texts', list((at) => `"text number ${at}"`)],
  ])('is at least what the engine takes: %s', (_what, text) => {
    expect(jsonWeight(text)).toBeGreaterThan(heapOf(text));
  });

  it('lets samples pass at a few times their text', () => {
    const text = list((at) => String(100_000 + at));
    expect(jsonWeight(text)).toBeLessThan(5 * text.length);
  });
});
