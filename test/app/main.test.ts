import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ipcMain } from './electron/ipc-main.ts';
import { openFace, type Face } from './faces.ts';

vi.mock('electron', () => import('./electron/index.ts'));
const { control } = await import('./electron/index.ts');

/** The app's shell over the stand-in for Electron: the real main program, preload, page and host process. */
describe('the app', () => {
  let face: Face;
  beforeAll(async () => {
    face = await openFace('main');
  });
  afterAll(() => face.close());

  it('shows its page, connected to its host', async () => {
    await face.page.getByRole('navigation').first().waitFor();
    await expect.poll(() => face.page.evaluate('typeof window.qdaLab')).toBe('object');
    expect(face.errors).toEqual([]);
  });

  it('runs its pages in the sandbox', () => {
    expect(control.app.sandboxed).toBe(true);
  });

  it('gives no permission but the clipboard', () => {
    expect(control.permissions?.('clipboard-sanitized-write')).toBe(true);
    for (const one of ['media', 'geolocation', 'usb', 'notifications', 'openExternal', 'clipboard-read'])
      expect(control.permissions?.(one)).toBe(false);
  });

  it('stays where it is, whatever the page asks', async () => {
    const before = face.page.url();
    await face.page.evaluate("location.href = 'http://127.0.0.1:9/'");
    await face.page.evaluate("window.open('http://127.0.0.1:9/')");
    await face.page.waitForTimeout(200);
    expect(face.page.url()).toBe(before);
    expect(
      face.page
        .context()
        .pages()
        .filter((page) => page.url().startsWith('http')),
    ).toEqual([]);
  });

  it('asks dialogs and writes where the user said', async () => {
    const path = join(face.home, 'out.txt');
    control.dialogs.push((options) => {
      expect(options['defaultPath']).toBe('name.txt');
      return { canceled: false, filePath: path };
    });
    const saved = await shellCall('shell.save', {
      name: '../../name.txt',
      mime: 'text/plain',
      text: 'grüße',
    });
    expect(saved).toEqual({ ok: true, value: { path } });
    expect(readFileSync(path, 'utf8')).toBe('grüße');
    control.dialogs.push(() => ({ canceled: true, filePath: '' }));
    expect(await shellCall('shell.save', { name: 'x', mime: 'text/plain', text: '' })).toEqual({
      ok: true,
      value: null,
    });
  });

  it.each([
    ['another name', 'shell.exec', {}, 'unknown-call'],
    ['a name of every object', 'constructor', {}, 'unknown-call'],
    ['a wrong shape', 'shell.save', { name: 1 }, 'bad-arguments'],
    ['one key too many', 'shell.open', { what: 'run', more: 1 }, 'bad-arguments'],
    ['no argument', 'shell.pdf', null, 'bad-arguments'],
  ])('refuses a call of %s', async (_what, call, args, code) => {
    expect(await shellCall(call, args)).toMatchObject({ ok: false, problem: { code } });
  });

  it.each([
    ['a page of another place', 'https://example.org/', null, true],
    ['a frame within our page', null, {}, true],
    ['contents that no window of ours shows', null, null, false],
  ])('answers nothing to %s, and gives it no way to the host', async (_who, url, parent, known) => {
    const ports: unknown[] = [];
    const sender = known ? control.contents() : { send: () => ports.push('told') };
    const senderFrame = {
      url: url ?? face.page.url(),
      parent,
      postMessage: (...given: unknown[]) => ports.push(given),
    };
    const asker = { sender, senderFrame };
    const asked = ipcMain.took('invoke', 'shell', ['shell.show', { path: '/tmp' }], asker);
    expect(await asked).toMatchObject({ ok: false, problem: { code: 'not-ours' } });
    ipcMain.took('send', 'face', [], asker);
    expect([ports, control.shown]).toEqual([[], []]);
  });

  it('says what could not be written', async () => {
    control.dialogs.push(() => ({ canceled: false, filePath: '/proc/nowhere/x' }));
    expect(await shellCall('shell.save', { name: 'x', mime: 'text/plain', text: '' })).toMatchObject({
      ok: false,
      problem: { code: 'not-written' },
    });
  });

  it('has a second window over the same host', async () => {
    control.clickMenu('file.newWindow');
    await vi.waitUntil(() => control.windows().length === 2, { timeout: 90_000 });
    await vi.waitUntil(() => control.windows()[1]?.visible === true, { timeout: 90_000 });
    expect(control.hosts()).toHaveLength(1);
    control.windows()[1]?.close();
    expect(control.windows()).toHaveLength(1);
  });

  it('loads the page again when it crashes, and the host goes on', async () => {
    const pid = control.hosts()[0]?.pid;
    const before = face.page;
    void before.goto('chrome://crash').catch(() => undefined);
    await vi.waitUntil(() => control.page() !== before, { timeout: 90_000 });
    await control.page().getByRole('navigation').first().waitFor();
    expect(control.hosts()[0]?.pid).toBe(pid);
  });

  it('starts its host again when that ends', async () => {
    const first = control.hosts()[0];
    first?.kill();
    await vi.waitUntil(() => control.hosts()[0] !== undefined && control.hosts()[0] !== first, {
      timeout: 90_000,
    });
    await control.page().getByRole('navigation').first().waitFor();
    const info = await control.page().evaluate("window.qdaLab.shell('shell.show', { path: '/tmp' })");
    expect(info).toEqual({ ok: true });
    expect(control.errors).toEqual([]);
  });

  it('remembers its place', async () => {
    control.windows()[0]?.close();
    const file = join(control.app.userData, 'window.json');
    expect(existsSync(file)).toBe(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ maximized: false });
    const bounds = { x: 40, y: 50, width: 1100, height: 700 };
    writeFileSync(file, JSON.stringify({ bounds, maximized: true }));
    control.app.emit('activate');
    await vi.waitUntil(() => control.windows()[0]?.visible === true, { timeout: 20_000 });
    expect(control.windows()[0]?.options).toMatchObject(bounds);
    expect(control.windows()[0]?.isMaximized()).toBe(true);
    await control.page().getByRole('navigation').first().waitFor();
  });

  /** The page asks the shell, as its own code does. */
  const shellCall = (call: string, args: unknown): Promise<unknown> =>
    control.page().evaluate(`window.qdaLab.shell(${JSON.stringify(call)}, ${JSON.stringify(args)})`);
});
