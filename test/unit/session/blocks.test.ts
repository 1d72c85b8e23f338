import { describe, expect, it } from 'vitest';
import { BlockOrder } from '../../../electron/session/blocks.ts';

const after = (...blocks: number[]): BlockOrder => {
  const order = new BlockOrder();
  for (const block of blocks) order.take(block);
  return order;
};

describe('blocks of a plan', () => {
  it('come in order, and twice only to be skipped', () => {
    const order = new BlockOrder();
    expect([1, 2, 2, 1, 3].map((block) => order.take(block))).toEqual([0, 0, null, null, 0]);
  });

  it('that never came are counted once', () => {
    const order = after(1, 2);
    expect(order.take(6)).toBe(3);
    expect(order.take(7)).toBe(0);
  });

  it.each([
    { what: 'all is still there', oldest: 3, last: 9, missing: 0, next: 4 },
    { what: 'what came before is there too', oldest: 1, last: 9, missing: 0, next: 4 },
    { what: 'the oldest were dropped', oldest: 7, last: 9, missing: 3, next: 7 },
    { what: 'nothing is kept and nothing was made', oldest: null, last: 3, missing: 0, next: 4 },
    { what: 'all that was made was dropped', oldest: null, last: 9, missing: 6, next: 10 },
  ])('after a loss: $what', ({ oldest, last, missing, next }) => {
    const order = after(1, 2, 3);
    expect(order.resumed(oldest, last)).toBe(missing);
    expect(order.take(next - 1)).toBeNull();
    expect(order.take(next)).toBe(0);
  });

  it('are acknowledged upwards, and never before they came', () => {
    const order = after(1, 2, 3);
    expect([order.confirm(2), order.confirm(2), order.confirm(1), order.acked]).toEqual([
      true,
      false,
      false,
      2,
    ]);
    expect(() => order.confirm(4)).toThrow(RangeError);
  });
});
