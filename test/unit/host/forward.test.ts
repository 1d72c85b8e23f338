import { expect, test } from 'vitest';
import { goingForward } from '../../../electron/host/desk/forward.ts';

test('time goes on where the clock is set back, and follows where it is set forward', () => {
  let [utc, steady] = [1_000_000, 50];
  const clock = goingForward({ nowMs: () => utc, steadyMs: () => steady, after: () => () => undefined });
  const pass = (ms: number): number => {
    utc += ms;
    steady += ms;
    return clock.nowMs();
  };
  expect([pass(0), pass(100)]).toEqual([1_000_000, 1_000_100]);
  utc -= 600_000;
  expect([pass(100), pass(100)]).toEqual([1_000_200, 1_000_300]);
  utc -= 5;
  expect(pass(100)).toBe(1_000_395); // less than has passed since: it is not shifted
  utc += 3_600_000;
  expect(pass(100)).toBe(4_600_495);
  utc += 8 * 3_600_000; // the machine slept: its steady clock did not go on
  expect(pass(1)).toBe(4_600_496 + 8 * 3_600_000);
});
