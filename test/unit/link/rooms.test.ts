import { expect, test } from 'vitest';
import { giveRoomBack, takeRoom } from '../../../electron/link/adb/rooms.ts';

test('a room that was given back is lent again, to one at a time', () => {
  const first = takeRoom(100_000);
  expect(first.length).toBe(100_000);
  giveRoomBack(first);
  const second = takeRoom(70_000);
  expect(second.buffer).toBe(first.buffer);
  expect(second.length).toBe(70_000);
  expect(takeRoom(70_000).buffer).not.toBe(first.buffer);
});

test('a room that is given back twice is lent once', () => {
  const room = takeRoom(50_000);
  giveRoomBack(room);
  giveRoomBack(room.subarray(7));
  expect(takeRoom(50_000).buffer).toBe(room.buffer);
  expect(takeRoom(50_000).buffer).not.toBe(room.buffer);
});

test('what was never lent is left alone', () => {
  const foreign = [
    new Uint8Array(65_536),
    Buffer.alloc(65_536),
    new Uint8Array(3),
    takeRoom(10),
    new Uint8Array(),
  ];
  for (const bytes of foreign) giveRoomBack(bytes);
  const room = takeRoom(65_536);
  expect(foreign.map(({ buffer }) => buffer)).not.toContain(room.buffer);
});

test.each([0, 1, 4095, 4096, 4097, 262_143, 1_048_576, 1_048_577])(
  '%i bytes have room for so many',
  (bytes) => {
    const room = takeRoom(bytes);
    expect(room.length).toBe(bytes);
    giveRoomBack(room);
  },
);

test('no more is kept than a session may need', () => {
  const rooms = Array.from({ length: 40 }, () => takeRoom(1_048_576));
  for (const room of rooms) giveRoomBack(room);
  const buffers = new Set(rooms.map(({ buffer }) => buffer));
  const again = Array.from({ length: 40 }, () => takeRoom(1_048_576));
  const reused = again.filter(({ buffer }) => buffers.has(buffer)).length;
  expect(reused).toBeGreaterThan(0);
  expect(reused).toBeLessThanOrEqual(16);
});
