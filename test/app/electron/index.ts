/**
 * A stand-in for the module `electron` over Chromium: what electron/main uses, and nothing else (the rest is refused by name). Pages
 * are real pages with the real preload and the real page; the host is a real process. What it cannot show: context isolation and
 * the sandbox themselves (it checks that they are asked for), fuses, native menus and dialogs.
 */
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrowserWindow, type StandInContents } from './browser-window.ts';
import { closeChromium } from './chromium.ts';
import { ipcMain } from './ipc-main.ts';
import { MessageChannelMain } from './ports.ts';
import { knownKeys, refusing } from './refuse.ts';
import { alive, utilityProcess } from './utility-process.ts';

interface MenuItem {
  readonly id?: string;
  readonly label?: string;
  readonly role?: string;
  readonly type?: string;
  readonly accelerator?: string;
  readonly click?: () => void;
  readonly submenu?: readonly MenuItem[];
}

const ROLES = [
  ...['appMenu', 'editMenu', 'windowMenu', 'close', 'quit', 'reload', 'toggleDevTools'],
  ...['resetZoom', 'zoomIn', 'zoomOut', 'togglefullscreen'],
];

class StandInApp extends EventEmitter {
  sandboxed = false;
  locked = true;
  quits = 0;
  private folder: string | null = null;

  /** Made when it is asked for first, gone with the app. */
  get userData(): string {
    return (this.folder ??= mkdtempSync(join(tmpdir(), 'qda-lab-electron-')));
  }
  forgetUserData(): void {
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  requestSingleInstanceLock(): boolean {
    return this.locked;
  }
  enableSandbox(): void {
    this.sandboxed = true;
  }
  async whenReady(): Promise<void> {
    await Promise.resolve();
  }
  getPath(name: string): string {
    if (name !== 'userData') throw new Error(`the stand-in for Electron has no path '${name}'`);
    return this.userData;
  }
  quit(): void {
    let prevented = false;
    this.emit('will-quit', {
      preventDefault: () => {
        prevented = true;
      },
    });
    if (!prevented) {
      this.quits += 1;
      this.emit('stand-in-quit');
    }
  }
}

type Answer = (options: Record<string, unknown>) => unknown;

/** What a test says and sees. */
export const control = {
  app: new StandInApp(),
  menu: [] as readonly MenuItem[],
  /** Answers to dialogs, in the order they are asked. */
  dialogs: [] as Answer[],
  errors: [] as string[],
  shown: [] as string[],
  permissions: null as null | ((permission: string) => boolean),
  sessionEvents: new EventEmitter(),
  page(at = 0) {
    const window = [...BrowserWindow.all].filter((one) => one.options['show'] !== false || one.visible)[at];
    if (!window?.webContents.page) throw new Error('there is no such window');
    return window.webContents.page;
  },
  windows: () => [...BrowserWindow.all],
  contents: (at = 0): StandInContents | undefined => [...BrowserWindow.all][at]?.webContents,
  hosts: () => [...alive],
  clickMenu(id: string): void {
    const all = (items: readonly MenuItem[]): readonly MenuItem[] =>
      items.flatMap((item) => [item, ...all(item.submenu ?? [])]);
    const item = all(control.menu).find((one) => one.id === id);
    if (!item?.click) throw new Error(`the menu has no item '${id}' that does something`);
    item.click();
  },
  async end(): Promise<void> {
    for (const window of [...BrowserWindow.all]) window.destroy();
    for (const one of alive) one.kill();
    await closeChromium();
    ipcMain.reset();
    electronApp.removeAllListeners();
    electronApp.forgetUserData();
  },
};

const electronApp = control.app;

function checkMenu(items: readonly MenuItem[]): readonly MenuItem[] {
  for (const item of items) {
    knownKeys('a menu item', item, ['id', 'label', 'role', 'type', 'accelerator', 'click', 'submenu']);
    if (item.role !== undefined && !ROLES.includes(item.role)) throw new Error(`no menu role '${item.role}'`);
    checkMenu(item.submenu ?? []);
  }
  return items;
}

const nextAnswer = (what: string, options: Record<string, unknown>): unknown => {
  const answer = control.dialogs.shift();
  if (!answer) throw new Error(`${what} was asked and no test answers`);
  return answer(options);
};

export const app = refusing('app', electronApp);
export const Menu = refusing('Menu', {
  buildFromTemplate: checkMenu,
  setApplicationMenu: (menu: readonly MenuItem[]) => {
    control.menu = menu;
  },
});
export const dialog = refusing('dialog', {
  showSaveDialog: async (_window: unknown, options: Record<string, unknown>) =>
    nextAnswer('showSaveDialog', options),
  showOpenDialog: async (_window: unknown, options: Record<string, unknown>) =>
    nextAnswer('showOpenDialog', options),
  showErrorBox: (_title: string, text: string) => {
    control.errors.push(text);
  },
});
export const shell = refusing('shell', {
  showItemInFolder: (path: string) => {
    control.shown.push(path);
  },
});
export const screen = refusing('screen', {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
});
export const session = refusing('session', {
  defaultSession: refusing('defaultSession', {
    on: (event: string, listener: (...args: unknown[]) => void) => control.sessionEvents.on(event, listener),
    setPermissionRequestHandler: (
      handler: (contents: unknown, permission: string, answer: (ok: boolean) => void) => void,
    ) => {
      control.permissions = (permission) => {
        let given = false;
        handler(null, permission, (ok) => {
          given = ok;
        });
        return given;
      };
    },
    setPermissionCheckHandler: (_handler: unknown) => undefined,
    setDevicePermissionHandler: (_handler: unknown) => undefined,
  }),
});
export { BrowserWindow, ipcMain, MessageChannelMain, utilityProcess };
