import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, chromium, type Browser, type Page } from 'playwright-core';
import { vi } from 'vitest';
import { electronProgram } from '../../build/electron.ts';
import { at } from '../../build/run.ts';
import { Running, type StartOptions } from '../board/bench-lab.ts';
import { CHROMIUM, CHROMIUM_ARGS } from './electron/chromium.ts';

/** A window of the app, whichever way it was opened, over a real host with a store of its own. */
export interface Face {
  readonly kind: FaceKind;
  readonly page: Page;
  /** Folder of the store. */
  readonly home: string;
  /** Everything that the page wrote on its console as an error, and every exception nobody caught. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export type FaceKind = 'serve' | 'main' | 'electron';

/** The ways that can be tried here: a real Electron where its program is present. */
export const FACES: readonly FaceKind[] = [
  'serve',
  'main',
  ...(electronProgram() === null ? [] : (['electron'] as const)),
];

const VIEWPORT = { width: 1280, height: 800 };
const STARTED_MS = 120_000;
/** What a page is waited for: longer means that it hangs, also on a machine that has much else to do. */
const PATIENCE_MS = 90_000;
/** A window connects by itself when there is one board only: it must not be one of a test that runs beside this one. */
const OWN_BOARDS = { QDA_LAB_VIRTUAL_ONLY: `test-${process.pid}-` };

export const openFace = (kind: FaceKind): Promise<Face> =>
  ({ serve: openServe, main: openMain, electron: openElectron })[kind]();

/** What the page writes as an error from now on, and exceptions that nobody caught. */
export function listen(page: Page): string[] {
  const errors: string[] = [];
  page.setDefaultTimeout(PATIENCE_MS);
  // File choosers are the test's from the beginning on: the browser takes a moment to hand them over.
  page.on('filechooser', () => undefined);
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  return errors;
}

/** `qda-lab serve` and a browser on the address that it prints. */
async function openServe(): Promise<Face> {
  const home = mkdtempSync(join(tmpdir(), 'qda-lab-face-'));
  const served = await startServe(home);
  const browser = await startBrowser();
  const page = await browser.newPage({ viewport: VIEWPORT });
  const errors = listen(page);
  await page.goto(served.url);
  return {
    kind: 'serve',
    page,
    home,
    errors,
    close: async () => {
      await browser.close();
      await served.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });

export interface Served {
  readonly url: string;
  readonly process: Running;
  stop(): Promise<void>;
}

/** The command line's own `serve`, on a free port. */
export async function startServe(
  home: string,
  { env = {}, wrap = [] }: Pick<StartOptions, 'env' | 'wrap'> = {},
): Promise<Served> {
  const running = new Running(['serve', '--port', '0'], {
    env: { QDA_LAB_HOME: home, ...OWN_BOARDS, ...env },
    cwd: home,
    wrap,
  });
  const url = await vi.waitFor(
    () => {
      const found = /http:\/\/[\w.:[\]]+\/#\S+/.exec(running.out + running.err)?.[0];
      if (found === undefined)
        throw new Error(`serve has not said its address: ${running.out}${running.err}`);
      return found;
    },
    { timeout: STARTED_MS, interval: 50 },
  );
  const stop = async (): Promise<void> => {
    running.child.kill('SIGINT');
    await running.ended;
  };
  return { url, process: running, stop };
}

/** electron/main over the stand-in; the test file has to mock the module 'electron' (see main.test.ts). */
async function openMain(): Promise<Face> {
  const home = mkdtempSync(join(tmpdir(), 'qda-lab-face-'));
  for (const [name, text] of Object.entries({ QDA_LAB_HOME: home, ...OWN_BOARDS })) vi.stubEnv(name, text);
  const { control } = await import('./electron/index.ts');
  const { startApp } = await import('../../electron/main/app.ts');
  await startApp(
    {
      page: at('out/renderer/index.html'),
      preload: at('out/preload/index.cjs'),
      host: at('out/main/host-process.js'),
    },
    [],
  );
  const page = control.page();
  return {
    kind: 'main',
    page,
    home,
    errors: listen(page),
    close: async () => {
      await quit();
      await control.end();
      vi.unstubAllEnvs();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The user quits; resolves when the app has ended its host. */
export async function quit(): Promise<void> {
  const { control } = await import('./electron/index.ts');
  const ended = new Promise((resolve) => control.app.once('stand-in-quit', resolve));
  control.app.quit();
  await ended;
}

/** The built app in Electron itself. */
async function openElectron(): Promise<Face> {
  const home = mkdtempSync(join(tmpdir(), 'qda-lab-face-'));
  const program = electronProgram();
  if (program === null) throw new Error('there is no Electron here');
  const app = await _electron.launch({
    executablePath: program,
    args: ['--no-sandbox', at('out/main/main.js')],
    env: { ...(process.env as Record<string, string>), QDA_LAB_HOME: home, ...OWN_BOARDS },
  });
  const page = await app.firstWindow();
  return {
    kind: 'electron',
    page,
    home,
    errors: listen(page),
    close: async () => {
      await app.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
