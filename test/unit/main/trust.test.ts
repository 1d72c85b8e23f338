import type { BrowserWindow, WebContents, WebFrameMain } from 'electron';
import { describe, expect, it } from 'vitest';
import { filesIn } from '../../../electron/main/files.ts';
import { isOurs } from '../../../electron/main/trust.ts';

const PAGE = 'file:///app/out/renderer/index.html';
const contents = {} as WebContents;
const window = (of: WebContents, destroyed = false): BrowserWindow =>
  ({ webContents: of, isDestroyed: () => destroyed }) as BrowserWindow;
const frame = (url: string, parent: WebFrameMain | null = null): WebFrameMain =>
  ({ url, parent }) as WebFrameMain;

describe('who may ask the main process', () => {
  it('is the top frame of a window of ours that shows our page', () => {
    expect(isOurs(frame(PAGE), contents, [window(contents)], PAGE)).toBe(true);
    expect(isOurs(frame(`${PAGE}#/runs`), contents, [window(contents)], PAGE)).toBe(true);
  });

  it.each([
    ['another page', frame('https://example.org/'), [window(contents)]],
    ['a page whose name begins like ours', frame(`${PAGE}.evil`), [window(contents)]],
    ['our page with a query of its own', frame(`${PAGE}?x`), [window(contents)]],
    ['a frame within our page', frame(PAGE, frame(PAGE)), [window(contents)]],
    ['a window that is not ours', frame(PAGE), [window({} as WebContents)]],
    ['a window that was destroyed', frame(PAGE), [window(contents, true)]],
    ['a frame that is gone', null, [window(contents)]],
  ])('is not %s', (_who, asker, windows) => {
    expect(isOurs(asker, contents, windows, PAGE)).toBe(false);
  });
});

describe('files of a command line', () => {
  it('are run files and recordings, by their full paths', () => {
    expect(filesIn(['--flag', '/a/run.json', '/b/x.qdarec', '/c/other.txt', '--x=/d.json'])).toEqual([
      '/a/run.json',
      '/b/x.qdarec',
    ]);
    expect(filesIn(['run.JSON'])[0]).toMatch(/^\/.*run\.JSON$/);
    expect(filesIn(['run.json', '/a/b.json'], '/where/it/was/given')).toEqual([
      '/where/it/was/given/run.json',
      '/a/b.json',
    ]);
  });
});
