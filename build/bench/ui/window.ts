// The window in Chromium over a synthetic host, and what can be measured of it.
import { chromium, type Browser, type CDPSession, type Locator, type Page } from 'playwright-core';
import { startServing, type Serving } from '../../../electron/serve/server.ts';
import { rendererOut } from '../../renderer.ts';
import { must } from '../bench-lab.ts';
import { SyntheticDesk } from './synthetic-desk.ts';

export const CHROMIUM = process.env['QDA_LAB_CHROMIUM'] ?? '/usr/bin/chromium';
export const CHROMIUM_ARGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--enable-precise-memory-info'],
];

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Ends what it started in the reverse order. */
export class Window {
  readonly desk: SyntheticDesk;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly #serving: Serving;
  readonly #browser: Browser;

  private constructor(desk: SyntheticDesk, serving: Serving, browser: Browser, page: Page, cdp: CDPSession) {
    this.desk = desk;
    this.#serving = serving;
    this.#browser = browser;
    this.page = page;
    this.cdp = cdp;
  }

  /** The Memory view of a synthetic board of so many buffers. */
  static async open(buffers: number, viewport: Size): Promise<Window> {
    const desk = new SyntheticDesk(buffers);
    const serving = must(await startServing({ desk, page: rendererOut, port: 0, say: () => undefined }));
    const browser = await startBrowser();
    const page = await browser.newPage({ viewport });
    await page.goto(serving.url);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    await page.keyboard.press('Control+2');
    await tableOf({ page }).waitFor();
    return new Window(desk, serving, browser, page, cdp);
  }

  /** Processor seconds of the page's main thread since it began: what other programs take of a busy machine is not in it. */
  async busySeconds(): Promise<number> {
    const { metrics } = await this.cdp.send('Performance.getMetrics');
    const thread = metrics.find(({ name }) => name === 'ThreadTime');
    if (!thread) throw new Error('the browser does not tell how long its main thread worked');
    return thread.value;
  }

  /** Bytes of the page's heap after a collection. */
  async heapBytes(): Promise<number> {
    await this.cdp.send('HeapProfiler.collectGarbage');
    return (await this.cdp.send('Runtime.getHeapUsage')).usedSize;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.desk.close();
    await this.#serving.close();
  }
}

/** The table of the Memory view. */
export const tableOf = ({ page }: Pick<Window, 'page'>): Locator =>
  page.getByRole('treegrid').or(page.getByRole('grid')).first();

/** Part of one core that the page's main thread works over so many seconds. */
export async function busyShare(window: Window, seconds: number): Promise<number> {
  const [worked, began] = [await window.busySeconds(), performance.now()];
  await window.page.waitForTimeout(seconds * 1000);
  return ((await window.busySeconds()) - worked) / ((performance.now() - began) / 1000);
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  /** Processor time of the thread, microseconds. */
  readonly tdur?: number;
}

/** Processor time of the main thread in each frame while `work` goes on, ms. */
export async function workOfFrames({ cdp }: Window, work: () => Promise<void>): Promise<readonly number[]> {
  const frames: number[] = [];
  cdp.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as readonly TraceEvent[])
      if (event.ph === 'X' && event.name.endsWith('::BeginMainFrame') && event.tdur !== undefined)
        frames.push(event.tdur / 1000);
  });
  const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['cc', 'toplevel', 'devtools.timeline'] },
  });
  await work();
  await cdp.send('Tracing.end');
  await complete;
  if (frames.length === 0) throw new Error('the browser traced no frame');
  return frames;
}
