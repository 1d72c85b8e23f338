import { SPACE, type Segment, type Strip } from './address-map.ts';

/** The addresses that a strip's width shows. */
export interface View {
  readonly from: number;
  readonly to: number;
}

export const WHOLE: View = { from: 0, to: SPACE };
/** Narrowest view, bytes: four pages. */
const NARROWEST = 16 * 1024;

/** A segment drawn on its own. */
export interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly segment: Segment;
}

/** Segments narrower than a pixel that share one: drawn as one mark. */
export interface Mark {
  /** The pixel column. */
  readonly x: number;
  readonly count: number;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

export interface StripLayout {
  readonly boxes: readonly Box[];
  readonly marks: readonly Mark[];
  /** Segments that are in marks. */
  readonly gathered: number;
  /** Segments that lie wholly below and above what is in view. */
  readonly below: number;
  readonly above: number;
}

/** First segment that ends behind the address: all before it end at or before it. */
export function firstAfter(ends: Float64Array, address: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where the segments of a strip stand on `width` pixels. Linear in the segments that are in view. */
export function layoutStrip({ segments, ends }: Strip, view: View, width: number): StripLayout {
  const scale = width / (view.to - view.from);
  const boxes: Box[] = [];
  const marks: Mark[] = [];
  let gathered = 0;
  let small: Segment[] = [];
  let column = -1;
  const flush = (): void => {
    const first = small[0];
    if (small.length === 1 && first) boxes.push({ x0: column, x1: column + 1, segment: first });
    else if (first) {
      marks.push(markOf(column, small));
      gathered += small.length;
    }
    small = [];
  };
  let at = firstAfter(ends, view.from);
  let below = at;
  for (; at < segments.length; at += 1) {
    const segment = segments[at];
    if (!segment || segment.start >= view.to) break;
    if (segment.end <= view.from) {
      below += 1;
      continue;
    }
    const x0 = (segment.start - view.from) * scale;
    const x1 = (segment.end - view.from) * scale;
    if (x1 - x0 >= 1) {
      boxes.push({ x0: Math.max(0, x0), x1: Math.min(width, x1), segment });
      continue;
    }
    const pixel = Math.max(0, Math.floor(x0));
    if (pixel !== column) flush();
    column = pixel;
    small.push(segment);
  }
  flush();
  return { boxes, marks, gathered, below, above: segments.length - at };
}

function markOf(x: number, small: readonly Segment[]): Mark {
  let bytes = 0;
  let from = Infinity;
  let to = 0;
  for (const { start, end } of small) {
    bytes += end - start;
    from = Math.min(from, start);
    to = Math.max(to, end);
  }
  return { x, count: small.length, bytes, from, to };
}

/** What is at a pixel: the narrowest box there, for a wide one may lie beneath; else a mark; else a thin one right beside it. */
export function hitAt(layout: StripLayout, x: number): Segment | Mark | null {
  return (
    narrowest(layout, x, 0)?.segment ??
    layout.marks.find((mark) => mark.x === Math.floor(x)) ??
    narrowest(layout, x, 1.5)?.segment ??
    null
  );
}

function narrowest({ boxes }: StripLayout, x: number, slack: number): Box | null {
  let best: Box | null = null;
  for (const box of boxes)
    if (x >= box.x0 - slack && x < box.x1 + slack && (!best || box.x1 - box.x0 < best.x1 - best.x0))
      best = box;
  return best;
}

/** The view, its span kept where it can be, within the space. */
function clamped(from: number, span: number): View {
  const held = Math.min(SPACE, Math.max(NARROWEST, span));
  const start = Math.min(Math.max(0, from), SPACE - held);
  return { from: start, to: start + held };
}

/** Zooms by a factor (below 1: closer) around an address, which keeps its place. */
export function zoomed(view: View, factor: number, around: number): View {
  const span = Math.min(SPACE, Math.max(NARROWEST, (view.to - view.from) * factor));
  const share = (around - view.from) / (view.to - view.from);
  return clamped(around - share * span, span);
}

/** Moves by a share of what is in view: 0.1 is a tenth to the right. */
export const panned = (view: View, share: number): View =>
  clamped(view.from + share * (view.to - view.from), view.to - view.from);

/** The view moved so that its middle is at the address. */
export const centred = (view: View, address: number): View =>
  clamped(address - (view.to - view.from) / 2, view.to - view.from);

/** The view moved as little as brings the range into it; wider where it does not fit. */
export function revealing(view: View, range: { readonly start: number; readonly end: number }): View {
  const span = view.to - view.from;
  if (range.start >= view.from && range.end <= view.to) return view;
  if (range.end - range.start > span) return clamped(range.start, range.end - range.start);
  const margin = Math.min(span * 0.1, (span - (range.end - range.start)) / 2);
  return range.start < view.from
    ? clamped(range.start - margin, span)
    : clamped(range.end + margin - span, span);
}

/** What shows everything that is in the strips, with a little air; the whole space where there is nothing. */
export function fitted(strips: readonly Strip[]): View {
  let from = Infinity;
  let to = 0;
  for (const { segments, ends } of strips) {
    if (segments[0]) from = Math.min(from, segments[0].start);
    to = Math.max(to, ends.at(-1) ?? 0);
  }
  if (to <= from) return WHOLE;
  const span = (to - from) * 1.04;
  return clamped(from - (span - (to - from)) / 2, span);
}

/** Round addresses (a power of two apart), about `apart` pixels from each other. */
export function addressTicks(view: View, width: number, apart = 120): number[] {
  const step = 2 ** Math.ceil(Math.log2(((view.to - view.from) / width) * apart));
  const ticks: number[] = [];
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) ticks.push(at);
  return ticks;
}

/** An address of 32 bits: '0x8000_0000'; the end of the space is '0x1_0000_0000'. */
export function addressText(address: number): string {
  const hex = Math.round(address).toString(16).padStart(8, '0');
  return `0x${hex.length > 8 ? `${hex.slice(0, -8)}_` : ''}${hex.slice(-8, -4)}_${hex.slice(-4)}`;
}
