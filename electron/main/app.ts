import { app, BrowserWindow, dialog, ipcMain, Menu, session, type IpcMainInvokeEvent } from 'electron';
import { join } from 'node:path';
import { fail } from '../model/outcome.ts';
import { filesIn } from './files.ts';
import { HostLink } from './host-link.ts';
import { menuTemplate } from './menu.ts';
import { pageUrl, type AppPaths } from './paths.ts';
import { callShell, shellHandlers } from './shell-calls.ts';
import { hardenSession, isOurs } from './trust.ts';
import { lookForUpdates } from './updates.ts';
import { Windows } from './windows.ts';

/** Starts the app: one instance, its host, its first window. Returns when the window shows its page, or at once in a second instance. */
export async function startApp(paths: AppPaths, argv: readonly string[]): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.enableSandbox();
  await app.whenReady();
  hardenSession(session.defaultSession);
  const windows = new Windows(paths, join(app.getPath('userData'), 'window.json'), (reason) => {
    dialog.showErrorBox(
      'QDA Lab',
      `The page ended again and again (${reason}). What runs on boards goes on; restart the app.`,
    );
  });
  const host = new HostLink(
    paths.host,
    (there) => {
      windows.send('host', there);
    },
    (reason) => {
      dialog.showErrorBox(
        'QDA Lab',
        `The part of the app that talks to boards does not run: ${reason}. Start the app again.`,
      );
    },
  );
  host.start();
  answer(windows, host, paths);
  follow(windows, host);
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate(
        process.platform,
        (command) => {
          windows.send('command', command);
        },
        () => void windows.open(),
      ),
    ),
  );
  await windows.open();
  for (const file of filesIn(argv)) windows.send('open', file);
  await lookForUpdates(app.getPath('userData'), process.resourcesPath, (version) => {
    windows.send('command', `app.update:${version}`);
  }).catch((error: unknown) => {
    console.warn(`Updates could not be looked for: ${String(error)}`);
  });
}

/** The two doors of the main process; who asks is checked here, once. */
function answer(windows: Windows, host: HostLink, paths: AppPaths): void {
  const page = pageUrl(paths);
  const known = ({ senderFrame, sender }: Pick<IpcMainInvokeEvent, 'senderFrame' | 'sender'>): boolean =>
    isOurs(senderFrame, sender, windows.all, page);
  ipcMain.on('face', (event) => {
    if (!known(event)) return;
    const port = host.face();
    if (port) event.senderFrame?.postMessage('face', null, [port]);
    else event.sender.send('host', false); // it is gone for good: the page says so
  });
  ipcMain.handle('shell', (event, call: unknown, args: unknown) => {
    const window = BrowserWindow.fromWebContents(event.sender);
    if (!known(event) || !window) return fail('not-ours', 'This page may not ask the shell of the app.');
    return callShell(shellHandlers(host, window), call, args);
  });
}

/** In the window in front, or in a new one on macOS, where the app goes on without any; elsewhere it is about to end then. */
async function showFiles(windows: Windows, files: readonly string[]): Promise<void> {
  if (windows.front() === null && process.platform !== 'darwin') return;
  if (windows.front() === null) await windows.open();
  for (const file of files) windows.send('open', file);
}

function follow(windows: Windows, host: HostLink): void {
  app.on('second-instance', (_event, argv, folder) => {
    const window = windows.front();
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
    void showFiles(windows, filesIn(argv, folder));
  });
  app.on('activate', () => {
    if (windows.all.length === 0) void windows.open();
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    void showFiles(windows, [path]);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let ended = false;
  app.on('will-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    void host.stop().then(() => {
      ended = true;
      app.quit();
    });
  });
}
