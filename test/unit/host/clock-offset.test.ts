import { expect, test } from 'vitest';
import { ClockOffset } from '../../../electron/host/clock-offset.ts';

const beat = (utcNs: bigint): Parameters<ClockOffset['heard']>[0] => ({ nowNs: 0, utcNs, rssBytes: 0 });
/** 2026-11-22, in ms and ns. */
const MS = 1_795_348_800_000;
const NS = BigInt(MS) * 1_000_000n;

test('nothing heard is unknown, not zero', () => {
  expect(new ClockOffset().ns).toBeNull();
});

test('the heartbeat that was the least late counts, ahead of us or behind', () => {
  const ahead = new ClockOffset();
  ahead.heard(beat(NS + 5_000_000n), MS + 3);
  ahead.heard(beat(NS + 5_000_000n), MS + 1);
  expect(ahead.ns).toBe(4_000_000);
  const behind = new ClockOffset();
  behind.heard(beat(NS - 7_000_000n), MS);
  behind.heard(beat(NS - 7_000_000n), MS + 2);
  expect(behind.ns).toBe(-7_000_000);
});
