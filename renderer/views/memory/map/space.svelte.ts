import type { Segment, Strip } from '../../../../electron/memory/address-map.ts';
import {
  centred,
  fitted,
  hitAt,
  layoutStrip,
  panned,
  revealing,
  WHOLE,
  zoomed,
  type Mark,
  type StripLayout,
  type View,
} from '../../../../electron/memory/address-view.ts';

export interface Place {
  readonly strip: Strip;
  readonly segment: Segment;
}
export type Pointed =
  | { readonly strip: Strip; readonly segment: Segment; readonly mark: null }
  | { readonly strip: Strip; readonly segment: null; readonly mark: Mark };

const pointed = (strip: Strip, hit: Segment | Mark): Pointed =>
  'count' in hit ? { strip, segment: null, mark: hit } : { strip, segment: hit, mark: null };

/** Marks are made anew with each drawing: the same place and number are the same. */
const same = (one: Pointed | null, other: Pointed | null): boolean =>
  one?.segment === other?.segment &&
  one?.strip.key === other?.strip.key &&
  one?.mark?.x === other?.mark?.x &&
  one?.mark?.count === other?.mark?.count;

/** Height of one strip, CSS pixels. */
export const STRIP = 36;

/** Address spaces that are shown above each other with one zoom, and where the user is in them. */
export class SpaceState {
  strips = $state.raw<readonly Strip[]>([]);
  view = $state.raw<View>(WHOLE);
  /** Where the keyboard is. */
  cursor = $state.raw<Place | null>(null);
  /** What is under the pointer. */
  hover = $state.raw<Pointed | null>(null);
  /** Segments that are too narrow for a pixel of their own, as last drawn. */
  gathered = $state(0);
  /** As last drawn: what a pointer hits. */
  #layouts = new Map<string, StripLayout>();
  #fitted = false;
  #width = 1;

  /** New strips of the same spaces. What is gone the keyboard is on no more; the first ranges decide the first zoom. */
  take(strips: readonly Strip[]): void {
    this.strips = strips;
    if (!this.#fitted && strips.some(({ segments }) => segments.length > 0)) this.fit();
    if (this.cursor) this.cursor = this.#again(this.cursor);
  }

  /** Lays out what is in view; called by whoever draws. */
  layout(width: number): ReadonlyMap<string, StripLayout> {
    this.#width = width;
    this.#layouts = new Map(this.strips.map((strip) => [strip.key, layoutStrip(strip, this.view, width)]));
    return this.#layouts;
  }

  /** Ranges in view that are drawn together. */
  countGathered(): number {
    let sum = 0;
    for (const { gathered } of this.#layouts.values()) sum += gathered;
    return sum;
  }

  fit(): void {
    this.#fitted = true;
    this.view = fitted(this.strips);
  }

  whole(): void {
    this.#fitted = true;
    this.view = WHOLE;
  }

  zoom(factor: number, x = this.#width / 2): void {
    this.view = zoomed(this.view, factor, this.addressAt(x));
  }

  pan(share: number): void {
    this.view = panned(this.view, share);
  }

  centre(address: number): void {
    this.view = centred(this.view, address);
  }

  show(range: { readonly start: number; readonly end: number }): void {
    this.view = revealing(this.view, range);
  }

  /** Zooms in until the range fills a good part of the strip. */
  zoomTo({ from, to }: Mark): void {
    const span = (to - from) * 1.5;
    this.view = zoomed(this.view, span / (this.view.to - this.view.from), (from + to) / 2);
    this.centre((from + to) / 2);
  }

  addressAt(x: number): number {
    const { from, to } = this.view;
    return from + (x / this.#width) * (to - from);
  }

  /** Also after a drawing: what lies under a pointer that rests may be another then. */
  pointAt(x: number, y: number): void {
    const strip = this.strips[Math.floor(y / STRIP)];
    const layout = strip && this.#layouts.get(strip.key);
    const hit = layout ? hitAt(layout, x) : null;
    const next = strip && hit ? pointed(strip, hit) : null;
    if (!same(this.hover, next)) this.hover = next;
  }

  /** To the next or previous segment of the strip; from nowhere, to the first one in view. */
  step(by: 1 | -1): void {
    if (!this.cursor) return this.#enter();
    const { segments } = this.cursor.strip;
    this.#go(this.cursor.strip, segments.indexOf(this.cursor.segment) + by);
  }

  /** To the strip above or below, near the same address. */
  climb(by: 1 | -1): void {
    if (!this.cursor) return this.#enter();
    const { strip, segment } = this.cursor;
    for (let at = this.strips.indexOf(strip) + by; at >= 0 && at < this.strips.length; at += by) {
      const other = this.strips[at];
      if (!other || other.segments.length === 0) continue;
      const next = other.segments.findIndex(({ end }) => end > segment.start);
      return this.#go(other, next < 0 ? other.segments.length - 1 : next);
    }
  }

  toEnd(which: 'first' | 'last'): void {
    if (!this.cursor) this.#enter();
    if (this.cursor)
      this.#go(this.cursor.strip, which === 'first' ? 0 : this.cursor.strip.segments.length - 1);
  }

  #enter(): void {
    const { from, to } = this.view;
    for (const strip of this.strips) {
      const at = strip.segments.findIndex(({ start, end }) => end > from && start < to);
      if (at >= 0) return this.#go(strip, at);
    }
    const strip = this.strips.find(({ segments }) => segments.length > 0);
    if (strip) this.#go(strip, 0);
  }

  #go(strip: Strip, at: number): void {
    const segment = strip.segments[at];
    if (!segment) return;
    this.cursor = { strip, segment };
    this.show(segment);
  }

  /** The same range in the strips as they are now. */
  #again({ strip, segment }: Place): Place | null {
    const now = this.strips.find(({ key }) => key === strip.key);
    const same = now?.segments.find(
      (other) => other === segment || (other.start === segment.start && other.end === segment.end),
    );
    return now && same ? { strip: now, segment: same } : null;
  }
}
