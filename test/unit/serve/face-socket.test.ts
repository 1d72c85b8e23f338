import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { encode } from '../../../electron/contract/codec.ts';
import type { Desk, FaceSink } from '../../../electron/contract/face.ts';
import type { Push } from '../../../electron/contract/pushes.ts';
import { ok } from '../../../electron/model/outcome.ts';
import { FaceSocket } from '../../../electron/serve/face-socket.ts';

/** A socket whose page takes messages when the test says so. */
class TestSocket extends EventEmitter {
  bufferedAmount = 0;
  isPaused = false;
  terminated = false;
  readonly #waiting: { readonly bytes: number; readonly sent: () => void }[] = [];

  send(data: Buffer, _options: object, sent: () => void): void {
    this.bufferedAmount += data.length;
    this.#waiting.push({ bytes: data.length, sent });
  }
  takeOne(): void {
    const first = this.#waiting.shift();
    this.bufferedAmount -= first?.bytes ?? 0;
    first?.sent();
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  ping(): void {
    if (!this.isPaused) this.emit('pong');
  }
  close(): void {
    return;
  }
  terminate(): void {
    this.terminated = true;
    this.emit('close');
  }
}

const LIMITS = { congestedAt: 1000, closeAt: 1_000_000, heartbeatMs: 15_000 };
const revision = (value: number): Push => ({ push: 'runs', value: { revision: value } });
const large: Push = {
  push: 'log',
  value: {
    lost: 0,
    entries: [
      { seq: 1, atMs: 0, level: 'info', source: 'app', board: null, text: 'x'.repeat(900), remedy: '' },
    ],
  },
};

function page(): { socket: TestSocket; sink: FaceSink; seen: unknown[]; drained: () => number } {
  const socket = new TestSocket();
  const seen: unknown[] = [];
  let drained = 0;
  const held: FaceSink[] = [];
  const desk: Desk = {
    connect: (given) => {
      held.push(given);
      return {
        handle: async (message) => {
          seen.push(message);
          return { id: 1, outcome: ok(undefined) };
        },
        drained: () => (drained += 1),
        close: () => undefined,
      };
    },
    say: () => undefined,
    close: async () => undefined,
  };
  const uploads = { pathOf: () => undefined, drop: async () => undefined };
  new FaceSocket(socket as unknown as WebSocket, desk, { uploads, limits: LIMITS, say: () => undefined });
  const [sink] = held;
  if (!sink) throw new Error('the page is connected');
  return { socket, sink, seen, drained: () => drained };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a page that is always behind but reads is not let go; one that takes nothing is', () => {
  const { socket, sink } = page();
  for (let at = 0; at < 4; at += 1) sink.push(large);
  for (let beat = 0; beat < 20; beat += 1) {
    socket.takeOne();
    sink.push(large);
    sink.push(revision(beat)); // more waits each time than the time before
    vi.advanceTimersByTime(LIMITS.heartbeatMs);
    expect(sink.congested).toBe(true);
  }
  expect(socket.terminated).toBe(false);
  vi.advanceTimersByTime(LIMITS.heartbeatMs);
  expect(socket.terminated).toBe(true);
});

test('a page that was not read from while it was behind is not taken as silent right after', () => {
  const { socket, sink, drained } = page();
  sink.push(large);
  sink.push(large);
  socket.emit('message', Buffer.from(encode({ id: 1, call: 'app.info', args: {} })), false);
  expect(socket.isPaused).toBe(true);
  vi.advanceTimersByTime(LIMITS.heartbeatMs);
  socket.takeOne();
  socket.takeOne();
  expect([socket.isPaused, drained()]).toEqual([false, 1]);
  vi.advanceTimersByTime(LIMITS.heartbeatMs);
  expect(socket.terminated).toBe(false);
});

test('a page that was told to go is not answered any more', () => {
  const { socket, seen } = page();
  socket.emit('message', Buffer.alloc(4), true);
  socket.emit('message', Buffer.from(encode({ id: 1, call: 'app.info', args: {} })), false);
  expect(seen).toEqual([]);
});
