import { expect, test } from 'vitest';
import {
  bankStrips,
  claimOf,
  describeSegment,
  dspStrips,
  piecesOf,
  segmentsOf,
  SPACE,
  type Strip,
} from '../../../electron/memory/address-map.ts';
import {
  addressText,
  addressTicks,
  centred,
  firstAfter,
  fitted,
  hitAt,
  layoutStrip,
  panned,
  revealing,
  WHOLE,
  zoomed,
} from '../../../electron/memory/address-view.ts';
import type { DspSession, PictureMapping } from '../../../electron/model/memory.ts';
import { bankRow, BANK, mappingRow, sg } from './fixture-delta.ts';

const K = 1024;
const byId = (...rows: readonly PictureMapping[]): Map<string, PictureMapping> =>
  new Map(rows.map((row) => [row.id, row]));

function stripOf(...rows: readonly PictureMapping[]): Strip {
  const banks = new Map([[BANK, bankRow(rows.map(({ id }) => id))]]);
  const [strip] = bankStrips({ banks, mappings: byId(...rows) });
  if (!strip) throw new Error('no strip');
  return strip;
}

/** So many pages, each followed by a hole of a page. */
const pages = (count: number, from = 0): PictureMapping[] =>
  Array.from({ length: count }, (_, at) =>
    mappingRow(`p${at}`, [sg(from + at * 8 * K, 4 * K)], { kind: 'alloc' }),
  );

test('segments that follow each other are one piece, whatever the table has of them', () => {
  expect(piecesOf([sg(0, 4096), sg(4096, 4096), sg(65536, 4096)])).toEqual([
    { start: 0, end: 8192, entries: 2 },
    { start: 65536, end: 69632, entries: 1 },
  ]);
  expect(piecesOf([])).toEqual([]);
});

test('of a scattered import the driver hands over the first piece only; the DSP reaches on behind it', () => {
  const mapping = mappingRow('m1', [sg(0x9000, 4096), sg(0x1000, 8192)]);
  expect(segmentsOf(mapping).map(({ start, reached }) => [start, reached])).toEqual([
    [0x9000, true],
    [0x1000, false],
  ]);
  expect(claimOf(mapping)).toEqual({ start: 0x9000, end: 0x9000 + 12288 });
  expect(claimOf(mappingRow('m2', [sg(0, 4096), sg(4096, 4096)]))).toBeNull();
  expect(segmentsOf(mapping).map(describeSegment)).toEqual([
    'import, piece 1 of 2: the piece that the driver hands over',
    'import, piece 2 of 2: not reached by the driver',
  ]);
});

test('a bank has its own mappings by address, and says why there may be more', () => {
  const first = mappingRow('a', [sg(0x9000, 4096)], { kind: 'alloc' });
  const second = mappingRow('b', [sg(0x1000, 4096)]);
  const far = mappingRow('c', [sg(SPACE, 4096)]);
  const banks = new Map([
    [
      'qda-cb-cdsp-10',
      bankRow([], 'qda-cb-cdsp-10', { mappedBytes: { value: null, why: 'before the trace' } }),
    ],
    [BANK, bankRow(['a', 'b', 'c', 'gone'])],
  ]);
  const strips = bankStrips({ banks, mappings: byId(first, second, far) });
  expect(strips.map(({ key, unseen, beyond }) => [key, unseen, beyond])).toEqual([
    [BANK, '', 1],
    ['qda-cb-cdsp-10', 'before the trace', 0],
  ]);
  expect(strips[0]?.segments.map(({ start, kind }) => [start, kind])).toEqual([
    [0x1000, 'import'],
    [0x9000, 'allocation'],
  ]);
  expect(strips[0]?.usedBytes).toBe(8192);
});

test('the space of a DSP process has what it tells', () => {
  const session = {
    pid: 9,
    addressSpace: 2 ** 31,
    maps: [
      { address: 0x4000_0000n, size: 1024, ino: null, what: 'heap', sinceNs: 0 },
      { address: 0x5000_0000n, size: 2048, ino: 3, what: 'buffer', sinceNs: 0 },
      { address: 0x6000_0000n, size: 4096, ino: null, what: 'stack', sinceNs: 0 },
    ],
  } as unknown as DspSession;
  const [strip] = dspStrips({ dsp: [session] });
  expect(strip?.segments.map(({ kind, pid }) => [kind, pid])).toEqual([
    ['heap', 9],
    ['buffer', 9],
    ['other', 9],
  ]);
  expect(strip?.unseen).toContain('of 2 GiB that can be used, 7 KiB are told');
});

