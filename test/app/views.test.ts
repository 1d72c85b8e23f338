import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TestLab } from '../board/bench-lab.ts';
import { nothingStays } from '../board/leftovers.ts';
import { FACES, openFace, type Face } from './faces.ts';
import { busyBoard, choose, chosenBy, command, dropOn, keepPicture, savedBy, show, VIEWS } from './lab.ts';

vi.mock('electron', () => import('./electron/index.ts'));

/** What a user does from morning to evening, on a real host and a real virtual board, through each way in. */
describe.each(FACES)('the window over %s', (kind) => {
  let lab: TestLab;
  let face: Face;
  beforeAll(async () => {
    lab = await busyBoard();
    face = await openFace(kind);
  });
  beforeEach(({ onTestFailed, task }) => {
    onTestFailed(() => keepPicture(face.page, `${kind} ${task.name}`));
  });
  afterAll(async () => {
    await face.close();
    await lab.close();
    await nothingStays(() => lab.leftovers());
  });

  it('connects to the board that is chosen, and says whose it is in the top line', async () => {
    const { page } = face;
    await choose(page, lab.name);
    const banner = page.getByRole('banner');
    await expect.poll(() => banner.innerText()).toMatch(/cdsp[\s\S]*QDA v1[\s\S]*simulated/);
    const main = await show(page, 'Boards');
    const region = main.getByRole('region', { name: lab.name });
    await region.getByRole('heading', { name: 'Checks' }).waitFor();
    await region.getByText('dma-heap', { exact: true }).waitFor();
  });

  it('shows every view by its keys', async () => {
    for (const view of VIEWS) await show(face.page, view);
  });

  it('shows who holds which buffer in which bank, live', async () => {
    const { page } = face;
    const main = await show(page, 'Memory');
    await main
      .getByRole('treegrid')
      .getByText(/^vqda-producer \d+/)
      .first()
      .waitFor();
    await main
      .getByRole('treegrid')
      .getByText(/^cdsp bank \d/)
      .first()
      .waitFor();
    await main.getByRole('searchbox', { name: 'Filter' }).fill('state:mapped');
    await expect.poll(() => main.getByRole('status').first().innerText()).toMatch(/^\d+ of \d+ rows$/);
    await main.getByRole('searchbox', { name: 'Filter' }).fill('');
  });

  it('runs a plan, row by row, and keeps it', async () => {
    const { page } = face;
    const main = await show(page, 'Bench');
    await main.getByRole('checkbox', { name: /^B / }).setChecked(false);
    await main.getByRole('checkbox', { name: /^C / }).setChecked(false);
    await main.getByRole('checkbox', { name: /^A / }).setChecked(false);
    await main.getByRole('checkbox', { name: 'A2 mem.alloc' }).setChecked(true);
    await main.getByRole('textbox', { name: 'Label' }).fill('first of two');
    await main.getByText('takes at most').waitFor();
    for (const label of ['first of two', 'second of two']) {
      await main.getByRole('textbox', { name: 'Label' }).fill(label);
      await page.keyboard.press('Control+Enter');
      await main.getByText(label).first().waitFor();
      await main.getByRole('button', { name: 'Open the run' }).waitFor({ timeout: 180_000 });
    }
    const grid = main.getByRole('grid', { name: 'Points of the run' });
    await grid.getByText('mem.alloc').first().waitFor();
    expect(await grid.innerText()).toMatch(/pass[\s\S]*mem\.alloc[\s\S]*µs/);
  });

  it('ends a run early and keeps what was there', async () => {
    const { page } = face;
    const main = await show(page, 'Bench');
    await main.getByText('Samples, DSP, checks').click();
    await main.getByLabel('Budget a point').fill('60');
    await main.getByLabel('Samples').fill('900000');
    await main.getByRole('textbox', { name: 'Label' }).fill('ended early');
    await main.getByRole('button', { name: 'Start', exact: true }).click();
    await main.getByRole('button', { name: /^Cancel/ }).click();
    await main.getByRole('button', { name: 'Open the run' }).waitFor({ timeout: 180_000 });
    await main.getByText('cancelled', { exact: true }).first().waitFor();
  });

  it('finds, names, opens, compares, deletes and brings back stored runs', async () => {
    const { page } = face;
    const main = await show(page, 'Runs');
    const grid = main.getByRole('grid', { name: 'Stored runs' });
    await main.getByText('3 runs', { exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('second two');
    await main.getByText('1 of 3 runs').waitFor();
    await grid.getByText('second of two').click();
    // With its new label it does not fit the search any more; it stays there while its notes are being written.
    await main.getByRole('textbox', { name: 'Label' }).fill('renamed');
    await main.getByRole('textbox', { name: 'Notes' }).click();
    await main.getByText('saved', { exact: true }).waitFor();
    await grid.getByText('renamed').waitFor();
    await page.keyboard.type('written beside the label');
    await main.getByRole('searchbox').fill('beside');
    await grid.getByText('renamed').waitFor();
    await main.getByRole('searchbox').fill('');
    await grid.getByText('renamed').dblclick();
    await main.getByRole('tab', { name: 'Environment' }).click();
    await main.getByText('kernel').first().waitFor();
    await page.keyboard.press('Escape');
    await grid.getByText('first of two').click();
    await grid.getByText('renamed').click({ modifiers: ['Control'] });
    await page.keyboard.press('c');
    const compared = main.getByRole('table', { name: 'Series measured in both runs' });
    await compared.getByText('mem.alloc').first().waitFor();
    await main.getByText('same conditions').waitFor();
    await page.keyboard.press('Escape');
    await grid.getByText('ended early').click();
    await main.getByRole('button', { name: 'Delete' }).click();
    await main.getByText('2 runs', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click();
    await main.getByText('3 runs', { exact: true }).waitFor();
  });

  it('previews exactly the report that it saves', async () => {
    const { page } = face;
    const main = await show(page, 'Report');
    const frame = main.locator('iframe');
    await page.frameLocator('iframe').getByRole('heading', { level: 1 }).waitFor();
    const shown = await frame.getAttribute('srcdoc');
    const saved = await savedBy(face, 'report.html', () => page.keyboard.press('Control+s'));
    expect(saved).toBe(shown);
    expect(saved).toContain('<!doctype html>');
  });

  it('follows the links of the report within it', async () => {
    const { page } = face;
    await show(page, 'Report');
    const report = page.frameLocator('iframe');
    await report.getByRole('link', { name: 'Environment', exact: true }).click();
    const scrolled = "document.querySelector('iframe').contentWindow.scrollY";
    await expect.poll(() => page.evaluate<number>(scrolled)).toBeGreaterThan(200);
    await report.getByRole('heading', { name: 'Board and environment' }).waitFor();
    expect(page.frames().map((frame) => frame.url())).toContain('about:srcdoc');
    // The focus is in the report now, and the window's keys work there too.
    await show(page, 'Runs');
  });

  it('exports a run file and takes one that was made elsewhere', async () => {
    const { page } = face;
    const main = await show(page, 'Runs');
    await main.getByRole('grid', { name: 'Stored runs' }).getByText('renamed').click();
    const text = await savedBy(face, 'run.json', async () => {
      await main.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'Run file (JSON)' }).click();
    });
    const other = JSON.parse(text) as Record<string, unknown>;
    const path = join(face.home, 'elsewhere.json');
    writeFileSync(path, JSON.stringify({ ...other, id: 'made-elsewhere', label: 'from elsewhere' }));
    await chosenBy(face, path, () => page.keyboard.press('Control+o'));
    await main.getByText('from elsewhere').first().waitFor();
    // It is opened: an Escape that comes before would go to the list.
    await main.getByRole('button', { name: 'Delete the run' }).waitFor();
    await page.keyboard.press('Escape');
    await main.getByText('4 runs', { exact: true }).waitFor();
  });

  // In Electron itself a script cannot make a file that has a path.
  it.skipIf(kind === 'electron')(
    'takes a run file that is dropped on the window, and says of one that is none',
    async () => {
      const { page } = face;
      const main = await show(page, 'Runs');
      const text = await savedBy(face, 'dropped.json', async () => {
        await main.getByRole('grid', { name: 'Stored runs' }).getByText('renamed').click();
        await main.getByRole('button', { name: 'Export' }).click();
        await page.getByRole('menuitem', { name: 'Run file (JSON)' }).click();
      });
      const run = { ...(JSON.parse(text) as object), id: 'dropped-here', label: 'dropped here' };
      await show(page, 'Log');
      await dropOn(face, 'dropped.json', JSON.stringify(run));
      await main.getByText('dropped here').first().waitFor();
      await main.getByRole('button', { name: 'Delete the run' }).click();
      await main.getByText('4 runs', { exact: true }).waitFor();
      await dropOn(face, 'notes.txt', 'no run at all');
      await page
        .getByRole('region', { name: 'Notices' })
        .getByText(/notes\.txt/)
        .waitFor();
      expect(page.url()).toMatch(/index\.html|#token=/);
    },
  );

  it('lists what app and agent said, and finds lines', async () => {
    const { page } = face;
    const main = await show(page, 'Log');
    const lines = main.getByRole('table', { name: 'Log lines' });
    await lines.getByText('The agent is ready.').first().waitFor();
    await main.getByRole('searchbox', { name: 'Filter the log' }).fill('is complete');
    await expect.poll(() => lines.getByRole('row').count()).toBe(2);
    await main.getByRole('searchbox', { name: 'Filter the log' }).fill('no such line');
    await main.getByRole('heading', { name: 'No line fits the filter' }).waitFor();
    await main.getByRole('button', { name: 'Show all lines' }).click();
    await lines.getByRole('row').nth(1).click();
  });

  it('records a session and plays it with the same views', async () => {
    const { page } = face;
    const main = await show(page, 'Recordings');
    await main.getByRole('button', { name: /^Record / }).click();
    await main.getByRole('button', { name: 'Stop and save' }).waitFor();
    await expect.poll(() => main.innerText()).toMatch(/[3-9] moments|\d\d+ moments/);
    await main.getByRole('button', { name: 'Stop and save' }).click();
    await page.getByText(/^The recording is saved/).waitFor();
    const row = main.getByRole('row').filter({ hasNotText: 'shipped' }).filter({ hasText: 'Open' });
    await row.getByRole('button', { name: 'Open' }).click();
    const slider = page.getByRole('slider', { name: 'Moment of the recording' });
    await slider.waitFor();
    await page.getByRole('banner').getByText('recording', { exact: true }).waitFor();
    await slider.press('End');
    await page
      .getByRole('main', { name: 'Memory' })
      .getByText(/^vqda-producer \d+/)
      .first()
      .waitFor();
    await command(page, 'Close the recording');
    await slider.waitFor({ state: 'detached' });
    await page.getByRole('banner').getByText('ready', { exact: true }).waitFor();
  });

  it.runIf(kind !== 'serve')('refuses calls of other shapes through the bridge, and goes on', async () => {
    const { page } = face;
    await page.evaluate(
      `window.__replies = []; window.__end = window.qdaLab.onText((text) => window.__replies.push(text))`,
    );
    const calls = [
      { id: 900_001, call: 'constructor', args: {} },
      { id: 900_002, call: 'runs.open', args: { run: '../x' } },
      { id: 900_003, call: 'app.info', args: null },
    ];
    for (const text of ['{}', '[]', 'null', ...calls.map((one) => JSON.stringify(one))])
      await page.evaluate(`window.qdaLab.send(${JSON.stringify(text)})`);
    const codes = async (): Promise<string[]> => {
      const replies = (await page.evaluate<string[]>('window.__replies')).join('\n');
      return calls.map(({ id }) => new RegExp(`"id":${id},.*?"code":"([\\w-]+)"`).exec(replies)?.[1] ?? '');
    };
    await expect.poll(codes).toEqual(['unknown-call', 'bad-arguments', 'bad-arguments']);
    await page.evaluate('window.__end()');
    await show(page, 'Boards');
  });

  it('says nothing on its console', () => {
    expect(face.errors).toEqual([]);
  });
});
