import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestLab } from '../board/bench-lab.ts';
import { nothingStays } from '../board/leftovers.ts';
import { openFace, type Face } from './faces.ts';
import { busyBoard, choose, command, keepPicture, show, tabTour, VIEWS, violations } from './lab.ts';

const PICTURES = ['Map', 'Graph', 'Compare', 'Table'] as const;

/** Keyboard, names for screen readers, contrast, themes, sizes: what holds in every view. */
describe('in every view', () => {
  let lab: TestLab;
  let face: Face;
  let page: Page;
  beforeAll(async () => {
    lab = await busyBoard();
    face = await openFace('serve');
    page = face.page;
    await choose(page, lab.name);
    await runSomething();
  });
  beforeEach(({ onTestFailed, task }) => {
    onTestFailed(() => keepPicture(page, task.name));
  });
  afterAll(async () => {
    await face.close();
    await lab.close();
    await nothingStays(() => lab.leftovers());
  });

  async function runSomething(): Promise<void> {
    const main = await show(page, 'Bench');
    for (const group of [/^A /, /^B /, /^C /])
      await main.getByRole('checkbox', { name: group }).setChecked(false);
    await main.getByRole('checkbox', { name: 'A2 mem.alloc' }).setChecked(true);
    await main.getByRole('button', { name: 'Start', exact: true }).click();
    await main.getByRole('button', { name: 'Open the run' }).waitFor({ timeout: 180_000 });
  }

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    beforeAll(async () => {
      await command(page, theme === 'light' ? 'Light theme' : 'Dark theme');
      await page.locator(`html[data-theme=${theme}]`).waitFor();
    });

    it.each(VIEWS)('axe finds nothing serious in %s', async (view) => {
      await show(page, view);
      await page.waitForTimeout(300);
      expect(await violations(page)).toEqual([]);
    });

    it('axe finds nothing serious in the pictures of the memory', async () => {
      const main = await show(page, 'Memory');
      for (const name of PICTURES) {
        await main.getByRole('tab', { name, exact: true }).click();
        await page.waitForTimeout(300);
        expect(await violations(page), name).toEqual([]);
      }
    });

    it('axe finds nothing serious in an opened run, the palette, the keys and the dialog', async () => {
      const main = await show(page, 'Runs');
      await main.getByRole('grid').locator('[data-key]').first().dblclick();
      for (const name of ['Latency', 'Environment', 'Memory']) {
        await main.getByRole('tab', { name }).click();
        expect(await violations(page), name).toEqual([]);
      }
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+K');
      await page.getByRole('combobox', { name: 'Find a command' }).waitFor();
      expect(await violations(page), 'palette').toEqual([]);
      await page.keyboard.press('Escape');
      await command(page, 'Keys');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      expect(await violations(page), 'keys').toEqual([]);
      await page.keyboard.press('Escape');
      await command(page, 'Start a virtual board');
      await page.getByRole('dialog', { name: 'Start a virtual board' }).waitFor();
      expect(await violations(page), 'dialog').toEqual([]);
      await page.keyboard.press('Escape');
    });
  });

  it.each(VIEWS)('Tab reaches the parts of %s, and one sees where it is', async (view) => {
    await show(page, view);
    await page.evaluate('document.activeElement?.blur()');
    const stops = await tabTour(page);
    expect(stops.length).toBeGreaterThan(9);
    expect(stops.filter(({ visible }) => !visible)).toEqual([]);
  });

  it.each(VIEWS)('nothing of %s is wider than a window of 1280', async (view) => {
    await show(page, view);
    const wide = 'document.querySelector("main").scrollWidth - document.querySelector("main").clientWidth';
    expect(await page.evaluate(wide)).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
  });

  it('a theme stays over a reload; as the system follows the system', async () => {
    await command(page, 'Light theme');
    await command(page, 'Dark theme');
    await expect.poll(() => page.evaluate("document.documentElement.dataset['theme']")).toBe('dark');
    await page.reload();
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
    expect(await page.evaluate("document.documentElement.dataset['theme']")).toBe('dark');
    await command(page, 'Theme as the system');
    await expect.poll(() => page.evaluate("'theme' in document.documentElement.dataset")).toBe(false);
    const ground = (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).not.toBe(light);
  });

  it('finds commands by a few letters, and says the keys', async () => {
    await page.keyboard.press('Control+K');
    const field = page.getByRole('combobox', { name: 'Find a command' });
    await field.fill('recordings');
    expect(await page.getByRole('option').first().innerText()).toMatch(/Recordings/);
    await field.press('ArrowDown');
    const chosen = await field.getAttribute('aria-activedescendant');
    expect(await page.locator(`#${chosen}`).getAttribute('aria-selected')).toBe('true');
    await field.press('Escape');
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.getByText('Show Memory').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('says nothing on its console', () => {
    expect(face.errors).toEqual([]);
  });
});
