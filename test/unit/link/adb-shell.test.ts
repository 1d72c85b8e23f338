import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { pushFailed } from '../../../electron/link/adb/problems.ts';
import {
  execService,
  MAX_OUTPUT,
  runExec,
  shellPacket,
  ShellReader,
} from '../../../electron/link/adb/shell.ts';
import { TamedSocket } from '../../../electron/link/adb/socket.ts';
import { pushFile } from '../../../electron/link/adb/sync.ts';
import { FakeSocket } from './adb-socket.ts';

const said = Buffer.concat([
  shellPacket(1, Buffer.from('out ')),
  shellPacket(2, Buffer.from('err')),
  shellPacket(9, Buffer.from('of a later version')),
  shellPacket(1, Buffer.from('puts\n')),
  shellPacket(3, Buffer.of(7)),
]);

describe('shell protocol 2', () => {
  test.each([1, 3, 5, 7, 1000])('%i bytes at a time', (size) => {
    const reader = new ShellReader();
    let result = null;
    for (let at = 0; at < said.length; at += size) {
      expect(result).toBeNull();
      result = reader.take(said.subarray(at, at + size));
    }
    expect(result).toEqual({ ok: true, value: { code: 7, out: 'out puts\n', err: 'err' } });
  });

  // Whoever copies what waits for its rest with every piece is not done with this within the test's time.
  test('one large piece that comes in small ones', () => {
    const large = Buffer.alloc(MAX_OUTPUT - 100, 'qda ');
    const sent = Buffer.concat([shellPacket(1, large), shellPacket(3, Buffer.of(0))]);
    const reader = new ShellReader();
    let result = null;
    for (let at = 0; at < sent.length; at += 1000) result = reader.take(sent.subarray(at, at + 1000));
    expect(result).toEqual({ ok: true, value: { code: 0, out: large.toString(), err: '' } });
  });

  test('a great many packets of one letter', () => {
    const letters = Buffer.concat([shellPacket(1, Buffer.from('o')), shellPacket(2, Buffer.from('é'))]);
    const many = Buffer.alloc(100_000 * letters.length, letters);
    const reader = new ShellReader();
    for (let round = 0; round < 20; round += 1) expect(reader.take(many)).toBeNull();
    const result = reader.take(shellPacket(3, Buffer.of(1)));
    const [out, err] = ['o'.repeat(2_000_000), 'é'.repeat(2_000_000)];
    expect(result).toEqual({ ok: true, value: { code: 1, out, err } });
  });

  test('packets without anything in them', () => {
    const reader = new ShellReader();
    const nothing = Buffer.alloc(0);
    const [empty, end] = [shellPacket(1, nothing), shellPacket(3, nothing)];
    expect(reader.take(Buffer.concat([empty, empty, end]))).toBeNull();
    expect(reader.take(said)).toMatchObject({ ok: true, value: { code: 7, out: 'out puts\n' } });
  });

  test('more than a board has to say is not listened to', () => {
    const reader = new ShellReader();
    const piece = shellPacket(1, Buffer.alloc(1 << 20));
    let result = null;
    for (let sent = 0; sent <= MAX_OUTPUT && result === null; sent += 1 << 20) result = reader.take(piece);
    expect(result).toMatchObject({ ok: false, problem: { code: 'too-much-output' } });
    const lie = Buffer.from([1, 0xff, 0xff, 0xff, 0xff]);
    expect(new ShellReader().take(lie)).toMatchObject({ problem: { code: 'adb-protocol' } });
  });
});

describe('a daemon without shell protocol 2', () => {
  /** What /bin/sh makes of the service's words, with more on its input than belongs to the command. */
  const shell = (service: string, input: string): string =>
    spawnSync('sh', ['-c', service.replace(/^exec:/, '')], { input, encoding: 'utf8' }).stdout;

  test('the input ends where it ends, though the stream goes on', () => {
    expect(shell(execService('cat; echo " and on"', 5), 'token-and-what-follows')).toBe('token and on\n');
    expect(shell(execService('cat; echo nothing # a remark', 0), 'more')).toBe('nothing\n');
  });

  test('output until its end, no exit code', async () => {
    const fake = new FakeSocket();
    const run = runExec(new TamedSocket(fake.socket), Buffer.from('in'));
    fake.says('some ');
    fake.says('words');
    fake.ends();
    expect(await run).toEqual({ ok: true, value: { code: null, out: 'some words', err: '' } });
    expect(fake.written.map(String)).toEqual(['in']);
  });
});

describe('the sync protocol', () => {
  const push = (fake: FakeSocket, content: Uint8Array, maxPayload = 1 << 20) =>
    pushFile(
      new TamedSocket(fake.socket),
      { path: '/p/ä', content, maxPayload, mtime: 1_700_000_000 },
      { mode: 0o755 },
    );

  test('SEND, DATA in pieces of 64 KiB, DONE, QUIT', async () => {
    const fake = new FakeSocket();
    const pushed = push(fake, Buffer.alloc(65_536 + 3, 'x'));
    await expect.poll(() => fake.written.length).toBe(3);
    fake.says('OKAY\0\0\0\0');
    expect(await pushed).toEqual({ ok: true, value: undefined });
    const name = Buffer.from('/p/ä,33261');
    const u32 = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return bytes;
    };
    const wire = [
      'SEND',
      u32(name.length),
      name,
      'DATA',
      u32(65_536),
      'x'.repeat(65_536),
      'DATA',
      u32(3),
      'xxx',
    ];
    const rest = ['DONE', u32(1_700_000_000), 'QUIT', u32(0)];
    expect(Buffer.concat(fake.written)).toEqual(
      Buffer.concat([...wire, ...rest].map((part) => Buffer.from(part))),
    );
  });

  test('a refusal at once stops the rest', async () => {
    const fake = new FakeSocket();
    let go: () => void = () => undefined;
    fake.hold = new Promise((resolve) => (go = resolve));
    const pushed = push(fake, Buffer.alloc(10_000_000));
    fake.says('FAIL\u0015\0\0\0Read-only file sys');
    fake.says('tem');
    expect(await pushed).toMatchObject({ problem: { code: 'push-failed' } });
    go();
    await new Promise((resolve) => setImmediate(resolve));
    expect(Buffer.concat(fake.written).length).toBeLessThan(3_000_000);
  });

  test.each([
    ['couldn’t create file: Read-only file system', 'read-only'],
    ['write failed: No space left on device', 'full'],
    ['secure_mkdirs failed: No such file or directory', 'no such folder'],
    ['couldn’t create file: Not a directory', 'no such folder'],
    ['couldn’t create file: Permission denied', 'may not write there'],
    ['couldn’t create file: Text file busy', 'runs right now'],
    ['couldn’t create file: Is a directory', 'a folder has that name'],
    ['something\u001b[31m quite\nelse', 'the board refused it (the board says: something [31m quite else)'],
  ])('%j in words', (words, reason) => {
    const problem = pushFailed('/p', words);
    expect(problem.message).toContain(reason);
    expect(problem.remedy).not.toBe('');
  });
});
