import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdbDevice } from '../../electron/link/adb/device.ts';
import { freePort } from '../ports.ts';
import { adbFound, startAdbd, type RealAdbd } from './adbd.ts';
import { guardRejections } from './guard.ts';
import { Collector, digest, loginAt, valueOf } from './hosts.ts';

const MIB = 1024 * 1024;
const title = adbFound.ok ? "against Debian's adbd over TCP" : `skipped: ${adbFound.problem.message}`;

describe.skipIf(!adbFound.ok)(title, () => {
  guardRejections();
  let adbd: RealAdbd;
  let board: AdbDevice;
  let echo: Server;
  const name = `qda-lab-test/${process.pid}/echo`;

  beforeAll(async () => {
    adbd = await startAdbd();
    board = valueOf(await loginAt(adbd.address));
    echo = createServer((socket: Socket) => socket.on('error', () => undefined).pipe(socket)).listen(
      `\0${name}`,
    );
  });
  afterAll(async () => {
    echo.close();
    await board.close();
    await adbd.stop();
  });

  test('commands: both outputs, exit codes, input, what is no command', async () => {
    expect(board.features).toContain('shell_v2');
    expect(await board.run('echo out; echo err >&2; exit 3')).toEqual({
      ok: true,
      value: { code: 3, out: 'out\n', err: 'err\n' },
    });
    const input = randomBytes(300_000).toString('hex');
    expect(valueOf(await board.run('cat', { input })).out).toBe(input);
    expect(valueOf(await board.run('cat')).out).toBe('');
    expect(valueOf(await board.run('no-such-program-here')).code).toBe(127);
    expect(valueOf(await board.run("printf 'ä %s' \"it's\"")).out).toBe("ä it's");
  });

  test('a command that hangs, and one that is cancelled, leave the connection as it is', async () => {
    const signal = AbortSignal.timeout(100);
    const [hangs, cancelled] = await Promise.all([
      board.run('sleep 20', { timeoutMs: 200 }),
      board.run('sleep 20', { signal }),
    ]);
    expect(hangs).toMatchObject({ ok: false, problem: { code: 'timed-out' } });
    expect(cancelled).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    expect(await board.run('echo on', { signal: AbortSignal.abort() })).toMatchObject({
      problem: { code: 'cancelled' },
    });
    expect(valueOf(await board.run('echo on')).out).toBe('on\n');
  });

  test('32 MiB go there and back unchanged, with progress and permissions', async () => {
    const [path, content] = [`${adbd.folder}/sub folder/big`, randomBytes(32 * MIB)];
    const progress: number[] = [];
    valueOf(await board.push(path, content, { mode: 0o751, onProgress: (bytes) => progress.push(bytes) }));
    expect(digest(readFileSync(path))).toBe(digest(content));
    // adbd gives group and others what the owner may (do_send of daemon/file_sync_service.cpp); whoever minds changes it on the board.
    expect(statSync(path).mode & 0o700).toBe(0o700);
    expect(progress.at(-1)).toBe(content.length);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    const stream = valueOf(await board.connect(name));
    const back = new Collector(stream);
    for (let at = 0; at < content.length; at += MIB) await stream.send(content.subarray(at, at + MIB));
    await back.until(content.length);
    expect(digest(back.all)).toBe(digest(content));
    stream.close();
  });

  test('an empty file, and one over another', async () => {
    const path = `${adbd.folder}/twice`;
    valueOf(await board.push(path, randomBytes(70_000), { mode: 0o600 }));
    valueOf(await board.push(path, new Uint8Array(), { mode: 0o600 }));
    expect(statSync(path).size).toBe(0);
  });

  test.each([
    ['/proc/no-such-file', 'there is no such folder'],
    ['/dev/full', 'is full'],
    ['', 'folder has that name'],
  ])('a push to %s is refused in words', async (path, words) => {
    const target = path === '' ? adbd.folder : path;
    const pushed = await board.push(target, randomBytes(3 * MIB), { mode: 0o600 });
    expect(pushed).toMatchObject({ ok: false, problem: { code: 'push-failed' } });
    if (!pushed.ok) expect(pushed.problem.message).toContain(words);
  });

  test('a push is cancelled in the middle', async () => {
    const abort = new AbortController();
    const options = { mode: 0o600, signal: abort.signal, onProgress: () => abort.abort() };
    const pushed = await board.push(`${adbd.folder}/cut`, randomBytes(8 * MIB), options);
    expect(pushed).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    expect(valueOf(await board.run('echo on')).out).toBe('on\n');
  });

  test('nobody at an abstract socket', async () => {
    expect(await board.connect('qda-lab-test/nobody')).toMatchObject({
      problem: { code: 'connection-refused' },
    });
  });

  test('a stream that is paused holds the sender, and gives everything later', async () => {
    const stream = valueOf(await board.connect(name));
    const got = new Collector(stream);
    stream.pause();
    let sent = 0;
    const content = randomBytes(MIB);
    const sending = (async () => {
      for (; sent < 32; sent++) await stream.send(content);
    })();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(got.bytes).toBe(0);
    expect(sent).toBeLessThan(32);
    stream.resume();
    await sending;
    await got.until(32 * MIB);
    expect(digest(got.all)).toBe(digest(Buffer.concat(Array.from({ length: 32 }, () => content))));
    stream.close();
  });

  test('the last bytes before the other side closes are there, also for a slow reader', async () => {
    const content = randomBytes(3 * MIB);
    const giver = createServer((socket) => socket.on('error', () => undefined).end(content)).listen(
      `\0${name}/give`,
    );
    const stream = valueOf(await board.connect(`${name}/give`));
    const got = new Collector(stream);
    const closed = new Promise((resolve) => {
      stream.onClose(resolve);
    });
    for (let turn = 0; turn < 200 && got.bytes < content.length; turn++) {
      stream.pause();
      await new Promise((resolve) => setTimeout(resolve, 5));
      stream.resume();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await closed).toMatchObject({ code: 'connection-lost' });
    expect(digest(got.all)).toBe(digest(content));
    giver.close();
  });

  test('twenty streams and twenty commands at the same time', async () => {
    const one = async (index: number): Promise<void> => {
      const stream = valueOf(await board.connect(name));
      const got = new Collector(stream);
      const content = randomBytes(200_000 + index);
      await stream.send(content);
      await got.until(content.length);
      expect(digest(got.all)).toBe(digest(content));
      stream.close();
    };
    const command = async (index: number): Promise<void> => {
      expect(valueOf(await board.run(`head -c ${100_000 + index} /dev/zero | wc -c`)).out.trim()).toBe(
        String(100_000 + index),
      );
    };
    const all = Array.from({ length: 20 }, (_, index) => [one(index), command(index)]);
    await Promise.all(all.flat());
  });

  test('the daemon dies in the middle of everything: each piece of work ends with a problem, and a new connection works', async () => {
    const other = valueOf(await loginAt(adbd.address));
    const stream = valueOf(await other.connect(name));
    const closed = new Promise((resolve) => {
      stream.onClose(resolve);
    });
    const work = [
      other.push(`${adbd.folder}/never`, randomBytes(32 * MIB), { mode: 0o600 }),
      other.run('sleep 20'),
      other.run('cat', { input: 'x'.repeat(MIB) }).then(() => other.connect(name)),
      stream.send(new Uint8Array(MIB)).then(() => other.push('/tmp/x', new Uint8Array(), { mode: 0o600 })),
    ];
    setTimeout(() => void adbd.kill(), 20);
    const outcomes = await Promise.all(work);
    expect(await other.gone).toMatchObject({ code: 'connection-lost' });
    expect(await closed).toMatchObject({ code: 'connection-lost' });
    expect(outcomes[0]).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    expect(outcomes[1]).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    expect(await other.run('echo')).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    expect(await other.connect(name)).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    await other.close();
    expect(await loginAt(adbd.address)).toMatchObject({ ok: false, problem: { code: 'offline' } });
    await adbd.restart();
    board = valueOf(await loginAt(adbd.address));
    expect(valueOf(await board.run('echo again')).out).toBe('again\n');
  });

  test('closing ends what is under way, once', async () => {
    const other = valueOf(await loginAt(adbd.address));
    const stream = valueOf(await other.connect(name));
    const closes: unknown[] = [];
    stream.onClose((problem) => closes.push(problem));
    const hanging = other.run('sleep 20');
    await other.close();
    await other.close();
    expect(await other.gone).toMatchObject({ code: 'closed' });
    expect(await hanging).toMatchObject({ ok: false, problem: { code: 'closed' } });
    await expect.poll(() => closes.length).toBe(1);
  });

  test("Debian's adb client on the same daemon, at the same time", async () => {
    const home = `${adbd.folder}/home`;
    mkdirSync(home);
    const port = String(await freePort());
    const env = { ...process.env, ...adbd.tools.env, HOME: home, TMPDIR: home, ADB_MDNS: '0' };
    const adb = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)(adbd.tools.adb, ['-P', port, ...args], { env, timeout: 120_000 })).stdout;
    const content = randomBytes(4 * MIB);
    writeFileSync(`${adbd.folder}/local`, content);
    try {
      expect(await adb('connect', adbd.address)).toContain('connected to');
      const ours = board.push(`${adbd.folder}/ours`, content, { mode: 0o600 });
      const theirs = adb('-s', adbd.address, 'push', `${adbd.folder}/local`, `${adbd.folder}/theirs`);
      valueOf(await ours);
      await theirs;
      for (const who of ['ours', 'theirs'])
        expect(digest(readFileSync(`${adbd.folder}/${who}`))).toBe(digest(content));
      expect(await adb('-s', adbd.address, 'shell', 'echo hello')).toBe('hello\n');
      expect(valueOf(await board.run('echo hello')).out).toBe('hello\n');
    } finally {
      await adb('kill-server');
    }
  });
});
