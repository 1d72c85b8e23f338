import type { BrowserWindow, Session, WebContents, WebFrameMain } from 'electron';

/** The one place that says who may ask: the top frame of a window of ours that shows our page. */
export function isOurs(
  frame: Pick<WebFrameMain, 'url' | 'parent'> | null,
  sender: WebContents,
  windows: readonly BrowserWindow[],
  page: string,
): boolean {
  const known = windows.some((window) => !window.isDestroyed() && window.webContents === sender);
  return known && frame !== null && frame.parent === null && withoutHash(frame.url) === page;
}

const withoutHash = (url: string): string => url.split('#')[0] ?? '';

/** What a page may ask of the system: to put text on the clipboard, and nothing else. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** A page of the app does not leave its place, opens no window and embeds nothing but the text of a report. */
export function harden(contents: WebContents): void {
  contents.on('will-frame-navigate', (event) => {
    if (event.isMainFrame || event.url !== 'about:srcdoc') event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Nothing is downloaded, and no permission is given but the one above. */
export function hardenSession(session: Session): void {
  session.on('will-download', (event) => {
    event.preventDefault();
  });
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(ALLOWED.has(permission));
  });
  session.setPermissionCheckHandler((_contents, permission) => ALLOWED.has(permission));
  session.setDevicePermissionHandler(() => false);
}
