import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { pathToFileURL } from 'node:url';
import { scriptless, shared } from './chromium.ts';
import { ipcMain } from './ipc-main.ts';
import { pageShim } from './page-shim.ts';
import type { StandInPort } from './ports.ts';
import { knownKeys } from './refuse.ts';

const OPTIONS = ['x', 'y', 'width', 'height', 'minWidth', 'minHeight', 'show', 'title', 'webPreferences'];
const SAFE: Readonly<Record<string, boolean>> = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  spellcheck: false,
};

interface Preferences extends Record<string, unknown> {
  readonly preload?: string;
  readonly javascript?: boolean;
}

/** A window that switches one of the guards off is refused. */
function checkPreferences(preferences: Preferences): void {
  knownKeys('webPreferences', preferences, [...Object.keys(SAFE), 'preload', 'javascript']);
  for (const [name, value] of Object.entries(SAFE))
    if (name in preferences && preferences[name] !== value)
      throw new Error(`webPreferences.${name} has to be ${value}`);
  for (const must of ['contextIsolation', 'sandbox', 'nodeIntegration'])
    if (!(must in preferences)) throw new Error(`webPreferences.${must} has to be said`);
}

interface FrameLike {
  readonly url: string;
  readonly parent: null;
  postMessage(channel: string, message: unknown, ports: readonly StandInPort[]): void;
}

/** The contents of a window: a page of Chromium. */
export class StandInContents extends EventEmitter {
  readonly #preferences: Preferences;
  readonly #ports = new Map<number, StandInPort>();
  #next = 1;
  #openHandler: (() => { action: 'deny' | 'allow' }) | null = null;
  #url = '';
  #loading = false;
  page: Page | null = null;

  constructor(preferences: Preferences) {
    super();
    this.#preferences = preferences;
  }

  setWindowOpenHandler(handler: () => { action: 'deny' | 'allow' }): void {
    this.#openHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#deliver(channel, args, []);
  }

  reload(): void {
    void this.load(this.#url);
  }

  async printToPDF(options: object): Promise<Uint8Array> {
    knownKeys('printToPDF', options, ['printBackground', 'preferCSSPageSize']);
    if (!this.page) throw new Error('a window without a page cannot be printed');
    return await this.page.pdf({ printBackground: true, preferCSSPageSize: true });
  }

  async load(url: string): Promise<void> {
    this.#url = url;
    const before = this.page;
    this.page = await this.#newPage();
    void before?.close().catch(() => undefined);
    this.#loading = true;
    await this.page.goto(url);
    this.#loading = false;
    this.emit('did-finish-load');
  }

  async close(): Promise<void> {
    for (const port of this.#ports.values()) port.close();
    const { page } = this;
    this.page = null;
    await page?.close();
  }

  async #newPage(): Promise<Page> {
    const context = await (this.#preferences.javascript === false ? scriptless() : shared());
    const page = await context.newPage();
    if (this.#preferences.preload !== undefined) await this.#preload(page, this.#preferences.preload);
    await page.route('**/*', (route, request) => {
      if (this.#loading || !request.isNavigationRequest()) return route.continue();
      let prevented = false;
      const isMainFrame = request.frame() === page.mainFrame();
      this.emit('will-frame-navigate', {
        url: request.url(),
        isMainFrame,
        preventDefault: () => {
          prevented = true;
        },
      });
      return prevented ? route.fulfill({ status: 204 }) : route.continue();
    });
    page.on('popup', (popup) => {
      if ((this.#openHandler?.() ?? { action: 'allow' }).action === 'deny') void popup.close();
    });
    page.on('crash', () => {
      for (const port of this.#ports.values()) port.close();
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
    });
    return page;
  }

  async #preload(page: Page, path: string): Promise<void> {
    await page.exposeBinding(
      '__standInIpc',
      ({ frame }, kind: 'send' | 'invoke', channel: string, args: unknown[]) =>
        ipcMain.took(kind, channel, args, { sender: this, senderFrame: this.frame(frame.url()) }),
    );
    await page.exposeBinding(
      '__standInPort',
      (_source, id: number, kind: 'data' | 'close', data: unknown) => {
        if (kind === 'data') this.#ports.get(id)?.postMessage(data);
        else this.#ports.get(id)?.close();
      },
    );
    await page.addInitScript(pageShim(readFileSync(path, 'utf8')));
  }

  /** As the main process sees a frame that asks. */
  frame(url: string): FrameLike {
    return {
      url,
      parent: null,
      postMessage: (channel, _message, ports) => {
        this.#deliver(
          channel,
          [],
          ports.map((port) => this.#handOver(port)),
        );
      },
    };
  }

  #handOver(port: StandInPort): number {
    const id = this.#next++;
    this.#ports.set(id, port);
    port.handOn(
      (data) => {
        this.#run(`window.__standInPortData(${id}, ${JSON.stringify(data)})`);
      },
      () => this.#ports.delete(id),
    );
    return id;
  }

  #deliver(channel: string, args: readonly unknown[], ports: readonly number[]): void {
    this.#run(
      `window.__standInDeliver(${JSON.stringify(channel)}, ${JSON.stringify(args)}, ${JSON.stringify(ports)})`,
    );
  }

  /** A page that goes away meanwhile gets nothing more, as in Electron. */
  #run(script: string): void {
    void this.page?.evaluate(script).catch(() => undefined);
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly all = new Set<BrowserWindow>();
  static fromWebContents(contents: unknown): BrowserWindow | null {
    return [...BrowserWindow.all].find((window) => window.webContents === contents) ?? null;
  }

  readonly webContents: StandInContents;
  readonly options: Record<string, unknown>;
  #destroyed = false;
  #maximized = false;
  visible: boolean;

  constructor(options: Record<string, unknown>) {
    super();
    knownKeys('BrowserWindow', options, OPTIONS);
    const preferences = (options['webPreferences'] ?? {}) as Preferences;
    checkPreferences(preferences);
    this.options = options;
    this.visible = options['show'] !== false;
    this.webContents = new StandInContents(preferences);
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    BrowserWindow.all.add(this);
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url);
  }
  async loadFile(path: string): Promise<void> {
    await this.webContents.load(pathToFileURL(path).href);
  }
  show(): void {
    this.visible = true;
  }
  focus(): void {
    this.emit('focus');
  }
  maximize(): void {
    this.#maximized = true;
  }
  restore(): void {
    this.#maximized = false;
  }
  isMaximized(): boolean {
    return this.#maximized;
  }
  isMinimized(): boolean {
    return false;
  }
  isFocused(): boolean {
    return this.visible;
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  getNormalBounds(): Record<string, number> {
    const { x = 0, y = 0, width = 0, height = 0 } = this.options as Record<string, number>;
    return { x, y, width, height };
  }
  /** The user closes it. */
  close(): void {
    this.emit('close');
    this.destroy();
  }
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    BrowserWindow.all.delete(this);
    void this.webContents.close();
    this.emit('closed');
  }
}
