// Boards, and the window's own parts.
import { button, command, showView, type Scene, type Stage } from './stage.ts';

const KINDS = ['producer', 'consumer', 'share', 'churn', 'leaker', 'holder'];

/** Starts a virtual board by the dialog, as a user does. */
async function startBoard(
  stage: Stage,
  name: string,
  workloads: readonly string[],
  options: Readonly<Record<string, string>> = {},
): Promise<void> {
  const page = stage.first;
  await showView(page, 1);
  await button(page, 'With options').first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(stage.prefix + name);
  for (const [label, value] of Object.entries(options)) await dialog.getByLabel(label).selectOption(value);
  for (const kind of KINDS)
    await dialog.getByRole('checkbox', { name: new RegExp(`^${kind}`) }).setChecked(workloads.includes(kind));
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

export const BOARDS: readonly Scene[] = [
  {
    name: 'boards-empty',
    what: 'Boards: none is seen',
    show: async (page) => {
      await showView(page, 1);
      await page.getByRole('heading', { name: 'No board is seen' }).waitFor();
    },
  },
  {
    name: 'boards-start',
    what: 'Boards: what a virtual board is to play',
    show: async (page) => {
      await command(page, 'Start a virtual board');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'boards-one',
    what: 'Boards: one, connected, with its checks',
    prepare: (stage) => startBoard(stage, 'lab', ['producer', 'consumer', 'share', 'leaker', 'holder']),
    show: async (page) => {
      await showView(page, 1);
      await page.getByRole('heading', { name: 'Checks' }).waitFor();
      await page.locator('main details').first().waitFor();
    },
  },
  {
    name: 'boards-menu',
    what: 'Boards: what can be done to one',
    show: async (page) => {
      await button(page, /^More for/)
        .first()
        .click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'boards-name',
    what: 'Boards: its name is changed',
    show: async (page) => {
      await page.keyboard.press('Escape');
      await button(page, /^Name /)
        .first()
        .click();
      await page.getByLabel(/^Name of/).fill('RB3 Gen2, shelf 4');
    },
  },
];

export const SEVERAL: readonly Scene[] = [
  {
    name: 'boards-several',
    what: 'Boards: several side by side, one lost its DSP',
    prepare: async (stage) => {
      await startBoard(stage, 'legacy', ['churn'], { Driver: 'fastrpc', IOMMU: 'bypass' });
      await startBoard(stage, 'unplugged', ['share'], { Driver: 'v1', IOMMU: 'translated' });
      const page = stage.first;
      await button(page, /^More for .*unplugged/).click();
      await page.getByRole('menuitem', { name: 'Unplug the cdsp' }).click();
    },
    show: async (page) => {
      await showView(page, 1);
      await page.getByRole('region', { name: /legacy/ }).waitFor();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: 'palette',
    what: 'The command palette',
    show: async (page) => {
      await page.keyboard.press('Control+K');
      await page.getByRole('combobox', { name: 'Find a command' }).fill('me');
    },
  },
  {
    name: 'keys',
    what: 'Keys',
    show: async (page) => {
      await page.keyboard.press('Escape');
      await showView(page, 1);
      await page.locator('main').click({ position: { x: 5, y: 200 } });
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    },
  },
];
