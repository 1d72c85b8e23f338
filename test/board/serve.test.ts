import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { CallArgs, CallName, CallResult } from '../../electron/contract/calls.ts';
import { decode, encode } from '../../electron/contract/codec.ts';
import type { Desk, Reply } from '../../electron/contract/face.ts';
import type { Push, PushName, Pushes } from '../../electron/contract/pushes.ts';
import { compose } from '../../electron/host/compose.ts';
import { createDesk } from '../../electron/host/desk/desk.ts';
import { startServing, type Serving } from '../../electron/serve/server.ts';
import { TestLab, value } from './bench-lab.ts';
import { nothingStays } from './leftovers.ts';

let lab: TestLab;
let desk: Desk;
let serving: Serving;
const said: string[] = [];

beforeAll(async () => {
  lab = await TestLab.start();
  value(await lab.control.startWorkload({ kind: 'producer', size: 65_536, count: 4 }));
  value(await lab.control.startWorkload({ kind: 'consumer', size: 0, count: 0 }));
  const home = join(lab.folder, 'home');
  desk = createDesk({ ...compose(), storePath: join(home, 'runs.sqlite'), home }, { electron: null });
  const page = join(lab.folder, 'page');
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), '<!doctype html>');
  serving = value(await startServing({ desk, page, port: 0, say: (text) => said.push(text) }));
});
afterAll(async () => {
  await serving.close();
  await desk.close();
  await lab.close();
  await nothingStays(() => lab.leftovers());
});

/** A page, as far as the host can see. */
class Page {
  readonly socket: WebSocket;
  readonly pushes: Push[] = [];
  readonly #replies = new Map<number, (reply: Reply) => void>();
  #next = 1;

  constructor() {
    const { host, origin, hash } = new URL(serving.url);
    const token = hash.replace('#token=', '');
    this.socket = new WebSocket(`ws://${host}/face`, ['qda-lab.1', `token.${token}`], {
      headers: { Origin: origin },
    });
    this.socket.on('message', (data: Buffer) => {
      const message = decode(data.toString()) as Reply | Push;
      if ('push' in message) this.pushes.push(message);
      else this.#replies.get(message.id)?.(message);
    });
  }

  static async open(): Promise<Page> {
    const page = new Page();
    await once(page.socket, 'open');
    return page;
  }

  async ask<N extends CallName>(call: N, args: CallArgs<N>): Promise<CallResult<N>> {
    const id = this.#next;
    this.#next += 1;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#replies.set(id, resolve);
    this.socket.send(encode({ id, call, args }));
    const { outcome } = await promise;
    if (!outcome.ok) throw new Error(`${outcome.problem.code}: ${outcome.problem.message}`);
    return outcome.value as CallResult<N>;
  }

  of<N extends PushName>(name: N): Pushes[N][] {
    return this.pushes.flatMap((push) => (push.push === name ? [push.value as Pushes[N]] : []));
  }
}

const soon = { timeout: 60_000 };

test('two pages see the same board; each has its own watch, and one that goes ends only its own', async () => {
  const [one, two] = [await Page.open(), await Page.open()];
  await expect
    .poll(
      () =>
        one
          .of('boards')
          .at(-1)
          ?.boards.some((board) => board.id === lab.name),
      soon,
    )
    .toBe(true);
  await one.ask('memory.watch', { board: lab.name });
  await two.ask('memory.watch', { board: lab.name });
  for (const page of [one, two]) {
    await expect.poll(() => page.of('memory').length, soon).toBeGreaterThan(2);
    expect(page.of('memory')[0]?.delta.reset).toBe(true);
  }
  one.socket.terminate();
  const before = two.of('memory').length;
  await expect.poll(() => two.of('memory').length, soon).toBeGreaterThan(before + 2);
  two.socket.close();
});

test('a page that does not read for a while has no gap in what it reads then', async () => {
  const page = await Page.open();
  await page.ask('memory.watch', { board: lab.name });
  await expect.poll(() => page.of('memory').length, soon).toBeGreaterThan(0);
  page.socket.pause();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  page.socket.resume();
  const before = page.of('memory').length;
  await expect.poll(() => page.of('memory').length, soon).toBeGreaterThan(before);
  const seqs = page.of('memory').map(({ delta }) => delta);
  for (const [at, delta] of seqs.entries())
    if (at > 0 && !delta.reset) expect(delta.seq).toBe((seqs[at - 1]?.seq ?? 0) + 1);
  page.socket.close();
});

