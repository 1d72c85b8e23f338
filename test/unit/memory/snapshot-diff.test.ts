import { expect, test } from 'vitest';
import { diffOf, diffSummary, diffText, signedBytes } from '../../../electron/memory/snapshot-diff.ts';
import type { MemoryPicture, PictureBuffer, PictureMapping } from '../../../electron/model/memory.ts';

const buffer = (ino: number, size: number, more: Partial<PictureBuffer> = {}): PictureBuffer => ({
  ino,
  size: { value: size, tier: 'proc' },
  exporter: { value: 'system', tier: 'proc' },
  name: '',
  references: { value: 1, tier: 'proc' },
  holders: [{ pid: 7, fds: [3], maps: 0 }],
  attachedTo: { value: [], tier: 'bufinfo' },
  mappings: [],
  ...more,
});

const mapping = (id: string, pid: number, size: number): PictureMapping => ({
  id,
  device: 'qda-cb-cdsp-3',
  pid,
  comm: 'cam',
  kind: 'alloc',
  sinceNs: 5,
  size,
  entries: [{ dmaAddr: 0x1000n, length: size, phys: null }],
  totalEntries: 1,
  truncated: false,
  contiguous: true,
});

const picture = (
  takenNs: number,
  buffers: readonly PictureBuffer[],
  mappings: readonly PictureMapping[] = [],
): MemoryPicture => ({
  takenNs,
  tiers: [],
  processes: [{ pid: 7, comm: { value: 'cam', tier: 'proc' }, alive: true, nodes: [], unreadable: false }],
  buffers,
  banks: [],
  mappings,
  self: [],
  dsp: [],
  findings: [],
});

test('what appeared, went and changed, with what changed and the bytes', () => {
  const before = picture(1e9, [buffer(1, 4096), buffer(2, 8192), buffer(3, 64)]);
  const after = picture(2e9, [
    buffer(1, 4096),
    buffer(3, 64, { references: { value: 4, tier: 'proc' }, holders: [{ pid: 7, fds: [3, 4], maps: 1 }] }),
    buffer(4, 65_536),
  ]);
  const diff = diffOf(before, after);
  expect(diff.rows.map(({ kind, row, bytes, changes }) => [kind, row.buffer?.ino, bytes, changes])).toEqual([
    ['gone', 2, -8192, []],
    ['changed', 3, 0, ['Fds 1 → 2', 'Maps 0 → 1', 'Refs 1 → 4']],
    ['appeared', 4, 65_536, []],
  ]);
  expect(diffSummary(diff)).toBe('1 appeared, 1 gone, 1 changed; +56 KiB');
});

test('a picture against itself has nothing to say', () => {
  const one = picture(1, [buffer(1, 4096)], [mapping('m1', 7, 4096)]);
  expect(diffOf(one, one)).toEqual({ rows: [], appeared: 0, gone: 0, changed: 0, bytes: 0 });
});

test('as text it goes by process and bank', () => {
  const before = picture(1e9, [buffer(1, 4096)]);
  const after = picture(2.5e9, [], [mapping('m1', 7, 8192)]);
  expect(diffText(diffOf(before, after), before, after)).toBe(
    [
      'Memory, board clock 1.000 s to 2.500 s: 1 appeared, 1 gone, 0 changed; +4 KiB',
      '',
      'cam 7, in no bank: −4 KiB',
      '  gone      dma-buf 1  4 KiB',
      '',
      'cam 7, cdsp bank 3: +8 KiB',
      '  appeared  not exported  8 KiB',
      '',
    ].join('\n'),
  );
});

test('signs of bytes', () => {
  expect([signedBytes(0), signedBytes(1024), signedBytes(-3)]).toEqual(['0 B', '+1 KiB', '−3 B']);
});