test('the first segment in view is found even behind a short one that lies within a long one', () => {
  const strip = stripOf(
    mappingRow('long', [sg(0, 100 * K)]),
    mappingRow('short', [sg(4 * K, 4 * K)]),
    mappingRow('far', [sg(200 * K, 4 * K)]),
  );
  expect([0, 50 * K, 100 * K, 204 * K].map((at) => firstAfter(strip.ends, at))).toEqual([0, 0, 2, 3]);
  const layout = layoutStrip(strip, { from: 50 * K, to: 60 * K }, 100);
  expect(layout.boxes.map(({ segment, x0, x1 }) => [segment.mapping?.id, x0, x1])).toEqual([
    ['long', 0, 100],
  ]);
});

test('segments below a pixel that share one are one mark, and are counted; a lone one stays itself', () => {
  const strip = stripOf(...pages(100), mappingRow('lone', [sg(0x8000_0000, 4 * K)]));
  const layout = layoutStrip(strip, WHOLE, 1000);
  expect(layout.marks).toEqual([{ x: 0, count: 100, bytes: 400 * K, from: 0, to: 796 * K }]);
  expect(layout.gathered).toBe(100);
  expect(layout.boxes.map(({ x0, x1, segment }) => [x0, x1, segment.mapping?.id])).toEqual([
    [500, 501, 'lone'],
  ]);
  const near = layoutStrip(strip, { from: 0, to: 1000 * K }, 1000);
  expect([near.boxes.length, near.marks.length]).toEqual([100, 0]);
});

test('a layout has no more things than twice its pixels, however many segments there are', () => {
  const layout = layoutStrip(stripOf(...pages(20_000)), { from: 0, to: 160_000 * K }, 500);
  expect(layout.boxes.length + layout.marks.length).toBeLessThanOrEqual(1000);
  expect(layout.gathered).toBe(20_000);
});

test('what is under a pixel: the narrowest segment, a mark, or nothing', () => {
  const strip = stripOf(
    mappingRow('long', [sg(0, 100 * K)]),
    mappingRow('short', [sg(40 * K, 10 * K)]),
    ...pages(30, 200 * K),
  );
  const layout = layoutStrip(strip, { from: 0, to: 1000 * K }, 100);
  const idAt = (x: number): string | number | undefined => {
    const hit = hitAt(layout, x);
    return hit && 'mapping' in hit ? hit.mapping?.id : hit?.count;
  };
  expect([2, 4.5, 90].map(idAt)).toEqual(['long', 'short', undefined]);
  expect(layout.marks.length).toBeGreaterThan(0);
  expect(layout.marks.map((mark) => hitAt(layout, mark.x + 0.5))).toEqual(layout.marks);
});

test('zoom keeps the address under the pointer, and stays within the space', () => {
  const near = zoomed(WHOLE, 0.5, 0x4000_0000);
  expect(near).toEqual({ from: 0x2000_0000, to: 0xa000_0000 });
  expect(zoomed(near, 100, 0x4000_0000)).toEqual(WHOLE);
  const closest = zoomed(WHOLE, 1e-9, 0x4000_0000);
  expect(closest.to - closest.from).toBe(16 * K);
  expect(panned(near, 1)).toEqual({ from: 0x8000_0000, to: SPACE });
  expect(panned(near, -1)).toEqual({ from: 0, to: 0x8000_0000 });
  expect(centred(near, 0x1_0000_0000)).toEqual({ from: 0x8000_0000, to: SPACE });
});

test('revealing moves no more than it must', () => {
  const view = { from: 100 * K, to: 200 * K };
  expect(revealing(view, { start: 120 * K, end: 130 * K })).toBe(view);
  expect(revealing(view, { start: 50 * K, end: 60 * K })).toEqual({ from: 40 * K, to: 140 * K });
  expect(revealing(view, { start: 300 * K, end: 310 * K })).toEqual({ from: 220 * K, to: 320 * K });
  expect(revealing(view, { start: 300 * K, end: 700 * K })).toEqual({ from: 300 * K, to: 700 * K });
});

test('fitting shows all that is there; an empty bank shows its whole space', () => {
  const strip = stripOf(mappingRow('a', [sg(0x8000_0000, 1024 * K)]));
  const { from, to } = fitted([strip]);
  expect(from).toBeLessThan(0x8000_0000);
  expect(to).toBeGreaterThan(0x8010_0000);
  expect(to - from).toBeLessThan(1100 * K);
  expect(fitted([stripOf()])).toEqual(WHOLE);
});

test('ticks are round addresses within the view', () => {
  expect(addressTicks(WHOLE, 800, 120)).toEqual([0, 1, 2, 3, 4].map((at) => at * 0x4000_0000));
  const ticks = addressTicks({ from: 0x8001_2345, to: 0x8001_9345 }, 600, 120);
  expect(ticks.map(addressText)).toEqual(['0x8001_4000', '0x8001_6000', '0x8001_8000']);
  expect(addressText(SPACE)).toBe('0x1_0000_0000');
});
