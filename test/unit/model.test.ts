import { expect, test } from 'vitest';
import { formatBytes, formatDmaAddress, formatTime, parseBytes } from '../../electron/model/format.ts';

test('times have three digits and the unit that fits', () => {
  expect([0, 7, 999, 1000, 12_345, 999_600, 1_500_000, 2e9].map(formatTime)).toEqual([
    '0 ns',
    '7.00 ns',
    '999 ns',
    '1.00 µs',
    '12.3 µs',
    '1.00 ms',
    '1.50 ms',
    '2.00 s',
  ]);
});

test('sizes are whole where they divide', () => {
  expect([0, 512, 4096, 1048576, 1572864, 1000].map(formatBytes)).toEqual([
    '0 B',
    '512 B',
    '4 KiB',
    '1 MiB',
    '1.50 MiB',
    '1000 B',
  ]);
});

test('a DMA address sets its SID apart', () => {
  expect(formatDmaAddress(0x3_8012_0000n)).toBe('3·0x8012_0000');
  expect(formatDmaAddress(0x1000n)).toBe('0x0000_1000');
});

test('sizes that people type', () => {
  expect(['4K', '64k', '1M', '4096', '1MiB', '2g'].map(parseBytes)).toEqual([
    4096, 65536, 1048576, 4096, 1048576, 2147483648,
  ]);
  expect(['', '0', '-1', '1.5M', 'K', '4T', '99999999G'].map(parseBytes)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});
