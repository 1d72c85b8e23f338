/** Numbers for people: units always, three significant digits, SI prefixes for time and bandwidth, binary ones for sizes. */

const three = (value: number): string => {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))));
  return rounded.toFixed(Math.min(digits, 6));
};

/** Nanoseconds as 'ns', 'µs', 'ms' or 's'. */
export function formatTime(ns: number): string {
  const size = Math.abs(ns);
  if (size < 999.5) return `${three(ns)} ns`;
  if (size < 999_500) return `${three(ns / 1e3)} µs`;
  if (size < 999_500_000) return `${three(ns / 1e6)} ms`;
  return `${three(ns / 1e9)} s`;
}

const NS_OF: Readonly<Record<string, number>> = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 };

/** Nanoseconds in the unit of a time that stands beside it: '1150' of 'µs'. */
export const timeIn = (ns: number, unit: string): string => three(ns / (NS_OF[unit] ?? 1));

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes with a binary prefix: whole where it divides, else three digits. */
export function formatBytes(bytes: number): string {
  const step = Math.min(BINARY.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${Number.isInteger(value) ? value : three(value)} ${BINARY[step] ?? 'B'}`;
}

/** GB/s of 1e9 bytes. */
export const formatBandwidth = (gbPerS: number): string => `${three(gbPerS)} GB/s`;

/** So many a second, with an SI prefix: '37.0 k calls/s'. */
export function formatRate(perSecond: number, of: string): string {
  const [scale, prefix] = perSecond >= 999_500 ? [1e6, 'M '] : perSecond >= 999.5 ? [1e3, 'k '] : [1, ''];
  return `${three(perSecond / scale)} ${prefix}${of}/s`;
}

/** A ratio: '1.03'. */
export const formatRatio = (ratio: number): string => three(ratio);

/** A DMA address: the SID (bits 32 and up) set apart from the IOVA. '3·0x8012_0000' */
export function formatDmaAddress(address: bigint): string {
  const sid = address >> 32n;
  const iova = (address & 0xffff_ffffn).toString(16).padStart(8, '0');
  const text = `0x${iova.slice(0, 4)}_${iova.slice(4)}`;
  return sid === 0n ? text : `${sid}·${text}`;
}

const SUFFIX: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** '4K', '64k', '1M', '4096', '1MiB' to bytes; null for anything else. */
export function parseBytes(text: string): number | null {
  const match = /^(\d+)\s*([kmg]?)(?:i?b)?$/i.exec(text.trim());
  if (!match) return null;
  const bytes = Number(match[1]) * (SUFFIX[(match[2] ?? '').toLowerCase()] ?? NaN);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}
