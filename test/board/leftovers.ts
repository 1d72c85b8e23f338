import { expect } from 'vitest';

/** Nothing of that stays: what the kernel ends along with its parent may still be seen for a moment. */
export async function nothingStays(left: () => readonly unknown[]): Promise<void> {
  const end = performance.now() + 30_000;
  while (left().length > 0 && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(left()).toEqual([]);
}
