// How the window grows with the picture, and whether it still answers.
import type { BenchLab } from '../bench-lab.ts';
import { progress } from '../bench-lab.ts';
import { digits, growthExponent, median, type Figure, type Size } from '../figure.ts';
import { tableOf, Window } from './window.ts';

const SIZES = [1000, 3000, 10_000, 30_000, 100_000] as const;
/** Before the first that counts: the page's code is compiled by then. */
const WARM = 3000;
const KEYS = 20;
const LARGEST = SIZES[SIZES.length - 1] ?? 0;

/** Milliseconds of main-thread work from a whole picture of that size to a window at rest that shows it. */
async function costOf(window: Window, buffers: number): Promise<number> {
  const before = await window.busySeconds();
  window.desk.show(buffers);
  let last = before;
  for (let quiet = 0; quiet < 3;) {
    await window.page.waitForTimeout(150);
    const now = await window.busySeconds();
    quiet = now - last < 0.01 ? quiet + 1 : 0;
    last = now;
  }
  return (last - before) * 1000;
}

/** From a key press to the second frame after it, ms: what was asked for is then on the screen. */
const answerTime = (window: Window, key: string): Promise<number> =>
  window.page.evaluate<number>(`new Promise((resolve) => {
    const began = performance.now();
    const target = document.activeElement ?? document.body;
    target.dispatchEvent(new KeyboardEvent('keydown', { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true }));
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
  })`);

/** The cost of each size, ascending. */
async function costs(lab: BenchLab, window: Window, rounds: number): Promise<readonly Size[]> {
  const sizes: Size[] = [];
  await costOf(window, WARM);
  for (const n of SIZES) {
    progress(`a picture of ${n} buffers`);
    const found: number[] = [];
    for (let round = 0; round < Math.min(3, rounds); round++) {
      lab.check();
      found.push(await costOf(window, n));
    }
    sizes.push({ n, cost: median(found) });
  }
  return sizes;
}

/** Answers to keys in the table of the picture that is shown, while it changes. */
async function answers(window: Window): Promise<readonly number[]> {
  window.desk.rate(10);
  await window.page.waitForTimeout(3000);
  await tableOf(window).focus();
  const found: number[] = [];
  for (let at = 0; at < KEYS; at++) {
    found.push(await answerTime(window, at % 2 === 0 ? 'ArrowDown' : 'PageDown'));
    await window.page.waitForTimeout(200);
  }
  return found;
}

export async function growth(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const window = await Window.open(SIZES[0], { width: 1280, height: 800 });
  lab.later(() => window.close());
  const sizes = await costs(lab, window, rounds);
  const answered = await answers(window);
  await window.close();
  const each = sizes.map(({ n, cost }) => `${n}: ${digits(cost)} ms`).join(', ');
  return [
    {
      what: 'cost of a whole picture, growth exponent from 1 000 to 100 000 buffers',
      value: growthExponent(sizes),
      unit: '',
      goal: { sense: 'at most', value: 1.2 },
      how: `main-thread work until at rest, 1 is linear: ${each}`,
    },
    {
      what: `slowest answer to a key with ${LARGEST} buffers changing at 10 Hz`,
      value: Math.max(...answered),
      unit: 'ms',
      goal: { sense: 'at most', value: 200 },
      how: `${KEYS} keys in the table, from the key to the second frame after it; p50 ${digits(median(answered))} ms`,
    },
  ];
}
