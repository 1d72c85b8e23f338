// Bench, runs, report, log and recordings.
import type { Page } from 'playwright-core';
import { button, command, showView, tab, type Scene, type Stage } from './stage.ts';

const RESULTS = [
  ['What sharing costs', 'sharing', 'what sharing costs, by stage'],
  ['Latency', 'latency', 'latency against size'],
  ['Bandwidth', 'bandwidth', 'bandwidth against size'],
  ['Copy or share', 'crossover', 'copy or share'],
] as const;

const results = (view: string, title: string): readonly Scene[] =>
  RESULTS.map(([name, short, what]) => ({
    name: `${view}-${short}`,
    what: `${title}: ${what}`,
    show: (page) => tab(page, name).click(),
  }));

/** Starts the quick plan on the board in front, with a label; resolves when it runs. */
async function start(stage: Stage, label: string): Promise<void> {
  const page = stage.first;
  await showView(page, 3);
  await page.getByLabel('Label', { exact: true }).fill(label);
  await page.locator('aside').getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('progressbar').waitFor();
}

const ended = (page: Page): Promise<void> => button(page, 'Open the run').waitFor();

export const EMPTY: readonly Scene[] = [
  { name: 'bench-empty', what: 'Bench: no board', show: (page) => showView(page, 3) },
  { name: 'runs-empty', what: 'Runs: none is stored', show: (page) => showView(page, 4) },
  { name: 'report-empty', what: 'Report: no run', show: (page) => showView(page, 5) },
  { name: 'log', what: 'Log: the first lines', show: (page) => showView(page, 6) },
  { name: 'recordings', what: 'Recordings', show: (page) => showView(page, 7) },
];

export const BENCH: readonly Scene[] = [
  {
    name: 'bench-plan',
    what: 'Bench: the plan with its estimate',
    show: async (page) => {
      await showView(page, 3);
      await page.getByText('takes at most').waitFor();
    },
  },
  {
    name: 'recording-on',
    what: 'Recordings: one is being made',
    prepare: async (stage) => {
      await showView(stage.first, 7);
      await button(stage.first, /^Record /).click();
    },
    show: async (page) => {
      await showView(page, 7);
      await button(page, 'Stop and save').waitFor();
    },
  },
  {
    name: 'bench-running',
    what: 'Bench: a run, live',
    prepare: (stage) => start(stage, 'quick, first'),
    show: async (page) => {
      await showView(page, 3);
      await page.getByRole('grid', { name: 'Points of the run' }).waitFor();
    },
  },
  {
    name: 'bench-ended',
    what: 'Bench: the run has ended',
    prepare: (stage) => ended(stage.first),
    show: async (page) => {
      await ended(page);
      await page.getByRole('row').nth(3).click();
    },
  },
  ...results('bench', 'Bench'),
  {
    name: 'bench-cancelled',
    what: 'Bench: cancelled, what was there is kept',
    prepare: async (stage) => {
      await start(stage, 'cancelled early');
      await stage.first.waitForTimeout(3000);
      await button(stage.first, /^Cancel/).click();
      await ended(stage.first);
    },
    show: async (page) => {
      await tab(page, 'Points').click();
      await ended(page);
    },
  },
  {
    name: 'recording-saved',
    what: 'Recordings: the new one is listed',
    prepare: async (stage) => {
      await showView(stage.first, 7);
      await button(stage.first, 'Stop and save').click();
    },
    show: async (page) => {
      await showView(page, 7);
      await button(page, 'Open').first().waitFor();
    },
  },
];

export const RUNS: readonly Scene[] = [
  {
    name: 'runs-list',
    what: 'Runs: the list',
    prepare: async (stage) => {
      await start(stage, 'quick, second');
      await ended(stage.first);
    },
    show: async (page) => {
      await showView(page, 4);
      await page.getByRole('gridcell', { name: 'quick, second' }).click();
    },
  },
  {
    name: 'runs-open',
    what: 'Runs: one in front',
    show: async (page) => {
      await page.getByRole('gridcell', { name: 'quick, second' }).dblclick();
      await tab(page, 'Environment').waitFor();
    },
  },
  ...(['Environment', 'Plan', 'DSP', 'Memory'] as const).map((name) => ({
    name: `run-${name.toLowerCase()}`,
    what: `Runs: ${name} of one`,
    show: (page: Page) => tab(page, name).click(),
  })),
  {
    name: 'runs-compare',
    what: 'Runs: two side by side',
    show: async (page) => {
      await page.keyboard.press('Escape');
      await page.getByRole('gridcell', { name: 'quick, first' }).click();
      await page.getByRole('gridcell', { name: 'quick, second' }).click({ modifiers: ['Control'] });
      await page.getByRole('button', { name: 'Compare' }).first().click();
      await page.getByRole('table', { name: 'Series measured in both runs' }).waitFor();
    },
  },
  {
    name: 'report',
    what: 'Report: as it is exported',
    show: async (page) => {
      await showView(page, 5);
      await page.frameLocator('iframe').locator('h1').first().waitFor();
    },
  },
  {
    name: 'log-all',
    what: 'Log: with a line in front',
    show: async (page) => {
      await showView(page, 6);
      await page.getByRole('table', { name: 'Log lines' }).getByRole('row').nth(1).click();
    },
  },
  {
    name: 'log-below',
    what: 'Log below another view',
    show: async (page) => {
      await showView(page, 4);
      await page.keyboard.press('Escape');
      await command(page, 'Open or close the log below');
      await page.getByRole('table', { name: 'Log lines' }).waitFor();
    },
  },
  {
    name: 'runs-deleted',
    what: 'Runs: one was deleted, with its undo',
    prepare: async (stage) => {
      await showView(stage.first, 4);
      await stage.first.getByRole('gridcell', { name: 'cancelled early' }).click();
      await stage.first.getByRole('grid', { name: 'Stored runs' }).press('Delete');
    },
    show: async (page) => {
      await command(page, 'Open or close the log below');
      await page.getByRole('gridcell', { name: 'cancelled early' }).waitFor({ state: 'detached' });
    },
  },
];

export const PLAYED: readonly Scene[] = [
  {
    name: 'recording-played',
    what: 'A recording is played: Memory',
    show: async (page) => {
      await showView(page, 7);
      await button(page, 'Open').first().click();
      await page.getByRole('slider', { name: 'Moment of the recording' }).waitFor();
      await page.getByRole('slider', { name: 'Moment of the recording' }).fill('9000');
      await page.getByRole('tab', { name: 'Map' }).waitFor();
    },
  },
  {
    name: 'recording-bench',
    what: 'A recording is played: Bench',
    show: async (page) => {
      await showView(page, 3);
      await page.getByRole('slider', { name: 'Moment of the recording' }).press('End');
      await page.getByRole('grid', { name: 'Points of the run' }).waitFor();
    },
  },
  {
    name: 'recording-closed',
    what: 'The recording is closed again',
    show: async (page) => {
      await command(page, 'Close the recording');
      await page.getByRole('slider', { name: 'Moment of the recording' }).waitFor({ state: 'detached' });
    },
  },
];
