import { describe, expect, test } from 'vitest';
import { bounded, Fate } from '../../../electron/link/adb/fate.ts';
import { TamedSocket } from '../../../electron/link/adb/socket.ts';
import { AdbStream } from '../../../electron/link/adb/stream.ts';
import { ok, type Outcome, type Problem } from '../../../electron/model/outcome.ts';
import { FakeSocket } from './adb-socket.ts';

const LOST: Problem = { code: 'connection-lost', message: 'cable', remedy: '' };

const opened = () => {
  const fake = new FakeSocket();
  const fate = new Fate();
  const stream = new AdbStream(new TamedSocket(fake.socket), fate);
  const closes: (Problem | null)[] = [];
  stream.onClose((problem) => closes.push(problem));
  return { fake, fate, stream, closes };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a stream through adb', () => {
  test('what is sent while a packet is on its way goes out together', async () => {
    const { fake, stream } = opened();
    let go: () => void = () => undefined;
    fake.hold = new Promise((resolve) => (go = resolve));
    for (const text of ['a', 'b', 'c', 'd']) void stream.send(Buffer.from(text));
    await turn();
    go();
    await expect.poll(() => fake.written.map(String)).toEqual(['a', 'bcd']);
  });

  test('whoever sends much waits until most of it has left', async () => {
    const { fake, stream } = opened();
    let go: () => void = () => undefined;
    fake.hold = new Promise((resolve) => (go = resolve));
    await stream.send(new Uint8Array(10));
    await stream.send(new Uint8Array(10));
    let left = false;
    const much = stream.send(new Uint8Array(2_000_000)).then(() => (left = true));
    await turn();
    expect(left).toBe(false);
    go();
    await much;
  });

  test('nothing comes while it is paused, and everything after', async () => {
    const { fake, stream } = opened();
    const got: string[] = [];
    stream.onData((bytes) => got.push(String(bytes)));
    stream.pause();
    fake.says('one');
    fake.says('two');
    await turn();
    expect(got).toEqual([]);
    stream.resume();
    await expect.poll(() => got).toEqual(['one', 'two']);
  });

  test('the other side ends it: told once, after its last bytes', async () => {
    const { fake, stream, closes } = opened();
    const got: string[] = [];
    stream.onData((bytes) => got.push(String(bytes)));
    fake.says('last');
    fake.ends();
    await expect.poll(() => closes).toMatchObject([{ code: 'connection-lost' }]);
    expect(got).toEqual(['last']);
    await stream.send(new Uint8Array(9));
    stream.close();
    await turn();
    expect(closes).toHaveLength(1);
    const late: unknown[] = [];
    stream.onClose((problem) => late.push(problem));
    await turn();
    expect(late).toMatchObject([{ code: 'connection-lost' }]);
  });

  test('a socket that closes without its readable ending is noticed', async () => {
    const { fake, stream, closes } = opened();
    stream.onData(() => undefined);
    fake.onlyCloses();
    await expect.poll(() => closes).toMatchObject([{ code: 'connection-lost' }]);
  });

  test('the transport goes: told once, with its problem', async () => {
    const { fate, stream, closes, fake } = opened();
    stream.onData(() => undefined);
    fake.hold = new Promise(() => undefined);
    const waits = stream.send(new Uint8Array(2_000_000));
    fate.end(LOST);
    await waits;
    expect(closes).toEqual([LOST]);
    expect(fake.closes).toBe(1);
  });

  test('on a transport that is gone already', async () => {
    const fate = new Fate();
    fate.end(LOST);
    const stream = new AdbStream(new TamedSocket(new FakeSocket().socket), fate);
    const closes: unknown[] = [];
    stream.onClose((problem) => closes.push(problem));
    await turn();
    expect(closes).toEqual([LOST]);
  });

  test('a write that fails ends it', async () => {
    const { fake, stream, closes } = opened();
    fake.broken = true;
    await stream.send(Buffer.from('x'));
    await expect.poll(() => closes).toMatchObject([{ code: 'connection-lost' }]);
  });

  test('closed by us: what was sent before still leaves, and no problem is told', async () => {
    const { fake, stream, closes } = opened();
    let go: () => void = () => undefined;
    fake.hold = new Promise((resolve) => (go = resolve));
    void stream.send(Buffer.from('a'));
    void stream.send(Buffer.from('b'));
    stream.close();
    expect(closes).toEqual([]);
    go();
    await expect.poll(() => closes).toEqual([null]);
    expect(fake.written.map(String)).toEqual(['a', 'b']);
    expect(fake.closes).toBe(1);
  });
});

describe('work within bounds', () => {
  const never = new Promise<Outcome<number>>(() => undefined);
  const bounds = (fate = new Fate()) => ({ what: 'It', fate });

  test('its own result wins, and leaves nothing behind', async () => {
    const fate = new Fate();
    let stops = 0;
    const done = await bounded(
      Promise.resolve(ok(7)),
      { ...bounds(fate), timeoutMs: 50 },
      () => (stops += 1),
    );
    fate.end(LOST);
    expect(done).toEqual(ok(7));
    expect(stops).toBe(0);
  });

  test.each([
    ['the clock', (fate: Fate) => ({ fate, timeoutMs: 5 }), 'timed-out'],
    ['the caller', (fate: Fate) => ({ fate, signal: AbortSignal.timeout(5) }), 'cancelled'],
    ['a caller who had left before', (fate: Fate) => ({ fate, signal: AbortSignal.abort() }), 'cancelled'],
    ['the transport', (fate: Fate) => (setTimeout(() => fate.end(LOST), 5), { fate }), 'connection-lost'],
    ['a transport that was gone before', (fate: Fate) => (fate.end(LOST), { fate }), 'connection-lost'],
  ])('%s ends it', async (_, more, code) => {
    let stops = 0;
    const done = await bounded(never, { what: 'It', ...more(new Fate()) }, () => (stops += 1));
    expect(done).toMatchObject({ ok: false, problem: { code } });
    expect(stops).toBe(1);
  });

  test('what it throws is a problem', async () => {
    const thrown = Promise.reject<Outcome<number>>(new Error('odd'));
    expect(await bounded(thrown, bounds(), () => undefined)).toMatchObject({
      problem: { code: 'adb-protocol', message: 'It failed: odd' },
    });
  });
});
