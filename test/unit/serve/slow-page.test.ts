import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Push } from '../../../electron/contract/pushes.ts';
import { ServeLab } from './serve-lab.ts';

const LIMITS = { congestedAt: 64 * 1024, closeAt: 1024 * 1024, heartbeatMs: 3_600_000 };

let lab: ServeLab;
beforeEach(async () => {
  lab = await ServeLab.start({ limits: LIMITS });
});
afterEach(async () => {
  await lab.close();
});

/** A push of about so many bytes. */
const large = (bytes: number): Push => ({
  push: 'log',
  value: {
    lost: 0,
    entries: [
      { seq: 1, atMs: 0, level: 'info', source: 'app', board: null, text: 'x'.repeat(bytes), remedy: '' },
    ],
  },
});

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('a page that stops reading is congested, then closed with a reason; no more waits for it than the bound', async () => {
  const socket = await lab.silent();
  const sink = lab.desk.sinks[0];
  if (!sink) throw new Error('the page is connected');
  let pushed = 0;
  let congestedAfter = 0;
  // What the kernel takes before the program has to keep it is a few MiB on loopback.
  while (lab.desk.closed === 0 && pushed < 64 * 2 ** 20) {
    sink.push(large(100_000));
    pushed += 100_000;
    if (sink.congested && congestedAfter === 0) congestedAfter = pushed;
    await turn();
  }
  expect(lab.desk.closed).toBe(1);
  expect(congestedAfter).toBeGreaterThan(0);
  expect(congestedAfter).toBeLessThan(pushed);
  expect(lab.said.join()).toContain('unread');
  sink.push(large(100)); // dropped: the page is gone
  socket.destroy();
});

test('a page that reads again is told to the host, and goes on', async () => {
  const socket = await lab.open();
  const sink = lab.desk.sinks[0];
  if (!sink) throw new Error('the page is connected');
  socket.pause();
  while (!sink.congested) sink.push(large(100_000));
  expect(lab.desk.drained).toBe(0);
  socket.resume();
  await expect.poll(() => lab.desk.drained).toBe(1);
  expect(sink.congested).toBe(false);
  expect(lab.desk.closed).toBe(0);
});

test('requests of a page that takes no answers are left in its socket', async () => {
  const socket = await lab.silent();
  const text = JSON.stringify({ id: 1, call: 'x', args: 'y'.repeat(100_000) });
  const frame = clientFrame(text);
  let sent = 0;
  while (sent < 640 && socket.write(frame)) sent += 1;
  for (; sent < 640; sent += 1) socket.write(frame);
  for (let at = 0; at < 100; at += 1) await turn();
  expect(lab.desk.seen.length).toBeGreaterThan(0);
  expect(lab.desk.seen.length).toBeLessThan(640);
  expect(lab.desk.closed).toBe(0);
  socket.destroy();
  await expect.poll(() => lab.desk.closed).toBe(1);
});

test('an answer larger than the bound reaches the page, and pushes beside it do not close it', async () => {
  const socket = await lab.open();
  const got: number[] = [];
  socket.on('message', (data: Buffer) => got.push(data.length));
  socket.send(JSON.stringify({ id: 1, call: 'x', args: 'y'.repeat(1_900_000) }));
  await expect.poll(() => lab.desk.seen.length).toBe(1);
  lab.desk.sinks[0]?.push(large(1000));
  await expect.poll(() => got.length).toBe(2);
  expect(got[0]).toBeGreaterThan(1_900_000);
});

test('a page that answers no ping, or takes nothing between two, is let go', async () => {
  // A page answers within a beat also where the machine has much else to do.
  const quick = await ServeLab.start({ limits: { ...LIMITS, heartbeatMs: 1_000 } });
  const silent = await quick.silent();
  const ended = once(silent, 'close');
  silent.resume(); // it reads, but never answers
  await ended;
  expect(quick.said.join()).toContain('did not answer');
  const alive = await quick.open();
  let pings = 0;
  alive.on('ping', () => (pings += 1));
  await expect.poll(() => pings).toBe(3);
  expect(alive.readyState).toBe(alive.OPEN);
  await quick.close();
});

/** A masked text frame (RFC 6455, 5.2) with a zero mask. */
function clientFrame(text: string): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x81;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(Buffer.byteLength(text)), 2);
  return Buffer.concat([head, Buffer.from(text)]);
}
