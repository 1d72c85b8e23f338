// Memory: its pictures and states.
import type { Page } from 'playwright-core';
import { withControl } from '../../electron/host/virtual-board.ts';
import { must } from '../bench/bench-lab.ts';
import { button, showView, tab, type Scene } from './stage.ts';

const table = (page: Page) => page.getByRole('treegrid').or(page.getByRole('grid')).first();

/** Another picture of the memory; a wide window has the table beside it in any case. */
async function picture(page: Page, name: string): Promise<void> {
  await showView(page, 2);
  await tab(page, 'Map').waitFor();
  if ((await tab(page, name).count()) > 0) await tab(page, name).click();
}

const asTable = async (page: Page, section: string): Promise<void> => {
  await page
    .getByRole('region', { name: section })
    .getByRole('button', { name: 'Table', exact: true })
    .click();
};
const asPicture = async (page: Page, section: string): Promise<void> => {
  const back = page.getByRole('region', { name: section }).getByRole('button', { name: 'Picture' });
  if ((await back.count()) > 0) await back.click();
};

export const NO_MEMORY: readonly Scene[] = [
  {
    name: 'memory-empty',
    what: 'Memory: no board',
    show: async (page) => {
      await showView(page, 2);
      await page.getByRole('heading', { name: 'No board' }).waitFor();
    },
  },
];

export const MEMORY: readonly Scene[] = [
  {
    name: 'memory-table',
    what: 'Memory: the table',
    show: async (page) => {
      await picture(page, 'Table');
      await table(page).getByRole('row').nth(8).waitFor();
    },
  },
  {
    name: 'memory-findings',
    what: 'Memory: findings beside the table',
    prepare: async ({ prefix }) => {
      const leakers = must(
        await withControl(`${prefix}lab`, (control) => control.startWorkload({ kind: 'leaker' })),
      );
      await new Promise((resolve) => setTimeout(resolve, 2000));
      for (const pid of leakers)
        must(await withControl(`${prefix}lab`, (control) => control.stopWorkload(pid)));
    },
    show: async (page) => {
      const toggle = page.locator('main').getByRole('button', { name: /finding/i, pressed: false });
      if ((await toggle.count()) > 0) await toggle.first().click();
      await page.getByRole('tab', { name: /^Findings/ }).click();
      await page
        .getByRole('complementary', { name: 'Findings and details' })
        .getByRole('listitem')
        .first()
        .waitFor();
    },
  },
  {
    name: 'memory-details',
    what: 'Memory: a buffer is chosen, with all about it',
    show: async (page) => {
      await table(page).locator('[data-key]').nth(2).click();
      await page.getByRole('tab', { name: 'Details' }).click();
    },
  },
  {
    name: 'memory-map',
    what: 'Memory: address map, the chosen buffer marked',
    show: (page) => picture(page, 'Map'),
  },
  {
    name: 'memory-map-table',
    what: 'Memory: address map as a table',
    show: (page) => asTable(page, 'Address map'),
  },
  {
    name: 'memory-graph',
    what: 'Memory: sharing graph',
    show: async (page) => {
      await asPicture(page, 'Address map');
      await picture(page, 'Graph');
      await page.locator('.svelte-flow__node').first().waitFor();
      await page.waitForTimeout(600);
    },
  },
  {
    name: 'memory-graph-free',
    what: 'Memory: sharing graph, nothing chosen',
    show: async (page) => {
      await page.keyboard.press('Escape');
      await page.getByRole('region', { name: 'Sharing graph' }).getByRole('button', { name: 'All' }).click();
    },
  },
  {
    name: 'memory-graph-table',
    what: 'Memory: sharing graph as a table',
    show: (page) => asTable(page, 'Sharing graph'),
  },
  {
    name: 'memory-timeline-table',
    what: 'Memory: lives of buffers as a table',
    show: async (page) => {
      await asPicture(page, 'Sharing graph');
      await asTable(page, 'Timeline');
    },
  },
  {
    name: 'memory-scrubbed',
    what: 'Memory: a moment before, pinned',
    show: async (page) => {
      await asPicture(page, 'Timeline');
      await page.getByRole('application', { name: /^Timeline/ }).press('Home');
      await page.getByRole('application', { name: /^Timeline/ }).press('a');
    },
  },
  {
    name: 'memory-compare',
    what: 'Memory: two moments compared',
    show: async (page) => {
      await page.getByRole('application', { name: /^Timeline/ }).press('l');
      await page.getByRole('application', { name: /^Timeline/ }).press('b');
      await picture(page, 'Compare');
    },
  },
  {
    name: 'memory-by-bank',
    what: 'Memory: the table by bank',
    show: async (page) => {
      await picture(page, 'Table');
      await page.getByLabel('Grouping').selectOption('bank');
    },
  },
  {
    name: 'memory-flat',
    what: 'Memory: the table not grouped, filtered',
    show: async (page) => {
      await page.getByLabel('Grouping').selectOption('none');
      await page.getByLabel('Filter', { exact: true }).first().fill('state:mapped');
    },
  },
  {
    name: 'memory-no-fit',
    what: 'Memory: nothing fits the filter',
    show: async (page) => {
      await page.getByLabel('Filter', { exact: true }).first().fill('nothing like it');
    },
  },
];

export const LOST: readonly Scene[] = [
  {
    name: 'memory-lost',
    what: 'Memory: the board went away',
    prepare: async (stage) => {
      const { pid } = must(await withControl(`${stage.prefix}lab`, (control) => control.status()));
      process.kill(pid, 'SIGKILL');
    },
    show: async (page) => {
      await page
        .getByRole('navigation', { name: 'Boards' })
        .getByRole('button', { name: 'RB3 Gen2' })
        .click();
      await showView(page, 2);
      const filter = page.getByLabel('Filter', { exact: true }).first();
      if ((await filter.count()) > 0) await filter.fill('');
      await page
        .getByText(/seen last|not seen|away/)
        .first()
        .waitFor();
    },
  },
  {
    name: 'boards-lost',
    what: 'Boards: one is lost',
    show: (page) => showView(page, 1),
  },
  {
    name: 'bench-lost',
    what: 'Bench: the board is lost',
    show: (page) => showView(page, 3),
  },
];

export const HOST_LOST: readonly Scene[] = [
  {
    name: 'host-lost',
    what: 'The host went away',
    prepare: (stage) => stage.host.end(),
    show: async (page) => {
      await showView(page, 2);
      await button(page, 'Try now').waitFor();
    },
  },
];