test('a run made here is exported, deleted, uploaded again and opened; a recording too', async () => {
  const page = await Page.open();
  // Before the run, which may be over before a second question is answered.
  await page.ask('recordings.start', { board: lab.name });
  const { run } = await page.ask('bench.start', {
    board: lab.name,
    label: '<script>alert(1)</script>',
    picture: false,
    plan: {
      name: 'quick',
      dsp: 'cdsp',
      only: ['mem.alloc'],
      samples: 40,
      budgetS: 0.2,
      sizes: [4096],
      exhaustive: false,
      verify: true,
      shell: '',
      seed: '1',
    },
  });
  await expect
    .poll(() => page.of('bench').some((change) => change.kind === 'phase' && change.phase === 'ended'), soon)
    .toBe(true);
  const { name } = await page.ask('recordings.stop', { board: lab.name });
  const recorded = await page.ask('recordings.open', { name });
  expect(recorded.header.simulated).toBe(true);
  expect(recorded.moments.some(({ event }) => event.kind === 'run')).toBe(true);
  expect(page.of('recording').at(-1)?.saved?.name).toBe(name);

  await expect.poll(() => page.of('runs').length, soon).toBeGreaterThan(0);
  const [row] = await page.ask('runs.list', {});
  expect(row).toMatchObject({
    id: run,
    label: '<script>alert(1)</script>',
    status: 'complete',
    simulated: true,
  });
  const made = await page.ask('runs.export', { run, format: 'json' });
  await page.ask('runs.delete', { runs: [run] });
  expect(await page.ask('runs.list', {})).toEqual([]);
  const { origin, hash } = new URL(serving.url);
  const sent = await fetch(`${origin}/upload`, {
    method: 'POST',
    body: made.text,
    headers: { Origin: origin, Authorization: `Bearer ${hash.replace('#token=', '')}` },
  });
  const { path } = (await sent.json()) as { path: string };
  expect(await page.ask('runs.import', { path })).toEqual({ run });
  const view = await page.ask('runs.open', { run });
  expect(view.groups[0]?.rows.length).toBeGreaterThan(0);
  expect((await page.ask('runs.list', {}))[0]?.imported).toBe(true);
  page.socket.close();
});

test('a wrong token on the real host is refused, and said in its log', async () => {
  const { host, origin } = new URL(serving.url);
  const wrong = new WebSocket(`ws://${host}/face`, ['qda-lab.1', `token.${'0'.repeat(64)}`], {
    headers: { Origin: origin },
  });
  wrong.on('error', () => undefined);
  const [, response] = (await once(wrong, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(401);
  expect(said.join()).toContain('token');
});

const built = existsSync(new URL('../../out/renderer/index.html', import.meta.url));

test('qda-lab serve prints the address, and Ctrl-C ends it with nothing left', async () => {
  const own = join(lab.folder, 'tmp'); // other tests serve at the same time, with their uploads in /tmp
  mkdirSync(own);
  const running = lab.start(['serve', '--port', '0'], { env: { TMPDIR: own } });
  if (!built) {
    expect(await running.ended).toMatchObject({
      code: 2,
      err: expect.stringContaining('npm run build') as string,
    });
    return;
  }
  await expect.poll(() => running.out, soon).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{64}\n/);
  const { origin } = new URL(running.out.trim());
  expect((await fetch(origin)).headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  running.signal('SIGINT');
  expect((await running.ended).code).toBe(0);
  await expect(fetch(origin)).rejects.toThrow();
  expect(readdirSync(own)).toEqual([]);
});

test('qda-lab record writes a file that opens, and Ctrl-C saves it', async () => {
  const out = join(lab.folder, 'x.qdarec');
  const running = lab.start(['record', '--board', lab.name, '--out', out]);
  await expect
    .poll(
      () =>
        existsSync(join(lab.folder, 'home', 'recordings')) &&
        readdirSync(join(lab.folder, 'home', 'recordings')).some((name) => name.endsWith('.part')),
      soon,
    )
    .toBe(true);
  running.signal('SIGINT');
  const ended = await running.ended;
  expect([ended.code, ended.err]).toEqual([0, expect.stringContaining(`Saved the recording: ${out}`)]);
  expect(existsSync(out)).toBe(true);
});
