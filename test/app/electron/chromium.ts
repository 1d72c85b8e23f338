import { chromium, type Browser, type BrowserContext } from 'playwright-core';

/** Debian's browser; QDA_LAB_CHROMIUM names another. */
export const CHROMIUM = process.env['QDA_LAB_CHROMIUM'] ?? '/usr/bin/chromium';

export const CHROMIUM_ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Promise<Browser> | null = null;
let context: Promise<BrowserContext> | null = null;
let silent: Promise<BrowserContext> | null = null;

/** Pages from files may load their own modules, as in Electron. */
const start = (): Promise<Browser> =>
  (browser ??= chromium.launch({
    executablePath: CHROMIUM,
    args: [...CHROMIUM_ARGS, '--allow-file-access-from-files'],
  }));

/** Longer than this a page is waited for only where it hangs. */
const PATIENCE_MS = 90_000;

/** One profile for all windows, as an app has one session. */
export const shared = (): Promise<BrowserContext> =>
  (context ??= start()
    .then((one) => one.newContext({ viewport: { width: 1280, height: 800 } }))
    .then((one) => {
      one.setDefaultTimeout(PATIENCE_MS);
      return one;
    }));

/** For windows whose pages run no script. */
export const scriptless = (): Promise<BrowserContext> =>
  (silent ??= start().then((one) => one.newContext({ javaScriptEnabled: false })));

export async function closeChromium(): Promise<void> {
  const open = await browser;
  browser = context = silent = null;
  await open?.close();
}
