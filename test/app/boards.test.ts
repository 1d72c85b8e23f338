import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startOwnHost, type OwnHost } from '../../build/shots/own-host.ts';
import { startVirtualBoard, withControl } from '../../electron/host/virtual-board.ts';
import { processesWith, until, value } from '../board/bench-lab.ts';
import { nothingStays } from '../board/leftovers.ts';
import { listen, startBrowser } from './faces.ts';
import { boardsOf, choose, keepPicture, show, type View } from './lab.ts';

/** The real host, over the boards of this test only, so that there can be none. */
describe('boards', () => {
  const prefix = `boards-${process.pid}-`;
  const home = mkdtempSync(join(tmpdir(), 'qda-lab-boards-'));
  let host: OwnHost;
  let browser: Browser;
  let page: Page;
  let errors: readonly string[];
  beforeAll(async () => {
    host = await startOwnHost(home, prefix);
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    errors = listen(page);
    await page.goto(host.url);
  });
  beforeEach(({ onTestFailed, task }) => {
    onTestFailed(() => keepPicture(page, task.name));
  });
  afterAll(async () => {
    await browser.close();
    await host.close();
    rmSync(home, { recursive: true, force: true });
    await nothingStays(() => processesWith(prefix));
  });

  const dialog = (): Locator => page.getByRole('dialog', { name: 'Start a virtual board' });

  async function start(name: string, driver = 'v1'): Promise<void> {
    const main = await show(page, 'Boards');
    await main.getByRole('button', { name: 'With options' }).first().click();
    await dialog()
      .getByLabel('Name')
      .fill(prefix + name);
    await dialog().getByLabel('Driver').selectOption(driver);
    await dialog().getByRole('button', { name: 'Start', exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
    await choose(page, prefix + name);
  }

  const headings: readonly (readonly [View, string | RegExp])[] = [
    ['Boards', 'No board is seen'],
    ['Memory', 'No board'],
    ['Bench', 'Benchmarks run on a board'],
    ['Runs', 'No run is stored'],
    ['Report', 'There is no run to report'],
  ];
  it.each(headings)('without any board %s says what comes there and how', async (view, heading) => {
    const main = await show(page, view);
    await main.getByRole('heading', { name: heading }).first().waitFor();
    expect(await main.getByRole('button').count()).toBeGreaterThan(0);
  });

  it('refuses names and sizes that do not fit, where they are typed', async () => {
    const main = await show(page, 'Boards');
    await main.getByRole('button', { name: 'With options' }).first().click();
    await dialog().getByLabel('Name').fill('two words');
    await dialog().getByText('Letters, digits, - _ and . only').waitFor();
    await dialog().getByLabel('Name').fill('');
    await dialog().getByLabel('Buffer size of the producer').fill('a lot');
    await dialog().getByText('A size like 64K').waitFor();
    const go = dialog().getByRole('button', { name: 'Start', exact: true });
    expect(await go.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.reload();
  });

  it('starts a virtual board and shows what it is, with its checks', async () => {
    await start('one');
    const main = await show(page, 'Boards');
    const facts = main.getByRole('region', { name: `${prefix}one` });
    await facts.getByRole('heading', { name: 'Checks' }).waitFor();
    await facts.getByText('node-access', { exact: true }).click();
    expect(await facts.innerText()).toMatch(/\/dev\/accel\/accel0/);
  });

  it('says of a board at an address what is in the way, until the address is taken away', async () => {
    const main = await show(page, 'Boards');
    const box = page.getByRole('dialog', { name: 'Boards at an address' });
    await main.getByRole('button', { name: 'By address' }).click();
    await box.getByLabel('Address', { exact: true }).fill('no address');
    await box.getByRole('button', { name: 'Add', exact: true }).click();
    await box.getByText('is no address of an adb daemon').waitFor();
    await box.getByLabel('Address', { exact: true }).fill('127.0.0.1:9');
    await box.getByRole('button', { name: 'Add', exact: true }).click();
    await box.getByRole('cell', { name: '127.0.0.1:9', exact: true }).waitFor();
    await box.getByRole('button', { name: 'Remove 127.0.0.1:9' }).click();
    await box.getByText('No address is kept').waitFor();
    await box.getByRole('button', { name: 'Done' }).click();
    await box.waitFor({ state: 'detached' });
  });

  it('takes our files off a board and says what there was', async () => {
    const main = await show(page, 'Boards');
    await main.getByRole('button', { name: new RegExp(`^More for .*${prefix}one`) }).click();
    await page.getByRole('menuitem', { name: 'Remove our files' }).click();
    await page.getByText(`Nothing of ours was on ${prefix}one`).waitFor();
    await main
      .getByRole('row')
      .filter({ hasText: `${prefix}one` })
      .getByRole('button', { name: 'Connect', exact: true })
      .click();
    await page.getByRole('banner').getByText('ready').waitFor();
  });

  it('takes a name from the user and gives it back', async () => {
    const main = await show(page, 'Boards');
    const row = main.getByRole('row').filter({ hasText: `${prefix}one` });
    await row.getByRole('button', { name: /^Name / }).click();
    await page.getByLabel(/^Name of /).fill('RB3 Gen2, shelf 4');
    await page.keyboard.press('Enter');
    await page.getByRole('banner').getByText('RB3 Gen2, shelf 4').waitFor();
    await main.getByRole('button', { name: 'Name RB3 Gen2, shelf 4' }).click();
    await page.getByLabel(/^Name of /).fill('');
    await page.keyboard.press('Enter');
    await page.getByRole('banner').getByText(`virtual board ${prefix}one`).waitFor();
  });

  it('shows several side by side, each in its own column', async () => {
    await start('three', 'rfc');
    await start('two', 'fastrpc');
    const main = await show(page, 'Boards');
    const columns = main.getByRole('region', { name: prefix });
    await expect.poll(() => columns.count()).toBe(3);
    await main.getByText('legacy FastRPC').first().waitFor();
    const wide =
      'Math.max(...[...document.querySelectorAll("main section")].map((s) => s.scrollWidth - s.clientWidth))';
    expect(await page.evaluate(wide)).toBeLessThanOrEqual(0);
  });

  it('plays a DSP that goes away and comes back', async () => {
    const main = await show(page, 'Boards');
    const menu = async (item: string): Promise<void> => {
      await main.getByRole('button', { name: new RegExp(`^More for .*${prefix}one`) }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await choose(page, `${prefix}one`);
    await menu('Unplug the cdsp');
    await page.getByRole('banner').getByText('DSP restarted').waitFor();
    await menu('Plug the cdsp in again');
    await expect
      .poll(() =>
        main
          .getByRole('row')
          .filter({ hasText: `${prefix}one` })
          .innerText(),
      )
      .toContain('cdsp');
  });

  it('keeps what was seen when the board falls silent, greys it, and goes on when it speaks again', async () => {
    await choose(page, `${prefix}two`);
    const memory = await show(page, 'Memory');
    const producer = memory
      .getByRole('treegrid')
      .getByText(/^vqda-producer/)
      .first();
    await producer.waitFor();
    const [agent] = processesWith(`${prefix}two`).filter(
      (line) => /qda-agent/.test(line) && !/--worker/.test(line),
    );
    const pid = Number(agent?.split(' ')[0]);
    process.kill(pid, 'SIGSTOP');
    const banner = page.getByRole('banner');
    await banner.getByText('lost', { exact: true }).waitFor();
    await producer.waitFor();
    await expect.poll(() => memory.getByRole('treegrid').getAttribute('class')).toContain('stale');
    const bench = await show(page, 'Bench');
    const go = bench.getByRole('button', { name: 'Start', exact: true });
    expect(await go.getAttribute('aria-disabled')).toBe('true');
    const boards = await show(page, 'Boards');
    await boards
      .getByRole('row')
      .filter({ hasText: `${prefix}two` })
      .getByText('lost', { exact: true })
      .waitFor();
    for (const view of ['Runs', 'Report', 'Log', 'Recordings', 'Memory'] as const) await show(page, view);
    process.kill(pid, 'SIGCONT');
    await banner.getByText('ready', { exact: true }).waitFor();
    await expect.poll(() => memory.getByRole('treegrid').getAttribute('class')).not.toContain('stale');
  });

  it('is watched again when it ended and was started anew', async () => {
    const { pid } = value(await withControl(`${prefix}two`, (control) => control.status()));
    process.kill(pid, 'SIGKILL');
    await page.getByRole('banner').getByText('not seen', { exact: true }).waitFor();
    await until('the end of its processes', () => (processesWith(`${prefix}two`).length === 0 ? true : null));
    const workloads = [{ kind: 'share', size: 0, count: 0 } as const];
    const options = { generation: 'fastrpc', iommu: 'translated', dsp: 'emulated' } as const;
    value(await startVirtualBoard({ name: `${prefix}two`, ...options, workloads }));
    await choose(page, `${prefix}two`);
    const memory = await show(page, 'Memory');
    await memory
      .getByRole('treegrid')
      .getByText(/^vqda-share/)
      .first()
      .waitFor();
  });

  it('says when the host is away, keeps what is shown, and tries again', async () => {
    await host.end();
    const line = page.getByText(/host lost/);
    await line.waitFor();
    await page
      .getByRole('treegrid')
      .getByText(/^vqda-share/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Try now' }).click();
    await line.waitFor();
  });

  it('says that an address without its token lets nobody in', async () => {
    const other = await startOwnHost(home, prefix);
    await page.goto(other.url.replace(/#.*/, ''));
    await page.getByText('This address carries no token').waitFor();
    await page.goto(other.url.replace(/token=.{8}/, 'token=00000000'));
    await page.reload();
    await page.getByText('belongs to another start of the host').waitFor();
    await page.goto(other.url);
    await page.reload();
    await boardsOf(page).getByText(`${prefix}one`).waitFor();
    await other.end();
  });

  it('says nothing on its console but that it could not connect', () => {
    expect(errors.filter((line) => !/WebSocket|ERR_CONNECTION|Failed to load resource/.test(line))).toEqual(
      [],
    );
  });
});
