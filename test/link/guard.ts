import { afterAll, afterEach, expect } from 'vitest';

/** Rejections that nobody handled, in the whole process, since the last test. */
const unhandled: unknown[] = [];

/** Every test of a file that calls this fails where a promise was rejected and nobody listened. */
export function guardRejections(): void {
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  afterEach(async () => {
    // They are told after the microtasks of the turn in which they came.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled.splice(0)).toEqual([]);
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
  });
}
