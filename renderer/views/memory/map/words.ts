import {
  claimOf,
  describeSegment,
  piecesOf,
  type Segment,
  type Strip,
} from '../../../../electron/memory/address-map.ts';
import { addressText, type Mark } from '../../../../electron/memory/address-view.ts';
import type { PictureSource } from '../../../../electron/memory/source.ts';
import { formatBytes, formatTime } from '../../../../electron/model/format.ts';

/** First the headline, then details, a line each. */
export type Lines = readonly string[];

export const rangeText = ({ start, end }: { readonly start: number; readonly end: number }): string =>
  `${addressText(start)} to ${addressText(end - 1)}`;

export function ownerText(segment: Segment, source: Pick<PictureSource, 'processes'>): string {
  const comm = source.processes.get(segment.pid)?.comm.value ?? segment.mapping?.comm ?? '';
  const gone = source.processes.get(segment.pid)?.alive === false ? ', gone' : '';
  return `${comm === '' ? 'process' : comm} (${segment.pid}${gone})`;
}

export function sgText({ mapping, pieces, entries, range }: Segment): string {
  if (range) return range.ino === null ? '' : `inode ${range.ino}`;
  if (!mapping) return '';
  const many = `${mapping.totalEntries} sg ${mapping.totalEntries === 1 ? 'entry' : 'entries'}`;
  const cut = mapping.truncated ? `, the trace names ${mapping.entries.length} of them` : '';
  if (pieces === 1) return `${many}${cut}${mapping.totalEntries > 1 ? ', one contiguous range' : ''}`;
  return `${many} in ${pieces} pieces${cut}; this piece: ${entries}`;
}

/** What the DSP reaches of a scattered import, as a sentence; empty for all else. */
export function reachText({ mapping, pieces }: Segment): string {
  const claim = mapping && pieces > 1 ? claimOf(mapping) : null;
  const [first] = mapping && claim ? piecesOf(mapping.entries) : [];
  if (!claim || !first) return '';
  const own = formatBytes(first.end - first.start);
  return `The driver hands over its first address alone: the DSP reaches ${rangeText(claim)}, of which ${own} are this buffer.`;
}

export function segmentLines(segment: Segment, strip: Strip, source: PictureSource): Lines {
  const { mapping } = segment;
  const whole = mapping && segment.pieces > 1 ? ` of ${formatBytes(mapping.size)}` : '';
  return [
    `${formatBytes(segment.end - segment.start)}${whole} ${describeSegment(segment)}`,
    `${strip.title}   ${rangeText(segment)}`,
    ownerText(segment, source),
    sgText(segment),
    reachText(segment),
  ].filter((line) => line !== '');
}

/** `takenNs`: the board's clock at the moment that is shown. */
export const ageText = ({ mapping, range }: Segment, takenNs: number): string =>
  `there for ${formatTime(Math.max(0, takenNs - (mapping?.sinceNs ?? range?.sinceNs ?? takenNs)))}`;

export const markLines = (mark: Mark, strip: Strip): Lines => [
  `${mark.count} ranges narrower than a pixel, ${formatBytes(mark.bytes)}`,
  `${strip.title}   ${rangeText({ start: mark.from, end: mark.to })}`,
  'Click zooms in on them.',
];

/** What is said of a strip beside it. */
export function stripText({ segments, usedBytes }: Strip): string {
  if (segments.length === 0) return 'nothing seen';
  return `${formatBytes(usedBytes)} in ${segments.length} ${segments.length === 1 ? 'range' : 'ranges'}`;
}

/** What a screen reader says of all strips together. */
export function summaryOf(strips: readonly Strip[], what: string): string {
  const ranges = strips.reduce((sum, { segments }) => sum + segments.length, 0);
  const bytes = strips.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
  const cut = strips.reduce(
    (sum, { segments }) => sum + segments.filter(({ reached }) => !reached).length,
    0,
  );
  const lost = cut > 0 ? ` ${cut} pieces of scattered imports are not reached.` : '';
  return `${what}: ${strips.length} strips with ${ranges} ranges, ${formatBytes(bytes)}.${lost} Press t for a table.`;
}
