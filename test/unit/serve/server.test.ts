import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Push } from '../../../electron/contract/pushes.ts';
import { startServing } from '../../../electron/serve/server.ts';
import { ask, ServeLab } from './serve-lab.ts';

// Servers of other tests have their uploads in /tmp at the same time.
const own = mkdtempSync(join(tmpdir(), 'qda-lab-server-'));
vi.stubEnv('TMPDIR', own);
afterAll(() => {
  rmSync(own, { recursive: true });
});

let lab: ServeLab;
beforeEach(async () => {
  lab = await ServeLab.start();
});
afterEach(async () => {
  await lab.close();
});

const runs = (revision: number): Push => ({ push: 'runs', value: { revision } });

test('the page and its files come with the headers that keep everything else out', async () => {
  const page = await lab.http('/');
  expect([page.status, page.text]).toEqual([200, '<!doctype html><title>page</title>']);
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain(`ws://${lab.host}`);
  expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self'");
  expect(page.headers['x-content-type-options']).toBe('nosniff');
  expect(page.headers['referrer-policy']).toBe('no-referrer');
  expect(page.headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(page.headers['cross-origin-resource-policy']).toBe('same-origin');
  const script = await lab.http('/assets/main-1a2b.js?v=1');
  expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
  const head = await lab.http('/', { method: 'HEAD' });
  expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '34']);
});

test('a file that the browser has is not sent again', async () => {
  const { etag } = (await lab.http('/')).headers;
  const again = await lab.http('/', { headers: { 'If-None-Match': String(etag) } });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('nothing outside of the page can be had', async () => {
  for (const path of [
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/assets/../../secret.html',
    '/..\\secret.html',
    '/link.html',
    '/.hidden.html',
    '/assets',
    '/index.html%00.js',
    '/%ff.html',
    '//etc/passwd',
    '/secret.html',
  ]) {
    const answer = await lab.http(path);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.text).not.toContain('secret');
  }
  expect((await lab.http('/', { method: 'DELETE' })).status).toBe(405);
  expect((await lab.http('/', { method: 'POST', body: 'x' })).status).toBe(405);
});

test('a name that was rebound to this machine is refused, counted and said', async () => {
  for (const host of ['evil.example', `evil.example:${lab.serving.port}`, '127.0.0.1', '127.0.0.1:1']) {
    const answer = await lab.http('/', { headers: { Host: host } });
    expect([host, answer.status]).toEqual([host, 403]);
    expect(answer.text).not.toContain('<title>');
  }
  expect((await lab.http('/', { headers: { Host: `localhost:${lab.serving.port}` } })).status).toBe(200);
  expect(await lab.refusal({ host: `evil.example:${lab.serving.port}` })).toBe(403);
  expect(lab.serving.refused()).toBeGreaterThanOrEqual(5);
  expect(lab.said[0]).toContain('evil.example');
});

test('a socket with a wrong token, a wrong origin or at a wrong place is not opened', async () => {
  expect(await lab.refusal({ token: '0'.repeat(64) })).toBe(401);
  expect(await lab.refusal({ token: '' })).toBe(401);
  expect(await lab.refusal({ token: lab.token.slice(0, 63) })).toBe(401);
  expect(await lab.refusal({ origin: 'http://evil.example' })).toBe(403);
  expect(await lab.refusal({ origin: `https://${lab.host}` })).toBe(403);
  expect(await lab.refusal({ origin: 'null' })).toBe(403);
  expect(await lab.refusal({ origin: `http://localhost:${lab.serving.port}` })).toBe(403);
  expect(await lab.refusal({ path: '/other' })).toBe(404);
  expect(lab.desk.sinks).toHaveLength(0);
  expect(lab.serving.refused()).toBe(7);
});

test('a socket that was let in asks, is answered and is pushed to; two at once are two faces', async () => {
  const [one, two] = [await lab.open(), await lab.open()];
  expect(one.protocol).toBe('qda-lab.1');
  expect(
    await ask(one, { id: 7, call: 'app.info', args: { a: 5n, list: new Float64Array([1, 2.5]) } }),
  ).toEqual({ id: 7, outcome: { ok: true, value: { a: 5n, list: new Float64Array([1, 2.5]) } } });
  const told = once(two, 'message') as Promise<[Buffer]>;
  lab.desk.sinks[1]?.push(runs(3));
  expect(JSON.parse((await told)[0].toString())).toEqual(runs(3));
  one.close();
  await once(one, 'close');
  await expect.poll(() => lab.desk.closed).toBe(1);
});

test('what is no message is handed on as none; what is no text, or too long, ends the socket', async () => {
  const socket = await lab.open();
  expect(await ask(socket, 'no { json')).toEqual({ id: 0, outcome: { ok: true, value: 'none' } });
  expect(await ask(socket, '"\\u0001q"')).toEqual({ id: 0, outcome: { ok: true, value: 'none' } });
  expect(lab.desk.seen).toEqual([undefined, undefined]);
  socket.send(Buffer.from([1, 2]), { binary: true });
  expect((await once(socket, 'close'))[0]).toBe(1003);
  const long = await lab.open();
  long.on('error', () => undefined);
  long.send('x'.repeat(2 * 2 ** 20 + 1));
  expect((await once(long, 'close'))[0]).toBe(1009);
  await expect.poll(() => lab.desk.closed).toBe(2);
});

test('the end of the program closes the pages and says why', async () => {
  const socket = await lab.open();
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  await lab.serving.close();
  const [code, reason] = await closed;
  expect([code, reason.toString()]).toEqual([1001, 'QDA Lab ends']);
  lab = await ServeLab.start();
});

test('a port that is taken is said with what to do', async () => {
  const again = await startServing({
    desk: lab.desk,
    page: lab.folder,
    port: lab.serving.port,
    say: () => undefined,
  });
  expect(again).toMatchObject({
    ok: false,
    problem: { code: 'port-in-use', remedy: expect.stringContaining('--port 0') as string },
  });
});

const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('qda-lab-upload-'));

