import { formatBytes } from '../model/format.ts';
import type { DspSession, PictureBank, PictureMapping, SgEntry } from '../model/memory.ts';
import { spaceUsed } from '../model/space.ts';
import type { PictureSource } from './source.ts';

/** Bytes of a bank's IOVA space, and of a DSP process's space: both are addressed by 32 bits. */
export const SPACE = 2 ** 32;

/** DMA segments that follow each other, as one range of the bank. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Scatter-gather entries in it. */
  readonly entries: number;
}

export type SegmentKind = 'allocation' | 'import' | 'heap' | 'buffer' | 'other';
export type DspRange = DspSession['maps'][number];

/** One range of an address space with what is there. */
export interface Segment {
  /** Of the strip's space: the SID is no part of it. */
  readonly start: number;
  readonly end: number;
  readonly kind: SegmentKind;
  /** Place among the pieces of its mapping, from 0. */
  readonly piece: number;
  readonly pieces: number;
  readonly entries: number;
  /**
   * The driver tells the DSP the first address of a mapping and nothing else (v1): what does not follow it without a gap is
   * not reached.
   */
  readonly reached: boolean;
  readonly mapping: PictureMapping | null;
  readonly range: DspRange | null;
  /** Process that it belongs to. */
  readonly pid: number;
}

/** An address space with what is in it. */
export interface Strip {
  /** Device of the bank, or 'dsp/<pid>'. */
  readonly key: string;
  readonly space: 'bank' | 'dsp';
  readonly title: string;
  /** By start. */
  readonly segments: readonly Segment[];
  /** Of each segment and all before it: the greatest end. */
  readonly ends: Float64Array;
  readonly usedBytes: number;
  /** Pieces whose addresses need more than 32 bits: they are in no strip. */
  readonly beyond: number;
  /** Why there may be more than is drawn; empty: nothing says so. */
  readonly unseen: string;
}

/** The runs of DMA segments that follow each other, in the order of the table. */
export function piecesOf(entries: readonly SgEntry[]): Piece[] {
  const pieces: { start: number; end: number; entries: number }[] = [];
  for (const entry of entries) {
    const start = Number(entry.dmaAddr);
    const last = pieces.at(-1);
    if (last?.end === start) {
      last.end += entry.length;
      last.entries += 1;
    } else pieces.push({ start, end: start + entry.length, entries: 1 });
  }
  return pieces;
}

/** Where the DSP reaches for a mapping whose segments do not follow each other: the same bytes from the first address on. */
export function claimOf(mapping: PictureMapping): { readonly start: number; readonly end: number } | null {
  const first = mapping.entries[0];
  if (mapping.contiguous || !first) return null;
  const start = Number(first.dmaAddr);
  return { start, end: start + mapping.size };
}

/** Mappings do not change, so their segments are made once. */
const made = new WeakMap<PictureMapping, readonly Segment[]>();

export function segmentsOf(mapping: PictureMapping): readonly Segment[] {
  const known = made.get(mapping);
  if (known) return known;
  const pieces = piecesOf(mapping.entries);
  const segments = pieces.map(({ start, end, entries }, piece): Segment => ({
    start,
    end,
    kind: mapping.kind === 'alloc' ? 'allocation' : 'import',
    piece,
    pieces: pieces.length,
    entries,
    reached: piece === 0,
    mapping,
    range: null,
    pid: mapping.pid,
  }));
  made.set(mapping, segments);
  return segments;
}

/** A strip for each context bank that some tier showed in use, by DSP and SID. */
export const bankStrips = ({ banks, mappings }: Pick<PictureSource, 'banks' | 'mappings'>): Strip[] =>
  [...banks.values()]
    .sort((a, b) => (a.dsp === b.dsp ? a.sid - b.sid : a.dsp < b.dsp ? -1 : 1))
    .map((bank) => bankStrip(bank, mappings));

function bankStrip(bank: PictureBank, mappings: ReadonlyMap<string, PictureMapping>): Strip {
  const segments: Segment[] = [];
  let beyond = 0;
  for (const id of bank.mappings) {
    const mapping = mappings.get(id);
    for (const segment of mapping ? segmentsOf(mapping) : [])
      if (segment.end <= SPACE) segments.push(segment);
      else beyond += 1;
  }
  const unseen = bank.mappedBytes.value === null ? bank.mappedBytes.why : '';
  return stripOf({ key: bank.device, space: 'bank', title: `${bank.dsp} bank ${bank.sid}` }, segments, {
    beyond,
    unseen,
  });
}

/** A strip for each DSP process of the agent's own: other processes' spaces are in no tier. */
export const dspStrips = ({ dsp }: Pick<PictureSource, 'dsp'>): Strip[] => dsp.map(dspStrip);

function dspStrip(session: DspSession): Strip {
  const segments = session.maps.map((range): Segment => ({
    start: Number(range.address),
    end: Number(range.address) + range.size,
    kind: range.what === 'heap' || range.what === 'buffer' ? range.what : 'other',
    piece: 0,
    pieces: 1,
    entries: 1,
    reached: true,
    mapping: null,
    range,
    pid: session.pid,
  }));
  const inside = segments.filter((segment) => segment.end <= SPACE);
  return stripOf(
    { key: `dsp/${session.pid}`, space: 'dsp', title: `DSP process of ${session.pid}` },
    inside,
    {
      beyond: segments.length - inside.length,
      unseen:
        `of ${formatBytes(session.addressSpace)} that can be used, ${formatBytes(spaceUsed(session))} are told; ` +
        'code and stacks of the process are in no tier',
    },
  );
}

function stripOf(
  of: Pick<Strip, 'key' | 'space' | 'title'>,
  segments: Segment[],
  rest: Pick<Strip, 'beyond' | 'unseen'>,
): Strip {
  segments.sort((a, b) => a.start - b.start);
  const ends = new Float64Array(segments.length);
  let end = 0;
  let usedBytes = 0;
  for (const [at, segment] of segments.entries()) {
    end = Math.max(end, segment.end);
    ends[at] = end;
    usedBytes += segment.end - segment.start;
  }
  return { ...of, ...rest, segments, ends, usedBytes };
}

/** What the tooltip and the table say a segment is. */
export function describeSegment(segment: Segment): string {
  const { mapping, range, kind } = segment;
  if (range) return kind === 'other' ? range.what : `DSP ${kind}`;
  const word = mapping?.kind === 'alloc' ? 'allocation' : 'import';
  if (segment.pieces === 1) return word;
  const reach = segment.reached ? 'the piece that the driver hands over' : 'not reached by the driver';
  return `${word}, piece ${segment.piece + 1} of ${segment.pieces}: ${reach}`;
}
