import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KeyStore } from '../../electron/link/keys/store.ts';
import { adbFound, startAdbd, type RealAdbd } from './adbd.ts';
import { startFront, type AuthFront, type FrontOptions } from './auth-front.ts';
import { guardRejections } from './guard.ts';
import { Collector, digest, hostKey, loginAt, valueOf } from './hosts.ts';

const openssl = spawnSync('openssl', ['version']).status === 0;
const missing = adbFound.ok ? (openssl ? null : 'there is no openssl') : adbFound.problem.message;

describe.skipIf(missing !== null)(missing === null ? 'authentication' : `skipped: ${missing}`, () => {
  guardRejections();
  let adbd: RealAdbd;
  let front: AuthFront | null = null;
  const known = hostKey();

  beforeAll(async () => {
    adbd = await startAdbd();
  });
  afterEach(async () => {
    await front?.stop();
    front = null;
  });
  afterAll(() => adbd.stop());

  const frontWith = async (options: Partial<FrontOptions>): Promise<AuthFront> => {
    front = await startFront({ daemonPort: adbd.port, known: [], user: 'never', ...options });
    return front;
  };

  test('a key that the board knows: in, and its user is not asked', async () => {
    const { address, asked, signatures } = await frontWith({ known: [known.publicKey] });
    const board = valueOf(await loginAt(address, { keys: known.store }));
    expect(valueOf(await board.run('echo in')).out).toBe('in\n');
    expect({ asked, signatures }).toEqual({ asked: [], signatures: { good: 1, bad: 0 } });
    await board.close();
  });

  test('a key that it does not know: its user is asked by name and allows it; then it is known', async () => {
    const { address, asked, signatures } = await frontWith({ user: 'allows' });
    const host = hostKey('lab user@bench-7');
    const board = valueOf(await loginAt(address, { keys: host.store }));
    expect(valueOf(await board.run('echo in')).out).toBe('in\n');
    expect(asked).toEqual(['lab user@bench-7']);
    const again = valueOf(await loginAt(address, { keys: host.store }));
    expect({ asked: asked.length, signatures }).toEqual({ asked: 1, signatures: { good: 1, bad: 1 } });
    await board.close();
    await again.close();
  });

  test('a host without a key makes one when it is asked', async () => {
    const { address, asked, signatures } = await frontWith({ user: 'allows' });
    const board = valueOf(await loginAt(address, { keys: hostKey('new@host', false).store }));
    expect({ asked, signatures }).toEqual({ asked: ['new@host'], signatures: { good: 0, bad: 0 } });
    await board.close();
  });

  test('a key from the user’s own folder', async () => {
    const home = mkdtempSync(join(tmpdir(), 'qda-lab-home-'));
    const keys = new KeyStore({ platform: 'linux', env: {}, home, name: 'me@here' });
    const { address, asked, signatures } = await frontWith({ user: 'allows' });
    await valueOf(await loginAt(address, { keys })).close();
    await valueOf(await loginAt(address, { keys })).close();
    expect({ asked, signatures }).toEqual({ asked: ['me@here'], signatures: { good: 1, bad: 0 } });
    expect(readFileSync(join(home, '.config/qda-lab/adbkey'), 'utf8')).toContain('BEGIN PRIVATE KEY');
    rmSync(home, { recursive: true });
  });

  test('the user answers late', async () => {
    const { address } = await frontWith({ user: { allowsAfterMs: 700 } });
    let asked = 0;
    const options = { keys: hostKey().store, onAsked: () => (asked += 1) };
    const board = valueOf(await loginAt(address, options));
    expect(valueOf(await board.run('echo late')).out).toBe('late\n');
    expect(asked).toBe(1);
    await board.close();
  });

  test.each([
    ['does not answer', 'never', 'waits for an answer on its screen', 400],
    ['is asked again and again', 'asks again', 'did not accept', 60_000],
    ['refuses', 'hangs up', 'did not accept', 60_000],
  ] as const)('the user %s', async (_, user, words, answerMs) => {
    const { address } = await frontWith({ user });
    const login = await loginAt(address, { keys: hostKey().store, answerMs });
    expect(login).toMatchObject({ ok: false, problem: { code: 'unauthorized' } });
    if (!login.ok) expect(login.problem.message).toContain(words);
    if (!login.ok) expect(login.problem.remedy).toContain('screen of the board');
  });

  test('whoever waits for the answer can leave', async () => {
    const { address } = await frontWith({ user: 'never' });
    const abort = new AbortController();
    const login = await loginAt(address, {
      keys: hostKey().store,
      answerMs: Infinity,
      signal: abort.signal,
      onAsked: () => abort.abort(),
    });
    expect(login).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
  });

  test('a wrong key among several: each is tried before the user is asked', async () => {
    const { address, asked, signatures } = await frontWith({ known: [known.publicKey] });
    const keys = { ...known.store, iterateKeys: () => [hostKey().key, known.key] };
    await valueOf(await loginAt(address, { keys })).close();
    expect({ asked, signatures }).toEqual({ asked: [], signatures: { good: 1, bad: 1 } });
  });

  test('a broken key of ours is the problem, not the board', async () => {
    const home = mkdtempSync(join(tmpdir(), 'qda-lab-home-'));
    const keys = new KeyStore({
      platform: 'linux',
      env: { XDG_CONFIG_HOME: `${home}/x` },
      home,
      name: 'me@here',
    });
    await keys.generateKey();
    writeFileSync(`${home}/x/qda-lab/adbkey`, 'spoilt');
    const { address } = await frontWith({ user: 'allows' });
    const login = await loginAt(address, { keys });
    expect(login).toMatchObject({ ok: false, problem: { code: 'key-broken' } });
    rmSync(home, { recursive: true });
  });

  test('a daemon without shell protocol 2: no exit code, both outputs in one, and an input that ends', async () => {
    const { address } = await frontWith({ known: [known.publicKey], without: 'shell_v2' });
    const board = valueOf(await loginAt(address, { keys: known.store }));
    expect(board.features).not.toContain('shell_v2');
    const run = async (command: string, input?: string) =>
      valueOf(await board.run(command, input === undefined ? {} : { input }));
    expect(await run('echo out; echo err >&2; exit 3')).toEqual({ code: null, out: 'out\nerr\n', err: '' });
    expect((await run('cat; echo over', 'token')).out).toBe('tokenover\n');
    expect((await run('cat; echo over')).out).toBe('over\n');
    expect((await run('wc -c', 'x'.repeat(20_000))).out.trim()).toBe('20000');
    await board.close();
  });

  test('a daemon of the old protocol: checksums, small packets and NUL both ways', async () => {
    const { address, complaints } = await frontWith({ known: [known.publicKey], oldProtocol: true });
    const board = valueOf(await loginAt(address, { keys: known.store }));
    const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(
      `\0qda-lab-test/old/${process.pid}`,
    );
    expect(valueOf(await board.run('cat; exit 4', { input: 'x'.repeat(20_000) }))).toEqual({
      code: 4,
      out: 'x'.repeat(20_000),
      err: '',
    });
    const content = randomBytes(300_000);
    valueOf(await board.push(`${adbd.folder}/old`, content, { mode: 0o600 }));
    expect(digest(readFileSync(`${adbd.folder}/old`))).toBe(digest(content));
    const stream = valueOf(await board.connect(`qda-lab-test/old/${process.pid}`));
    const back = new Collector(stream);
    await stream.send(content);
    await back.until(content.length);
    expect(digest(back.all)).toBe(digest(content));
    expect(complaints).toEqual([]);
    await board.close();
    echo.close();
  });
});
