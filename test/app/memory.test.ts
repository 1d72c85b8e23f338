import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import type { TestLab } from '../board/bench-lab.ts';
import { value } from '../board/bench-lab.ts';
import { nothingStays } from '../board/leftovers.ts';
import { openFace, type Face } from './faces.ts';
import { busyBoard, choose, keepPicture, layoutShifts, show } from './lab.ts';

/** The memory managers of a real virtual board, looked at in all ways that the view has. */
describe('the memory view', () => {
  let lab: TestLab;
  let face: Face;
  let page: Page;
  let main: Locator;
  beforeAll(async () => {
    lab = await busyBoard();
    face = await openFace('serve');
    page = face.page;
    await choose(page, lab.name);
    main = await show(page, 'Memory');
    await table()
      .getByText(/^vqda-leaker \d+/)
      .first()
      .waitFor();
  });
  beforeEach(({ onTestFailed, task }) => {
    onTestFailed(() => keepPicture(page, task.name));
  });
  afterAll(async () => {
    await face.close();
    await lab.close();
    await nothingStays(() => lab.leftovers());
  });

  const table = (): Locator => main.getByRole('treegrid').or(main.getByRole('grid')).first();
  const rows = (): Locator => table().locator('[role=row][data-key]');
  const timeline = (): Locator => main.getByRole('application', { name: /^Timeline/ });
  const picture = (name: string): Promise<void> => main.getByRole('tab', { name, exact: true }).click();
  const text = async (column: number): Promise<string[]> =>
    (await rows().all()).length === 0
      ? []
      : await rows().locator(`[data-column="${column}"]`).allInnerTexts();

  it('groups by process or by bank, or not at all', async () => {
    const grouping = main.getByLabel('Grouping');
    const groups = table().locator('[role=row][data-group]');
    await expect.poll(() => groups.first().innerText()).toMatch(/^vqda-/);
    await grouping.selectOption('bank');
    await expect.poll(() => groups.first().innerText()).toMatch(/bank|in no bank/);
    await grouping.selectOption('none');
    await expect.poll(() => groups.count()).toBe(0);
    expect(await main.getByRole('grid').first().getAttribute('aria-label')).toMatch(/Buffers/);
  });

  it('sorts by a column, up and down', async () => {
    const head = table().getByRole('columnheader', { name: 'Size' });
    await head.click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending');
    const up = await text(1);
    await head.click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending');
    await expect.poll(async () => (await text(1))[0]).not.toBe(up[0]);
    expect(up[0]).toMatch(/KiB$/);
    await head.click();
    await main.getByLabel('Grouping').selectOption('process');
  });

  it('filters by words, by a column, and without a word', async () => {
    const filter = main.getByRole('searchbox', { name: 'Filter' });
    const count = main.getByRole('status').first();
    await page.keyboard.press('/');
    await page.keyboard.type('state:mapped -leaker');
    await expect.poll(() => count.innerText()).toMatch(/^\d+ of \d+ rows$/);
    expect(await table().innerText()).not.toContain('vqda-leaker');
    await filter.fill('no such word');
    await main.getByRole('heading', { name: 'No buffer fits the filter' }).waitFor();
    await filter.press('Escape');
    await expect.poll(() => count.innerText()).toMatch(/^\d+ rows$/);
  });

  it('copies the cell that has the focus in full, and a row with its columns', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const clipboard = (): Promise<string> => page.evaluate<string>('navigator.clipboard.readText()');
    const notices = page.getByRole('region', { name: 'Notices' });
    await rows().first().locator('[data-column="1"]').click();
    await page.keyboard.press('Control+c');
    await notices.getByText(/^\d+ B is on the clipboard/).waitFor();
    expect(await clipboard()).toMatch(/^\d+ B$/);
    await page.keyboard.press('Control+Shift+C');
    await notices.getByText('The row is on the clipboard').waitFor();
    expect((await clipboard()).split('\t').length).toBeGreaterThan(8);
    await page.keyboard.press('Escape');
  });

  it('shares one selection among table, details, map and graph', async () => {
    const own = rows().filter({ hasText: 'native' }).first();
    const address = (await own.innerText()).match(/\d+·0x[0-9a-f_]+/)?.[0] ?? '';
    expect(address).not.toBe('');
    await own.click();
    await page.keyboard.press('Enter');
    const details = main.getByRole('complementary', { name: 'Findings and details' });
    await details.getByText(address).first().waitFor();
    await picture('Map');
    const map = main.getByRole('region', { name: 'Address map' });
    await map.getByRole('button', { name: 'Table' }).click();
    // The table holds the rows that are in sight, and the leaker makes more of them all the time.
    await expect
      .poll(async () => {
        const count = await map.locator('[aria-selected=true], tr.selected, .selected').count();
        if (count === 0) await map.getByRole('row').last().scrollIntoViewIfNeeded();
        return count;
      })
      .toBe(1);
    await map.getByRole('button', { name: 'Picture' }).click();
    await picture('Graph');
    // Only nodes that are in sight are in the page.
    await main.locator('.svelte-flow__node .column-1.lit').first().waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => main.locator('.svelte-flow__node .lit').count()).toBe(0);
    await picture('Table');
  });

  it('draws banks to scale, and has each picture as a table too', async () => {
    await picture('Map');
    const map = main.getByRole('region', { name: 'Address map' });
    await map.getByRole('application').or(map.locator('canvas')).first().waitFor();
    await map.getByRole('button', { name: 'Table' }).click();
    expect(await map.getByRole('row').count()).toBeGreaterThan(6);
    await map.getByRole('button', { name: 'Picture' }).click();
    await picture('Graph');
    const graph = main.getByRole('region', { name: 'Sharing graph' });
    await graph.locator('.svelte-flow__node').first().waitFor();
    await graph.getByRole('button', { name: 'Table' }).click();
    await graph.getByText('maps into').first().waitFor();
    await graph.getByRole('button', { name: 'Picture' }).click();
    const lives = main.getByRole('region', { name: 'Timeline' });
    await lives.getByRole('button', { name: 'Table', exact: true }).click();
    await lives.getByRole('row').nth(3).waitFor();
    await lives.getByRole('button', { name: 'Picture' }).click();
    await picture('Table');
  });

  it('has in its table what came while another picture was shown', async () => {
    await picture('Graph');
    const [pid] = value(await lab.control.startWorkload({ kind: 'holder' }));
    await timeline()
      .getByText(String(pid))
      .or(main.getByText(`pid ${pid}`))
      .first()
      .waitFor();
    await main.getByRole('searchbox', { name: 'Filter' }).fill(String(pid));
    await picture('Table');
    await table().getByText(`vqda-holder ${pid}`).first().waitFor();
    value(await lab.control.stopWorkload(pid));
    await main.getByRole('heading', { name: 'No buffer fits the filter' }).waitFor();
    await main.getByRole('button', { name: 'Show all buffers' }).click();
    await rows().nth(3).waitFor();
  });

  it('stands still at a moment, goes back in time, and compares two pins', async () => {
    await timeline().press('b');
    await timeline().press('Home');
    await timeline().press('a');
    await main.getByRole('button', { name: 'Go on' }).waitFor();
    const before = await table().innerText();
    await page.waitForTimeout(700);
    expect(await table().innerText()).toBe(before);
    await picture('Compare');
    const compared = main.getByRole('region', { name: 'Two moments compared' });
    await expect.poll(() => compared.innerText()).toMatch(/appeared|gone|changed/);
    await timeline().press('l');
    await main.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await picture('Table');
  });

  it('says which tier a value comes from, and why one is not there', async () => {
    const tier = main
      .getByRole('button', { name: /bufinfo/ })
      .or(main.getByText('bufinfo'))
      .first();
    await tier.hover();
    await page
      .getByRole('tooltip')
      .or(page.getByText(/bufinfo/))
      .first()
      .waitFor();
    const unknown = rows().locator('[title*="tier" i]').first();
    expect(await unknown.getAttribute('title')).toMatch(/tier/i);
  });

  it('finds a leak when its process ends, and shows the evidence', async () => {
    const [pid] = value(await lab.control.startWorkload({ kind: 'leaker' }));
    await main.getByRole('searchbox', { name: 'Filter' }).fill(String(pid));
    await table().getByText(`vqda-leaker ${pid}`).first().waitFor();
    await page.waitForTimeout(1500);
    await main.getByRole('searchbox', { name: 'Filter' }).fill('');
    value(await lab.control.stopWorkload(pid));
    const panel = main.getByRole('complementary', { name: 'Findings and details' });
    await panel.getByRole('tab', { name: /^Findings/ }).click();
    const finding = panel
      .getByRole('listitem')
      .filter({ hasText: String(pid) })
      .first();
    await finding.waitFor();
    await page
      .getByRole('banner')
      .getByText(/finding/)
      .waitFor();
    await finding.getByRole('button').click();
    await expect.poll(() => panel.innerText()).toContain(String(pid));
  });

  it('moves nothing while values change', async () => {
    await timeline().press('l');
    await main.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await page.waitForTimeout(1000); // what the key itself moved is over by then, on a busy machine too
    expect(await layoutShifts(page, 3000)).toEqual([]);
  });

  it('lets columns go and come while values change', async () => {
    const details = main.getByRole('button', { name: /^(Findings|\d+ findings?)$/ });
    const columns = (): Promise<number> => table().getByRole('columnheader').count();
    const few = await columns();
    await details.click();
    await expect.poll(columns).toBeGreaterThan(few);
    const all = await columns();
    const changed = async (): Promise<void> => {
      const before = await table().innerText();
      await expect.poll(() => table().innerText()).not.toBe(before);
    };
    await table().getByRole('columnheader', { name: 'Age' }).click();
    const active = async (): Promise<string> =>
      page.locator(`[id="${await table().getAttribute('aria-activedescendant')}"]`).innerText();
    for (let turn = 0; turn < 4; turn += 1) {
      await details.click();
      await expect.poll(active).toMatch(/^Age/);
      await expect.poll(columns).toBe(turn % 2 === 0 ? few : all);
      await changed();
    }
  });

  it('says nothing on its console', () => {
    expect(face.errors).toEqual([]);
  });
});
