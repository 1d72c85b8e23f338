import { expect, test } from 'vitest';
import { Lanes, type Lane } from '../../../electron/memory/lanes.ts';
import {
  layoutLane,
  layoutTicks,
  timeTicks,
  zoomedTime,
  type LaneFrame,
} from '../../../electron/memory/life-layout.ts';

const frame = (more: Partial<LaneFrame> = {}): LaneFrame => ({
  view: { fromMs: 1000, toMs: 2000 },
  width: 100,
  observedMs: 1000,
  nowMs: 2000,
  rows: 11,
  ...more,
});

/** A lane with lives of these times; null: it lasts, or nobody knows since when. */
function laneOf(lives: readonly (readonly [number | null, number | null])[]): Lane {
  const lanes = new Lanes(100_000);
  const spans = lives.map(([fromMs], at) =>
    lanes.open({
      key: `b${at}`,
      kind: 'held',
      pid: 7,
      bank: null,
      ino: at,
      mapping: null,
      size: 1,
      fromMs,
      scattered: false,
    }),
  );
  for (const [at, [, toMs]] of lives.entries()) {
    const span = spans[at];
    if (span && toMs !== null) lanes.close(span, toMs);
  }
  const lane = lanes.byPid.get(7);
  if (!lane) throw new Error('no lane');
  return lane;
}

test('bars stand where their lives are; unknown starts and lives that last are marked', () => {
  const lane = laneOf([
    [null, 1500],
    [1200, null],
    [100, 900],
    [2100, null],
  ]);
  const { bars } = layoutLane(lane, frame());
  expect(bars.map(({ x0, x1, unknownStart, lasts }) => [x0, x1, unknownStart, lasts])).toEqual([
    [0, 50, true, false],
    [20, 100, false, true],
  ]);
});

test('many short lives of a row within a pixel are one bar', () => {
  const lanes = new Lanes(100_000);
  for (let at = 0; at < 10_000; at += 1) {
    const fromMs = 1000 + at / 10;
    const life = { key: `b${at}`, kind: 'held', pid: 7, bank: null, ino: at, mapping: null } as const;
    lanes.close(lanes.open({ ...life, size: 1, fromMs, scattered: false }), fromMs + 0.05);
  }
  const lane = lanes.byPid.get(7);
  if (!lane) throw new Error('no lane');
  expect([lane.rows, lane.spans.length]).toEqual([1, 10_000]);
  expect(layoutLane(lane, frame()).bars.length).toBeLessThanOrEqual(101);
});

test('a lane of many rows is an area: how many live at each pixel', () => {
  const lane = laneOf([
    ...Array.from({ length: 20 }, () => [null, null] as const),
    ...Array.from({ length: 30 }, () => [1500, 1700] as const),
  ]);
  const { area, peak, bars } = layoutLane(lane, frame());
  expect(bars).toEqual([]);
  expect(peak).toBe(50);
  expect(area?.has('import')).toBe(false);
  expect([0, 49, 50, 69, 70, 99].map((x) => area?.get('held')?.[x])).toEqual([20, 20, 50, 50, 20, 20]);
});

test('a life shorter than a pixel counts in the area', () => {
  const lane = laneOf(Array.from({ length: 12 }, () => [1501, 1502] as const));
  const { area } = layoutLane(lane, frame());
  expect([49, 50, 51].map((x) => area?.get('held')?.[x])).toEqual([0, 12, 0]);
});

test('a burst of ticks is one, with its number; kinds stay apart', () => {
  const ticks = [1500, 1510, 1520, 1900, 2100].map((atMs) => ({ kind: 'import' as const, atMs, span: null }));
  const close = { kind: 'close' as const, atMs: 1505, span: null };
  expect(layoutTicks([...ticks, close], frame()).map(({ x, kind, count }) => [x, kind, count])).toEqual([
    [50, 'import', 3],
    [90, 'import', 1],
    [50.5, 'close', 1],
  ]);
});

test('zoom keeps the moment under the pointer and has an end', () => {
  const view = { fromMs: 0, toMs: 1000 };
  expect(zoomedTime(view, 2, 250)).toEqual({ fromMs: -250, toMs: 1750 });
  expect(zoomedTime(view, 0.001, 250)).toEqual({ fromMs: 125, toMs: 625 });
});

test('ticks of time are round on the local clock', () => {
  const hour = 3_600_000;
  const { stepMs, at } = timeTicks(
    { fromMs: 10 * hour + 1, toMs: 34 * hour },
    { width: 400, apart: 100, offsetMs: hour / 2 },
  );
  expect(stepMs).toBe(12 * hour);
  expect(at.map((ms) => (ms + hour / 2) / hour)).toEqual([12, 24]);
});
