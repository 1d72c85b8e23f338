import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { value, type TestLab } from '../board/bench-lab.ts';
import { nothingStays } from '../board/leftovers.ts';
import { listen, startBrowser, startServe, type Served } from './faces.ts';
import { HOSTILE, hostileRunFile, writeLargeRunFile } from './hostile.ts';
import { busyBoard, choose, keepPicture, show } from './lab.ts';

const CLOCK = fileURLToPath(new URL('./clock-back.ts', import.meta.url));
const LARGE_BYTES = 200 * 2 ** 20;

let lab: TestLab;
let browser: Browser;
beforeAll(async () => {
  lab = await busyBoard();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await lab.close();
  await nothingStays(() => lab.leftovers());
});

/** A host of the command line with a store of its own, and windows on it. */
class Lab {
  readonly home = mkdtempSync(join(tmpdir(), 'qda-lab-faults-'));
  readonly errors: (readonly string[])[] = [];
  served!: Served;

  get store(): string {
    return join(this.home, 'runs.sqlite');
  }

  async open(options: Parameters<typeof startServe>[1] = {}): Promise<Page> {
    this.served = await startServe(this.home, options);
    return this.window();
  }

  async window(): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    this.errors.push(listen(page));
    await page.goto(this.served.url);
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
    return page;
  }

  file(name: string, text: string): string {
    const path = join(this.home, name);
    writeFileSync(path, text);
    return path;
  }

  async close(): Promise<void> {
    // Of the test: a window that is still open tries to reach the host after that.
    const errors = this.errors.flat();
    await this.served.stop();
    rmSync(this.home, { recursive: true, force: true });
    expect(errors).toEqual([]);
  }
}

/** Closed when the test is over, however it ends. */
function labOfTest(): Lab {
  const at = new Lab();
  onTestFinished(() => at.close());
  return at;
}

async function importRun(page: Page, path: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')]);
  await chooser.setFiles(path);
}

const notices = (page: Page) => page.getByRole('region', { name: 'Notices' });

