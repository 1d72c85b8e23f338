// The live picture: how busy it keeps the window, how it scrolls, how its memory grows.
import type { BenchLab } from '../bench-lab.ts';
import { progress } from '../bench-lab.ts';
import { digits, median, type Figure } from '../figure.ts';
import { busyShare, tableOf, Window, workOfFrames } from './window.ts';

const BUFFERS = 10_000;
const HZ = 10;
const SETTLE_MS = 3000;
const WATCH_S = 10;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

async function live(lab: BenchLab, size: (typeof SIZES)[number]): Promise<Window> {
  const window = await Window.open(BUFFERS, size);
  lab.later(() => window.close());
  window.desk.rate(HZ);
  await window.page.waitForTimeout(SETTLE_MS);
  return window;
}

export async function busy(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const size of SIZES) {
    progress(`the live picture at ${size.width}x${size.height}`);
    const window = await live(lab, size);
    const shares: number[] = [];
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      lab.check();
      shares.push(await busyShare(window, WATCH_S));
    }
    figures.push({
      what: `main thread, ${BUFFERS} buffers at ${HZ} Hz, ${size.width}x${size.height}`,
      value: 100 * median(shares),
      unit: '%',
      goal: { sense: 'at most', value: 25 },
      how: `processor time of the page's main thread over ${WATCH_S} s, median of ${shares.length}: ${shares.map((share) => `${digits(100 * share)} %`).join(', ')}; ${window.desk.steps} steps`,
    });
    await window.close();
  }
  return figures;
}

const SCROLL_S = 8;

/** The wheel turns over the table, down and now and then up. */
async function turnTheWheel(window: Window): Promise<void> {
  const box = await tableOf(window).boundingBox();
  if (!box) throw new Error('the table is not in sight');
  await window.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const until = performance.now() + SCROLL_S * 1000;
  for (let turn = 0; performance.now() < until; turn++) {
    await window.page.mouse.wheel(0, turn % 40 < 30 ? 240 : -400);
    await window.page.waitForTimeout(16);
  }
}

/** Times between animation frames while the wheel turns and the picture changes, ms. */
async function framesWhileScrolling(window: Window): Promise<readonly number[]> {
  await window.page.evaluate(`(() => {
    const seen = (window.__frames = []); let last = performance.now();
    const tick = (now) => { seen.push(now - last); last = now; if (window.__frames === seen) requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
  })()`);
  await turnTheWheel(window);
  return await window.page.evaluate<number[]>(
    '(() => { const seen = window.__frames; window.__frames = null; return seen.slice(2); })()',
  );
}

export async function scroll(lab: BenchLab): Promise<readonly Figure[]> {
  progress('scrolling the table while it changes');
  const window = await live(lab, SIZES[0]);
  const frames = await framesWhileScrolling(window);
  const work = await workOfFrames(window, () => turnTheWheel(window));
  await window.close();
  const late = frames.filter((ms) => ms > 50).length;
  const what = `frame while scrolling, ${BUFFERS} buffers at ${HZ} Hz`;
  const goal = { sense: 'at most', value: 50 } as const;
  return [
    {
      ...{ what: `longest ${what}`, value: Math.max(...frames), unit: 'ms', goal },
      how: `of ${frames.length} times between animation frames in ${SCROLL_S} s; p50 ${digits(median(frames))} ms, ${late} over 50 ms. A busy machine lengthens it`,
    },
    {
      ...{ what: `most work in a ${what}`, value: Math.max(...work), unit: 'ms', goal },
      how: `processor time of the main thread in each of ${work.length} frames, as the browser traces it; p50 ${digits(median(work))} ms`,
    },
  ];
}

const MINUTES = 10;
/** So many rounds, or more, are the whole of it; fewer are so many minutes, for a try. */
const WHOLE_ROUNDS = 7;

export async function heap(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const minutes = rounds >= WHOLE_ROUNDS ? MINUTES : Math.max(2, rounds);
  const half = Math.floor(minutes / 2);
  const window = await live(lab, SIZES[0]);
  const bytes: number[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    progress(`heap: minute ${minute} of ${minutes}`);
    for (let second = 0; second < 60; second++) {
      lab.check();
      await window.page.waitForTimeout(1000);
    }
    bytes.push(await window.heapBytes());
  }
  await window.close();
  const mib = bytes.map((one) => digits(one / 2 ** 20));
  const [from, to] = [bytes[half - 1] ?? NaN, bytes.at(-1) ?? NaN];
  return [
    {
      what: `heap after ${minutes} min over that after ${half} min`,
      value: to / from,
      unit: '',
      goal: { sense: 'at most', value: 1.05 },
      how: `after a collection, MiB by minute: ${mib.join(', ')}; ${window.desk.steps} steps of ${BUFFERS} buffers`,
    },
  ];
}
