import { expect, test } from 'vitest';
import { deltaOf, resetOf } from '../../../electron/memory/delta.ts';
import { LivePicture } from '../../../electron/memory/live-picture.ts';
import { MemoryModel } from '../../../electron/memory/model.ts';
import {
  cpuMapsOf,
  dmaAddressOf,
  fromOf,
  handleOf,
  largestPiece,
  originOf,
  sgEntriesOf,
  sinceOf,
  statesOf,
} from '../../../electron/memory/row-values.ts';
import { bufferRows, RowIndex, sceneOf, type BufferRow } from '../../../electron/memory/rows.ts';
import type { DmaEvent, MemoryFact, MemoryPicture, TierStatus } from '../../../electron/model/memory.ts';

const tier = (name: TierStatus['tier'], reason = ''): TierStatus => ({
  tier: name,
  available: reason === '',
  reason,
  source: '',
  lostEvents: 0,
  sinceNs: null,
});
const ALL = [tier('self'), tier('proc'), tier('bufinfo'), tier('dma')];
const BANK = 'qda-cb-cdsp-3';

const process = (pid: number, comm = `app${pid}`): MemoryFact => ({
  kind: 'process',
  pid,
  comm,
  uid: 0,
  unreadable: false,
});
const buffer = (ino: number, size: number, exporter = 'system'): MemoryFact => ({
  kind: 'buffer',
  ino,
  tier: 'bufinfo',
  size,
  exporter,
  name: '',
  references: 2,
});
const holder = (pid: number, ino: number, fd = 5): MemoryFact => ({ kind: 'holder', pid, fd, ino });
const attached = (ino: number, device = BANK): MemoryFact => ({ kind: 'attachment', ino, device });
const map = (pid: number, ino: number): MemoryFact => ({
  kind: 'map',
  pid,
  ino,
  start: 0x7000n,
  length: 4096,
});

const mapped = (pid: number, address: bigint, length: number, more: Partial<DmaEvent> = {}): DmaEvent => ({
  kind: 'map-sg',
  timeNs: 10,
  pid,
  comm: `app${pid}`,
  device: BANK,
  entries: [{ dmaAddr: address, length, phys: address }],
  truncated: false,
  totalEntries: 1,
  ...more,
});

function modelOf(facts: readonly MemoryFact[], events: readonly DmaEvent[], tiers = ALL): MemoryModel {
  const model = new MemoryModel();
  model.apply({ kind: 'snapshot', snapshot: { takenNs: 1, facts, tiers } });
  model.apply({ kind: 'events', events, lost: 0 });
  return model;
}

const pictureOf = (facts: readonly MemoryFact[], events: readonly DmaEvent[], tiers = ALL): MemoryPicture =>
  modelOf(facts, events, tiers).picture();

const rowAt = (picture: MemoryPicture, pid: number | null, device: string | null): BufferRow => {
  const found = bufferRows(picture).filter((row) => row.pid === pid && row.device === device);
  expect(found).toHaveLength(1);
  return found[0] as BufferRow;
};

test('an import that is proven stands under its importer and bank; who else holds it, by process alone', () => {
  const picture = pictureOf(
    [process(7), process(8), buffer(1, 4096), holder(7, 1), holder(8, 1), attached(1), map(7, 1)],
    [mapped(8, 0x8000_0000n, 4096)],
  );
  const scene = sceneOf(picture);
  expect(bufferRows(picture)).toHaveLength(2);
  const importer = rowAt(picture, 8, BANK);
  expect(originOf(importer)).toEqual({ value: 'imported', tier: 'dma' });
  expect(dmaAddressOf(importer, scene)).toEqual({ value: 0x3_8000_0000n, tier: 'dma' });
  expect(fromOf(importer, scene)).toEqual({ value: { pids: [7], made: false }, tier: 'proc' });
  expect(sinceOf(importer, scene)).toEqual({ value: 10, tier: 'dma' });
  expect(cpuMapsOf(importer, scene)).toEqual({ value: 0, tier: 'proc' });
  expect(handleOf(importer).value).toBeNull();
  const other = rowAt(picture, 7, null);
  expect(originOf(other)).toEqual({ value: 'held', tier: 'dma' });
  expect(dmaAddressOf(other, scene)).toMatchObject({ value: null, none: true });
  expect(cpuMapsOf(other, scene)).toEqual({ value: 1, tier: 'proc' });
});