describe('what comes from outside', () => {
  const at = new Lab();
  let page: Page;
  beforeAll(async () => {
    page = await at.open();
    await choose(page, lab.name);
  });
  beforeEach(({ onTestFailed, task }) => {
    onTestFailed(() => keepPicture(page, task.name));
  });
  afterAll(() => at.close());

  it('is text in a run file that is HTML and script, in every tab and in the report', async () => {
    await importRun(page, at.file('hostile.json', hostileRunFile()));
    const main = page.getByRole('main', { name: 'Runs' });
    await main.getByRole('tab', { name: 'Environment' }).waitFor();
    for (const tab of await main.getByRole('tab').all()) await tab.click();
    await main.getByText(HOSTILE).first().waitFor({ state: 'attached' });
    await main.getByRole('button', { name: 'Report' }).click();
    await page.frameLocator('iframe').getByRole('heading', { level: 1 }).waitFor();
    expect(await page.frameLocator('iframe').locator('script, img, [onload], [onerror]').count()).toBe(0);
    expect(await page.locator('main img, main script').count()).toBe(0);
    for (const frame of page.frames()) expect(await frame.evaluate('typeof __pwned')).toBe('undefined');
  });

  it('is text in the name of a board, in the log and in what the user writes', async () => {
    const boards = await show(page, 'Boards');
    const row = boards.getByRole('row').filter({ hasText: lab.name });
    await row.getByRole('button', { name: /^Name / }).click();
    await page.getByLabel(/^Name of /).fill(HOSTILE);
    await page.keyboard.press('Enter');
    await page.getByRole('banner').getByText(HOSTILE).waitFor();
    await page.getByRole('navigation', { name: 'Boards' }).getByText(HOSTILE).waitFor();
    for (const view of ['Memory', 'Bench', 'Runs', 'Log', 'Recordings'] as const) await show(page, view);
    expect(await page.evaluate('typeof window.__pwned')).toBe('undefined');
    expect(await page.locator('img, main script').count()).toBe(0);
  });

  it('is refused where it is no request, an unknown one or one of a wrong shape', async () => {
    const { host, origin, hash } = new URL(at.served.url);
    const protocols = ['qda-lab.1', `token.${hash.replace('#token=', '')}`];
    const socket = new WebSocket(`ws://${host}/face`, protocols, { headers: { Origin: origin } });
    const replies: { id?: number; outcome?: { ok: boolean; problem?: { code: string } } }[] = [];
    socket.on('message', (data: Buffer) =>
      replies.push(JSON.parse(data.toString()) as (typeof replies)[number]),
    );
    await new Promise((resolve) => socket.once('open', resolve));
    const calls = [
      ['constructor', {}, 'unknown-call'],
      ['__proto__', {}, 'unknown-call'],
      ['runs.open', { run: '../../etc/passwd' }, 'bad-arguments'],
      ['runs.delete', { runs: Array.from({ length: 10_001 }, () => 'a') }, 'bad-arguments'],
      ['boards.label', { board: lab.name, label: 'x', more: 1 }, 'bad-arguments'],
      ['boards.startVirtual', { name: 'x' }, 'bad-arguments'],
      ['bench.start', { board: lab.name, plan: { name: 'quick', only: ['; rm'] } }, 'bad-arguments'],
      ['app.info', 'nothing', 'bad-arguments'],
      ['app.info', null, 'bad-arguments'],
    ] as const;
    calls.forEach(([call, args], id) => {
      socket.send(JSON.stringify({ id: id + 1, call, args }));
    });
    socket.send('{"call":"app.info"}');
    const answers = (): (string | undefined)[] =>
      calls.map((_, id) => replies.find((reply) => reply.id === id + 1)?.outcome?.problem?.code);
    await expect.poll(answers).toEqual(calls.map(([, , code]) => code));
    await expect.poll(() => replies.find(({ id }) => id === 0)?.outcome?.problem?.code).toBe('bad-message');
    socket.close();
    await show(page, 'Runs');
  });

  it('is shown in a second window as well, and a run of the one is told in the other', async () => {
    const other = await at.window();
    await choose(other, HOSTILE);
    const [here, there] = [await show(page, 'Bench'), await show(other, 'Bench')];
    for (const group of [/^A /, /^B /, /^C /])
      await here.getByRole('checkbox', { name: group }).setChecked(false);
    await here.getByRole('checkbox', { name: 'A2 mem.alloc' }).setChecked(true);
    await here.getByRole('button', { name: 'Start', exact: true }).click();
    await there
      .getByText('started elsewhere')
      .or(there.getByRole('button', { name: 'Open the run' }))
      .first()
      .waitFor();
    await there.getByRole('button', { name: 'Open the run' }).waitFor({ timeout: 180_000 });
    const runs = await show(other, 'Runs');
    await runs.getByText('2 runs', { exact: true }).waitFor();
    await other.close();
    await show(page, 'Memory');
  });

  it('may be a run file of 200 MB: the window answers while it is read, and it is there in the end', async () => {
    const path = join(at.home, 'large.json');
    await writeLargeRunFile(path, LARGE_BYTES);
    await importRun(page, path);
    for (const view of ['Memory', 'Log', 'Recordings', 'Bench'] as const) await show(page, view);
    const runs = page.getByRole('main', { name: 'Runs' });
    await runs.getByText('a large one').first().waitFor({ timeout: 300_000 });
    await runs.getByRole('grid', { name: 'Points of the run' }).waitFor({ timeout: 180_000 });
    rmSync(path);
  }, 600_000);

  it('may come faster than anybody reads: four processes that do nothing but share and free', async () => {
    const churning: number[] = [];
    for (let at = 0; at < 4; at++)
      churning.push(...value(await lab.control.startWorkload({ kind: 'churn' })));
    const memory = await show(page, 'Memory');
    await memory.getByRole('searchbox', { name: 'Filter' }).fill('churn');
    await memory
      .getByRole('treegrid')
      .getByText(/^vqda-churn/)
      .first()
      .waitFor();
    for (const name of ['Map', 'Graph', 'Table'])
      await memory.getByRole('tab', { name, exact: true }).click();
    await memory.getByRole('searchbox', { name: 'Filter' }).fill('producer');
    await expect.poll(() => memory.getByRole('treegrid').innerText()).not.toContain('vqda-churn');
    await memory.getByRole('searchbox', { name: 'Filter' }).fill('');
    await show(page, 'Log');
    for (const pid of churning) value(await lab.control.stopWorkload(pid));
  });
});

