import { expect, test } from 'vitest';
import { bankStrips, type Strip } from '../../../electron/memory/address-map.ts';
import type { PictureMapping } from '../../../electron/model/memory.ts';
import { SpaceState, STRIP } from '../../../renderer/views/memory/map/space.svelte.ts';
import { bankRow, mappingRow, sg } from '../memory/fixture-delta.ts';

const MIB = 1024 * 1024;
const FIRST = 'qda-cb-cdsp-1';
const SECOND = 'qda-cb-cdsp-2';

const page = (id: string, start: number, device = FIRST): PictureMapping =>
  mappingRow(id, [sg(start, MIB)], { device, kind: 'alloc' });

function strips(...rows: readonly PictureMapping[]): Strip[] {
  const idsIn = (device: string): string[] => rows.filter((row) => row.device === device).map(({ id }) => id);
  return bankStrips({
    banks: new Map([FIRST, SECOND].map((device) => [device, bankRow(idsIn(device), device)])),
    mappings: new Map(rows.map((row) => [row.id, row])),
  });
}

const ROWS = [page('a', 100 * MIB), page('b', 110 * MIB), page('c', 130 * MIB), page('d', 111 * MIB, SECOND)];
const at = (space: SpaceState): string | undefined => space.cursor?.segment.mapping?.id;

function shown(): SpaceState {
  const space = new SpaceState();
  space.take(strips(...ROWS));
  space.layout(1000);
  return space;
}

test('the first ranges decide the first zoom, later ones do not', () => {
  const space = new SpaceState();
  space.take(strips());
  expect(space.view.to - space.view.from).toBe(2 ** 32);
  space.take(strips(...ROWS));
  const { view } = space;
  expect(view.to - view.from).toBeLessThan(40 * MIB);
  space.take(strips(...ROWS, page('e', 900 * MIB)));
  expect(space.view).toBe(view);
});

test('the keyboard walks from range to range and from bank to bank, and what it is on comes into view', () => {
  const space = shown();
  space.step(1);
  expect(at(space)).toBe('a');
  space.step(1);
  expect(at(space)).toBe('b');
  space.climb(1);
  expect(at(space)).toBe('d');
  space.climb(1);
  expect(at(space)).toBe('d');
  space.climb(-1);
  expect(at(space)).toBe('c');
  space.toEnd('first');
  expect(at(space)).toBe('a');
  space.step(-1);
  expect(at(space)).toBe('a');
  space.zoom(0.01, 900);
  space.toEnd('last');
  const { start, end } = space.cursor?.segment ?? { start: NaN, end: NaN };
  expect(space.view.from).toBeLessThanOrEqual(start);
  expect(space.view.to).toBeGreaterThanOrEqual(end);
});

test('a range that goes takes the cursor with it; one that stays keeps it though all was made anew', () => {
  const space = shown();
  space.step(1);
  space.step(1);
  space.take(strips(...ROWS.map((row) => ({ ...row }))));
  expect(at(space)).toBe('b');
  space.take(strips(...ROWS.filter(({ id }) => id !== 'b')));
  expect(space.cursor).toBeNull();
});

test('the pointer finds the strip by its row and the range by its place', () => {
  const space = shown();
  const { from, to } = space.view;
  const x = ((111.5 * MIB - from) / (to - from)) * 1000;
  space.pointAt(x, STRIP / 2);
  expect(space.hover).toBeNull();
  space.pointAt(x, STRIP * 1.5);
  expect(space.hover?.segment?.mapping?.id).toBe('d');
  space.pointAt(x, STRIP * 7);
  expect(space.hover).toBeNull();
});

test('a mark of many is zoomed to until its ranges stand alone', () => {
  const space = new SpaceState();
  const many = Array.from({ length: 50 }, (_, index) => page(`p${index}`, (index * 2 + 10) * MIB));
  space.take(strips(...many));
  space.whole();
  space.layout(100);
  expect(space.countGathered()).toBeGreaterThan(0);
  space.pointAt(1, STRIP / 2);
  const mark = space.hover?.mark;
  if (!mark) throw new Error('no mark');
  space.zoomTo(mark);
  space.layout(100);
  expect(space.view.from).toBeLessThanOrEqual(mark.from);
  expect(space.view.to).toBeGreaterThanOrEqual(mark.to);
  expect(space.view.to - space.view.from).toBeLessThan(2 * (mark.to - mark.from));
});
