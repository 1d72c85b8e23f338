import { describe, expect, it } from 'vitest';
import { Credit } from '../../../electron/main/credit.ts';

describe('the credit of a port', () => {
  it('is used up by what is on its way and comes back with what was handed on', () => {
    const credit = new Credit(100);
    credit.sent(60);
    credit.sent(40);
    expect(credit.congested).toBe(false);
    credit.sent(1);
    expect(credit.congested).toBe(true);
    expect(credit.handedOn(1)).toBe(true);
    expect(credit.congested).toBe(false);
    expect(credit.handedOn(1)).toBe(false);
  });

  it('does not grow by more acknowledgements than messages', () => {
    const credit = new Credit(10);
    credit.handedOn(1000);
    credit.sent(11);
    expect(credit.congested).toBe(true);
  });

  it('tells the end of a congestion once', () => {
    const credit = new Credit(10);
    for (let at = 0; at < 5; at++) credit.sent(8);
    expect([1, 1, 1, 1, 1].map((one) => credit.handedOn(one))).toEqual([false, false, false, true, false]);
  });
});
