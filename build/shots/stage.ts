// Where pictures are taken: one host, and a page for each theme and size on it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { BenchLab } from '../bench/bench-lab.ts';
import { startBrowser } from '../bench/ui/window.ts';
import { startOwnHost, type OwnHost } from './own-host.ts';

export const LOOKS = (['light', 'dark'] as const).flatMap((theme) =>
  [
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
  ].map((viewport) => ({ theme, viewport, name: `${theme}-${viewport.width}` })),
);
export type Look = (typeof LOOKS)[number];

/** Longest that anything may take before it hangs: the machine may be busy. */
const PATIENCE_MS = 180_000;
/** Effects of a step are drawn, and hints of the pointer gone. */
const SETTLE_MS = 350;

/** What a scene shows, and how it comes about. */
export interface Scene {
  readonly name: string;
  /** What is to be seen, for the index. */
  readonly what: string;
  /** Once, on the first page, before the scene is shown on each. */
  readonly prepare?: (stage: Stage) => Promise<void>;
  readonly show: (page: Page) => Promise<void>;
}

export class Stage {
  readonly prefix = `shots-${process.pid}-`;
  readonly home: string;
  readonly #lab: BenchLab;
  readonly #browser: Browser;
  #host: OwnHost;
  #pages: readonly { readonly look: Look; readonly page: Page }[] = [];

  private constructor(lab: BenchLab, home: string, browser: Browser, host: OwnHost) {
    this.#lab = lab;
    this.home = home;
    this.#browser = browser;
    this.#host = host;
  }

  static async open(lab: BenchLab): Promise<Stage> {
    const home = lab.folder();
    const browser = await startBrowser();
    lab.later(() => browser.close());
    const host = await startOwnHost(home, `shots-${process.pid}-`);
    const stage = new Stage(lab, home, browser, host);
    lab.later(() => stage.#host.close());
    await stage.#openPages();
    return stage;
  }

  async #openPages(): Promise<void> {
    const pages: { readonly look: Look; readonly page: Page }[] = [];
    for (const look of LOOKS) {
      const context = await this.#browser.newContext({
        viewport: look.viewport,
        colorScheme: look.theme,
        acceptDownloads: true,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(this.#host.url);
      await page.getByRole('navigation', { name: 'Views' }).waitFor();
      pages.push({ look, page });
    }
    this.#pages = pages;
  }

  /** The page that things are done in which hold for all. */
  get first(): Page {
    const [one] = this.#pages;
    if (!one) throw new Error('there is no page');
    return one.page;
  }

  get host(): OwnHost {
    return this.#host;
  }

  async take(scene: Scene, folder: string): Promise<void> {
    this.#lab.check();
    await scene.prepare?.(this);
    for (const { look, page } of this.#pages) {
      this.#lab.check();
      await page.bringToFront();
      await scene.show(page);
      await page.waitForTimeout(SETTLE_MS);
      mkdirSync(join(folder, look.name), { recursive: true });
      await page.screenshot({ path: join(folder, look.name, `${scene.name}.png`) });
    }
  }
}

/** Shows one of the views, 1 to 7 as the keys have them, from wherever the page is. */
export async function showView(page: Page, at: number): Promise<void> {
  for (let more = 0; more < 3 && (await page.getByRole('dialog').count()) > 0; more++)
    await page.keyboard.press('Escape');
  await page.keyboard.press(`Control+${at}`);
}

/** Runs a command by its title. */
export async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+K');
  const field = page.getByRole('combobox', { name: 'Find a command' });
  await field.fill(title);
  await page.getByRole('option', { name: title }).first().waitFor();
  await field.press('Enter');
  await field.waitFor({ state: 'detached' });
}

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });
export const tab = (page: Page, name: string | RegExp): Locator => page.getByRole('tab', { name });