test('a file is sent, imported once and gone; a path of this machine is none', async () => {
  const before = folders();
  const sent = await lab.upload('{"a":1}');
  expect(sent.status).toBe(200);
  const { path } = JSON.parse(sent.text) as { path: string };
  expect(path).toMatch(/^upload:/);
  const [folder] = folders().filter((name) => !before.includes(name));
  expect(statSync(`${tmpdir()}/${folder ?? ''}`).mode & 0o777).toBe(0o700);
  const socket = await lab.open();
  await ask(socket, { id: 1, call: 'runs.import', args: { path } });
  const real = (lab.desk.seen[0] as { args: { path: string } }).args.path;
  expect(real.startsWith(`${tmpdir()}/${folder ?? ''}/`)).toBe(true);
  expect(readdirSync(`${tmpdir()}/${folder ?? ''}`)).toEqual([]);
  for (const other of [path, '/etc/passwd', 'upload:../../etc/passwd'])
    expect(await ask(socket, { id: 2, call: 'runs.import', args: { path: other } })).toMatchObject({
      outcome: { ok: false, problem: { code: 'no-upload' } },
    });
  expect(lab.desk.seen).toHaveLength(1);
  await lab.serving.close();
  expect(folders()).toEqual(before);
  lab = await ServeLab.start();
});

test('an upload without token or from elsewhere is refused before it is read', async () => {
  expect((await lab.upload('x', { Authorization: 'Bearer 0' })).status).toBe(401);
  expect((await lab.upload('x', { Origin: 'http://evil.example' })).status).toBe(403);
  expect((await lab.upload('x', { Host: 'evil.example' })).status).toBe(403);
});

test('a file that is too large is refused, announced or not, and leaves nothing', async () => {
  const small = await ServeLab.start({ maxUpload: 1000 });
  const before = folders();
  const announced = await small.upload(Buffer.alloc(1001));
  expect([announced.status, JSON.parse(announced.text)]).toMatchObject([
    400,
    { ok: false, problem: { code: 'too-large' } },
  ]);
  const chunked = await small.upload(Buffer.alloc(1001), { 'Transfer-Encoding': 'chunked' });
  expect([chunked.status, JSON.parse(chunked.text)]).toMatchObject([
    400,
    { ok: false, problem: { code: 'too-large' } },
  ]);
  const made = folders().filter((name) => !before.includes(name));
  expect(made.flatMap((name) => readdirSync(`${tmpdir()}/${name}`))).toEqual([]);
  await small.close();
});
