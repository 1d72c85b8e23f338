// How soon a large stored run is shown, from the key in the list of runs to its figures.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Store } from '../../../electron/store/store.ts';
import { startOwnHost } from '../../shots/own-host.ts';
import { must, progress, type BenchLab } from '../bench-lab.ts';
import { digits, median, type Figure } from '../figure.ts';
import { benchmarksOf, largeRun } from './large-run.ts';
import { startBrowser } from './window.ts';

/** A point is measured in three independent runs: so many samples over all of them, and so many in each. */
const SAMPLES = 5000;
const RUNS = 3;

/** The run in a store of its own; what it is. */
function storedRun(lab: BenchLab, samples: number): { readonly home: string; readonly what: string } {
  progress('making a large run');
  const home = lab.folder();
  const run = largeRun(samples);
  const store = must(Store.open(join(home, 'runs.sqlite')));
  try {
    must(store.importRun(run));
  } finally {
    store.close();
  }
  const all = run.points.reduce(
    (sum, { series }) => sum + series.reduce((more, { ns }) => more + ns.length, 0),
    0,
  );
  return {
    home,
    what: `${benchmarksOf(run)} benchmarks, ${run.points.length} points in ${run.plan.repeats} runs, ${all} samples in all`,
  };
}

/** From the key in the list to the frame that shows figures, ms. */
const opened = (page: Page): Promise<number> =>
  page.evaluate<number>(`new Promise((resolve) => {
    const list = document.querySelector('[role=grid][aria-label="Stored runs"]');
    const began = performance.now();
    list.focus();
    list.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    const look = () => {
      const points = document.querySelector('[role=grid][aria-label="Points of the run"]');
      if (points?.textContent.includes('µs')) requestAnimationFrame(() => resolve(performance.now() - began));
      else requestAnimationFrame(look);
    };
    look();
  })`);

/** The first time that a host opens it, and once more. */
async function round(
  lab: BenchLab,
  home: string,
): Promise<{ readonly first: number; readonly again: number }> {
  lab.check();
  const host = await startOwnHost(home, `bench-ui-${process.pid}-`);
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(host.url);
    await page.keyboard.press('Control+4');
    const row = page.getByRole('grid', { name: 'Stored runs' }).locator('[data-key]').first();
    await row.click();
    const first = await opened(page);
    await page.keyboard.press('Escape');
    await row.click();
    return { first, again: await opened(page) };
  } finally {
    await browser.close();
    await host.close();
  }
}

const list = (all: readonly number[]): string => all.map((ms) => digits(ms)).join(', ');

async function figuresOf(
  lab: BenchLab,
  rounds: number,
  samples: number,
  each: string,
): Promise<readonly Figure[]> {
  const { home, what } = storedRun(lab, samples);
  const took: { readonly first: number; readonly again: number }[] = [];
  for (let at = 0; at < Math.min(rounds, 5); at++) {
    progress(`opening it, ${at + 1} of ${Math.min(rounds, 5)}`);
    took.push(await round(lab, home));
  }
  const firsts = took.map(({ first }) => first);
  const agains = took.map(({ again }) => again);
  return [
    {
      what: `a stored run opens, ${each}`,
      value: median(firsts),
      unit: 'ms',
      goal: { sense: 'at most', value: 400 },
      how: `key in the list to the frame with its figures, new host and browser each: ${list(firsts)} ms; again in the same host: ${list(agains)} ms; ${what}`,
    },
  ];
}

export async function open(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  return [
    ...(await figuresOf(lab, rounds, Math.ceil(SAMPLES / RUNS), `${SAMPLES} samples a point`)),
    ...(await figuresOf(lab, rounds, SAMPLES, `${SAMPLES} samples a point in each of ${RUNS} runs`)),
  ];
}