describe('a store', () => {
  it('that another program holds is waited for, and said to be busy', async () => {
    const at = labOfTest();
    const page = await at.open();
    await importRun(page, at.file('run.json', hostileRunFile()));
    const main = page.getByRole('main', { name: 'Runs' });
    await main.getByRole('tab', { name: 'Environment' }).waitFor();
    await page.keyboard.press('Escape');
    await main.getByRole('grid').locator('[data-key]').first().click();
    const other = new DatabaseSync(at.store);
    other.exec('BEGIN IMMEDIATE');
    await main.getByRole('textbox', { name: 'Notes' }).fill('while it is held');
    await main.getByRole('searchbox').click();
    for (const view of ['Memory', 'Log', 'Runs'] as const) await show(page, view);
    await notices(page)
      .getByText(/busy|another program|holds/i)
      .waitFor();
    other.exec('ROLLBACK');
    other.close();
    await main.getByRole('grid').locator('[data-key]').first().click();
    await main.getByRole('textbox', { name: 'Notes' }).fill('now it is free');
    await main.getByRole('searchbox').fill('now it is free');
    await main
      .getByText('1 of 1 runs')
      .or(main.getByText('1 run', { exact: true }))
      .waitFor();
    await main.getByText('saved').or(main.getByRole('grid').locator('[data-key]')).first().waitFor();
  });

  it('of a newer version is left alone, with what to do', async () => {
    const at = labOfTest();
    const newer = new DatabaseSync(at.store);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    const page = await at.open();
    const main = await show(page, 'Runs');
    await main.getByText(/newer/).first().waitFor();
    const report = await show(page, 'Report');
    await report
      .getByText(/newer|There is no run to report/)
      .first()
      .waitFor();
  });

  it.skipIf(process.getuid?.() !== 0)('on a full disk says so, and keeps what it has', async () => {
    const at = labOfTest();
    const mount = 'mount -t tmpfs -o size=400k tmpfs "$QDA_LAB_HOME" && exec "$@"';
    const page = await at.open({ wrap: ['unshare', '--mount', 'sh', '-c', mount, 'sh'] });
    const path = join(tmpdir(), `qda-lab-full-${process.pid}.json`);
    writeFileSync(path, hostileRunFile());
    await importRun(page, path);
    await notices(page)
      .getByText(/full|no room|space/i)
      .first()
      .waitFor();
    await show(page, 'Runs');
    rmSync(path);
  });
});

describe('a clock that is set back by two hours', () => {
  it('breaks neither the picture, nor the log, nor the list of runs', async () => {
    const at = labOfTest();
    const page = await at.open({ env: { NODE_OPTIONS: `--import=${CLOCK}` } });
    onTestFailed(() => keepPicture(page, 'clock set back'));
    await choose(page, lab.name);
    const memory = await show(page, 'Memory');
    const table = memory.getByRole('treegrid');
    await table
      .getByText(/^vqda-producer/)
      .first()
      .waitFor();
    at.served.process.signal('SIGUSR2');
    const before = await table.innerText();
    await expect.poll(() => table.innerText()).not.toBe(before);
    const timeline = memory.getByRole('application', { name: /^Timeline/ });
    for (const key of ['Home', 'ArrowRight', 'End', 'w', 'l']) await timeline.press(key);
    await memory.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    const [pid] = value(await lab.control.startWorkload({ kind: 'holder' }));
    await memory.getByRole('searchbox', { name: 'Filter' }).fill(String(pid));
    await table.getByText(`vqda-holder ${pid}`).first().waitFor();
    await importRun(page, at.file('run.json', hostileRunFile()));
    const runs = page.getByRole('main', { name: 'Runs' });
    await runs.getByRole('tab', { name: 'Environment' }).waitFor();
    await page.keyboard.press('Escape');
    await runs.getByText('1 run', { exact: true }).waitFor();
    const log = await show(page, 'Log');
    await log.getByRole('table', { name: 'Log lines' }).getByRole('row').first().waitFor();
  });
});
