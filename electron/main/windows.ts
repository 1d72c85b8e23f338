import { BrowserWindow, screen } from 'electron';
import { pageUrl, type AppPaths } from './paths.ts';
import { harden } from './trust.ts';
import { fitted, readState, SMALLEST, USUAL, writeState } from './window-state.ts';

/** A page that crashes so often within a minute is not loaded again. */
const MOST_CRASHES = 3;
const MINUTE_MS = 60_000;

/** The app's windows. All show the same page over the same host. */
export class Windows {
  private readonly paths: AppPaths;
  private readonly stateFile: string;
  private readonly onCrash: (reason: string) => void;
  private list: readonly BrowserWindow[] = [];

  constructor(paths: AppPaths, stateFile: string, onCrash: (reason: string) => void) {
    this.paths = paths;
    this.stateFile = stateFile;
    this.onCrash = onCrash;
  }

  get all(): readonly BrowserWindow[] {
    return this.list;
  }

  async open(): Promise<BrowserWindow> {
    const state = readState(this.stateFile);
    const places = screen.getAllDisplays().map((display) => display.workArea);
    const window = new BrowserWindow({
      ...(fitted(state.bounds, places) ?? USUAL),
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      title: 'QDA Lab',
      webPreferences: {
        preload: this.paths.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        spellcheck: false,
      },
    });
    this.list = [...this.list, window];
    if (state.maximized) window.maximize();
    this.wire(window);
    try {
      await window.loadURL(pageUrl(this.paths));
    } catch (error) {
      // A window that was closed while it loaded is no failure.
      if (!window.isDestroyed()) throw error;
    }
    return window;
  }

  /** The window in front, else any; null where none is open. */
  front(): BrowserWindow | null {
    return this.list.find((window) => window.isFocused()) ?? this.list.at(-1) ?? null;
  }

  send(channel: 'command' | 'open' | 'host', value: string | boolean): void {
    const receivers = channel === 'host' ? this.list : [this.front()];
    for (const window of receivers) window?.webContents.send(channel, value);
  }

  private wire(window: BrowserWindow): void {
    harden(window.webContents);
    window.once('ready-to-show', () => {
      window.show();
    });
    window.on('close', () => {
      writeState(this.stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
    });
    window.on('closed', () => {
      this.list = this.list.filter((one) => one !== window);
    });
    let crashes: number[] = [];
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      const now = performance.now();
      crashes = [...crashes.filter((at) => now - at < MINUTE_MS), now];
      if (crashes.length > MOST_CRASHES) this.onCrash(reason);
      else window.webContents.reload();
    });
  }
}