test('two buffers and two mappings of one process: both are its own, which address each has stays open', () => {
  const picture = pictureOf(
    [process(8), buffer(1, 4096), buffer(2, 4096), attached(1), attached(2)],
    [mapped(8, 0x1000n, 4096), mapped(8, 0x9000n, 4096)],
  );
  const rows = bufferRows(picture);
  expect(rows.map((row) => [row.pid, row.device, row.buffer?.ino])).toEqual([
    [8, BANK, 1],
    [8, BANK, 2],
  ]);
  const [row] = rows as [BufferRow, BufferRow];
  const address = dmaAddressOf(row, sceneOf(picture));
  expect(address).toMatchObject({
    value: null,
    why: 'one of 2 of this size in this bank: 0x300001000, 0x300009000',
  });
  expect(sgEntriesOf(row, sceneOf(picture))).toEqual({ value: 1, tier: 'dma' });
  expect(sinceOf(row, sceneOf(picture))).toEqual({ value: 10, tier: 'dma' });
  expect(statesOf(row, sceneOf(picture))).toEqual(['mapped']);
  const gone = pictureOf([buffer(1, 4096), attached(1)], [mapped(8, 0x1000n, 4096)]);
  expect(statesOf(rowAt(gone, 8, BANK), sceneOf(gone))).toEqual(['unheld', 'mapped']);
});

test('mappings of two processes leave open whose a buffer is', () => {
  const picture = pictureOf(
    [process(8), process(9), buffer(1, 4096), buffer(2, 4096), attached(1), attached(2)],
    [mapped(8, 0x1000n, 4096), mapped(9, 0x9000n, 4096)],
  );
  const rows = bufferRows(picture);
  expect(rows.filter((row) => row.buffer).map((row) => row.pid)).toEqual([null, null]);
  expect(rows.filter((row) => row.mapping).map((row) => row.pid)).toEqual([8, 9]);
});

test('what was attached before the trace began is imported by nobody known, since unknown', () => {
  const picture = pictureOf([process(8), buffer(1, 4096), holder(8, 1), attached(1)], []);
  const row = rowAt(picture, null, BANK);
  expect(originOf(row)).toEqual({ value: 'imported', tier: 'bufinfo' });
  expect(sinceOf(row, sceneOf(picture))).toMatchObject({
    why: expect.stringContaining('before the trace') as string,
  });
  expect(originOf(rowAt(picture, 8, null)).value).toBeNull();
  const noDma = pictureOf(
    [buffer(1, 4096), attached(1)],
    [],
    [...ALL.slice(0, 3), tier('dma', 'no tracefs')],
  );
  expect(dmaAddressOf(rowAt(noDma, null, BANK), sceneOf(noDma))).toEqual({ value: null, why: 'no tracefs' });
});

test('memory of the driver: native to who made it, from there to who holds it', () => {
  const alloc = mapped(7, 0x1000n, 8192, { kind: 'alloc' });
  const picture = pictureOf([process(7), process(8), buffer(1, 8192, 'drm'), holder(8, 1)], [alloc]);
  const scene = sceneOf(picture);
  expect(originOf(rowAt(picture, 7, BANK))).toEqual({ value: 'native', tier: 'dma' });
  const taker = rowAt(picture, 8, null);
  expect(originOf(taker)).toMatchObject({
    value: null,
    why: expect.stringContaining('without a mapping') as string,
  });
  expect(fromOf(taker, scene)).toEqual({ value: { pids: [7], made: true }, tier: 'dma' });
  const never = pictureOf([process(7)], [alloc]);
  expect(fromOf(rowAt(never, 7, BANK), sceneOf(never))).toMatchObject({ none: true });
});

test('states say the worst first', () => {
  const scattered = mapped(7, 0x1000n, 4096, {
    entries: [
      { dmaAddr: 0x1000n, length: 4096, phys: 1n },
      { dmaAddr: 0x9000n, length: 8192, phys: 9n },
    ],
    totalEntries: 2,
  });
  const model = modelOf([process(7), process(8)], [scattered]);
  model.apply({
    kind: 'snapshot',
    snapshot: { takenNs: 2, facts: [process(8), buffer(1, 64), map(8, 1)], tiers: ALL },
  });
  const picture = model.picture();
  const scene = sceneOf(picture);
  expect(statesOf(rowAt(picture, 7, BANK), scene)).toEqual(['scattered', 'owner gone', 'mapped']);
  expect(statesOf(rowAt(picture, 8, null), scene)).toEqual(['kept by a map']);
  expect(largestPiece(scattered.entries)).toBe(8192);
});

