import type { Lane, Span, Tick } from './lanes.ts';

/** The stretch of time that the timeline's width shows, UTC ms. */
export interface TimeView {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One life drawn on its own. */
export interface LifeBar {
  readonly x0: number;
  readonly x1: number;
  readonly row: number;
  readonly span: Span;
  /** It began before somebody looked: where it is drawn to begin is no beginning. */
  readonly unknownStart: boolean;
  /** It lasts, as far as is known. */
  readonly lasts: boolean;
}

/** Lives of each kind at each pixel; kinds that are not there are left out. */
export type Area = ReadonlyMap<Span['kind'], Uint32Array>;

export interface LaneLayout {
  readonly bars: readonly LifeBar[];
  /** Lives of each kind at each pixel, where there are too many rows for bars; null: bars. */
  readonly area: Area | null;
  /** Most lives at once in what is in view. */
  readonly peak: number;
}

/** What a layout needs beside the lane. */
export interface LaneFrame {
  readonly view: TimeView;
  readonly width: number;
  /** Where lives of unknown start are drawn from: the begin of the observation. */
  readonly observedMs: number;
  /** Where lives that last are drawn to. */
  readonly nowMs: number;
  /** A lane with more rows than these is drawn as an area. */
  readonly rows: number;
}

const NARROWEST_MS = 500;

/** Linear in the lives of the lane; never more bars than rows times pixels. */
export function layoutLane(lane: Lane, frame: LaneFrame): LaneLayout {
  return lane.rows > frame.rows ? areaOf(lane, frame) : barsOf(lane, frame);
}

function barsOf({ spans, rows }: Lane, { view, width, observedMs, nowMs }: LaneFrame): LaneLayout {
  const scale = width / (view.toMs - view.fromMs);
  const covered = new Float64Array(rows).fill(-1);
  const bars: LifeBar[] = [];
  for (const span of spans) {
    const from = span.fromMs ?? observedMs;
    const to = span.toMs ?? nowMs;
    if (to < view.fromMs || from > view.toMs) continue;
    const x0 = Math.max(-4, (from - view.fromMs) * scale);
    const x1 = Math.min(width + 4, (to - view.fromMs) * scale);
    // Lives within a pixel that is drawn already would not be seen.
    if (x1 <= (covered[span.row] ?? -1)) continue;
    covered[span.row] = Math.ceil(x1);
    bars.push({
      x0,
      x1,
      row: span.row,
      span,
      unknownStart: span.fromMs === null,
      lasts: span.toMs === null,
    });
  }
  return { bars, area: null, peak: rows };
}

function areaOf({ spans }: Lane, { view, width, observedMs, nowMs }: LaneFrame): LaneLayout {
  const scale = width / (view.toMs - view.fromMs);
  const pixels = Math.ceil(width);
  const steps = new Map<Span['kind'], Int32Array>();
  const pixel = (ms: number): number => Math.min(pixels, Math.max(0, Math.floor((ms - view.fromMs) * scale)));
  for (const span of spans) {
    const from = span.fromMs ?? observedMs;
    const to = span.toMs ?? nowMs;
    if (to < view.fromMs || from > view.toMs) continue;
    let changes = steps.get(span.kind);
    if (!changes) steps.set(span.kind, (changes = new Int32Array(pixels + 1)));
    const first = pixel(from);
    const end = Math.min(pixels, Math.max(first + 1, pixel(to)));
    changes[first] = (changes[first] ?? 0) + 1;
    changes[end] = (changes[end] ?? 0) - 1;
  }
  const area = new Map([...steps].map(([kind, changes]) => [kind, summed(changes)]));
  const all = new Uint32Array(pixels);
  for (const counts of area.values())
    for (let at = 0; at < pixels; at += 1) all[at] = (all[at] ?? 0) + (counts[at] ?? 0);
  return { bars: [], area, peak: all.reduce((most, count) => Math.max(most, count), 0) };
}

/** What the changes add up to, pixel by pixel. */
function summed(changes: Int32Array): Uint32Array {
  const sums = new Uint32Array(changes.length - 1);
  let count = 0;
  for (let at = 0; at < sums.length; at += 1) {
    count += changes[at] ?? 0;
    sums[at] = count;
  }
  return sums;
}

/** Ticks in view at least `apart` pixels from the one of the same kind before, so that a burst is one; with how many it stands for. */
export function layoutTicks(
  ticks: readonly Tick[],
  { view, width }: Pick<LaneFrame, 'view' | 'width'>,
  apart = 4,
): { readonly x: number; readonly kind: Tick['kind']; readonly count: number; readonly atMs: number }[] {
  const scale = width / (view.toMs - view.fromMs);
  const drawn: { x: number; kind: Tick['kind']; count: number; atMs: number }[] = [];
  const first = firstTick(ticks, view.fromMs - SLACK_MS);
  const last = new Map<Tick['kind'], (typeof drawn)[number]>();
  for (let at = first; at < ticks.length; at += 1) {
    const { kind, atMs } = ticks[at] as Tick;
    if (atMs > view.toMs + SLACK_MS) break;
    if (atMs < view.fromMs || atMs > view.toMs) continue;
    const x = (atMs - view.fromMs) * scale;
    const before = last.get(kind);
    if (before && Math.abs(x - before.x) < apart) before.count += 1;
    else {
      const tick = { x, kind, count: 1, atMs };
      last.set(kind, tick);
      drawn.push(tick);
    }
  }
  return drawn;
}

/** Ticks come in the order of their times but for this much: an import is told some time after it happened. */
const SLACK_MS = 10_000;

function firstTick(ticks: readonly Tick[], ms: number): number {
  let low = 0;
  let high = ticks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ticks[middle]?.atMs ?? 0) >= ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Zooms by a factor (below 1: closer) around a moment, which keeps its place. */
export function zoomedTime(view: TimeView, factor: number, aroundMs: number): TimeView {
  const span = view.toMs - view.fromMs;
  const next = Math.max(NARROWEST_MS, span * factor);
  const share = (aroundMs - view.fromMs) / span;
  const fromMs = aroundMs - share * next;
  return { fromMs, toMs: fromMs + next };
}

const STEPS_MS = [
  100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3,
  14_400e3, 43_200e3, 86_400e3,
];

/** Round moments about `apart` pixels from each other, and how far they are. `offsetMs`: of the local clock from UTC. */
export function timeTicks(
  { fromMs, toMs }: TimeView,
  { width, apart, offsetMs }: { readonly width: number; readonly apart: number; readonly offsetMs: number },
): { readonly stepMs: number; readonly at: readonly number[] } {
  const least = ((toMs - fromMs) / width) * apart;
  const stepMs = STEPS_MS.find((step) => step >= least) ?? 86_400e3 * Math.ceil(least / 86_400e3);
  const at: number[] = [];
  for (let ms = Math.ceil((fromMs + offsetMs) / stepMs) * stepMs - offsetMs; ms <= toMs; ms += stepMs)
    at.push(ms);
  return { stepMs, at };
}