test('a handle of the agent has its own row and does not count twice', () => {
  const self: MemoryFact = {
    kind: 'self',
    node: '/dev/accel/accel0',
    handle: 3,
    size: 4096,
    ino: 1,
    sinceNs: 5,
    imported: true,
    mapped: false,
  };
  const picture = pictureOf([process(7), buffer(1, 4096, 'drm'), holder(7, 1), self], []);
  const row = bufferRows(picture).find((one) => one.self) as BufferRow;
  expect(originOf(row)).toEqual({ value: 'self-imported', tier: 'self' });
  expect([row.again, handleOf(row).value]).toEqual([true, 3]);
});

test('what one process imports anew stays its own while the snapshots catch up, and no longer', () => {
  const model = modelOf([process(8), buffer(1, 4096), attached(1), buffer(2, 4096), attached(2)], []);
  const live = new LivePicture();
  const index = new RowIndex();
  let seq = 0;
  let before = model.picture();
  const step = (...events: DmaEvent[]): (number | null)[] => {
    model.apply({ kind: 'events', events, lost: 0 });
    const after = model.picture();
    const delta =
      seq === 0 ? resetOf(after, { seq: 1, hostMs: 0 }) : deltaOf(before, after, { seq: seq + 1, hostMs: 0 });
    before = after;
    if (delta) {
      live.apply(delta);
      index.apply(delta, live);
      seq += 1;
    }
    return [...index.rows.values()].map((row) => row.pid);
  };
  const snapshot = (takenNs: number): void => {
    const facts = [
      process(8),
      buffer(1, 4096),
      attached(1),
      buffer(2, 4096),
      attached(2),
      holder(8, 1, takenNs),
    ];
    model.apply({ kind: 'snapshot', snapshot: { takenNs, facts, tiers: ALL } });
  };
  step();
  expect(step(mapped(8, 0x1000n, 4096), mapped(8, 0x9000n, 4096))).toEqual([8, 8]);
  expect(step(mapped(8, 0x20000n, 4096))).toEqual([8, 8]);
  snapshot(2);
  expect(step()).toEqual([8, 8]);
  snapshot(3);
  expect(step()).toEqual([8, 8]);
  snapshot(4);
  expect(new Set(step())).toEqual(new Set([null, 8]));
});

/** A small stream of numbers that is the same every time. */
function* numbers(seed: number): Generator<number, never> {
  for (let x = seed; ;) yield (x = (x * 1_103_515_245 + 12_345) % 2_147_483_648) >> 8;
}

test('rows that follow step by step are the rows of the whole picture', () => {
  const random = numbers(4);
  const pick = (below: number): number => random.next().value % below;
  const model = new MemoryModel();
  const live = new LivePicture();
  const index = new RowIndex(0);
  let before = model.picture();
  let seq = 1;
  live.apply(resetOf(before, { seq, hostMs: 0 }));
  index.rebuild(live);
  for (let step = 0; step < 200; step += 1) {
    change(model, pick, step);
    const after = model.picture();
    const delta = deltaOf(before, after, { seq: seq + 1, hostMs: step });
    before = after;
    if (!delta) continue;
    seq += 1;
    expect(live.apply(delta)).toBe(true);
    const known = new Set(index.rows.keys());
    const { set, gone } = index.apply(delta, live);
    for (const key of gone) expect(known.delete(key)).toBe(true);
    for (const row of set) known.add(row.key);
    expect(known).toEqual(new Set(index.rows.keys()));
    if (step % 2 === 0) expect(shape(index.rows.values())).toEqual(shape(bufferRows(after)));
  }
});

/** A snapshot on even steps, an event on odd ones. */
function change(model: MemoryModel, pick: (below: number) => number, step: number): void {
  if (step % 2 === 1) {
    const at = BigInt(pick(6) * 0x1000);
    const kind = (['map-sg', 'alloc', 'unmap-sg', 'free'] as const)[pick(4)] ?? 'alloc';
    const event = mapped(pick(3), at, 4096, { kind, timeNs: step });
    return model.apply({ kind: 'events', events: [event], lost: 0 });
  }
  const facts: MemoryFact[] = [process(0), process(1)];
  for (let ino = 0; ino < 5; ino += 1) {
    if (pick(3) === 0) continue;
    facts.push(buffer(ino, 4096, pick(3) === 0 ? 'drm' : 'system'));
    if (pick(2) === 0) facts.push(attached(ino));
    if (pick(2) === 0) facts.push(holder(pick(3), ino));
  }
  model.apply({ kind: 'snapshot', snapshot: { takenNs: step, facts, tiers: ALL } });
}

const shape = (rows: Iterable<BufferRow>): unknown[] =>
  [...rows]
    .map(({ key, mapping, buffer: one, again }) => ({ key, mapping: mapping?.id, ino: one?.ino, again }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
