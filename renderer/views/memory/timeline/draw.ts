import type { Area, LifeBar, TimeView } from '../../../../electron/memory/life-layout.ts';
import type { Gap } from '../../../../electron/memory/lifetimes.ts';
import type { Span, Tick } from '../../../../electron/memory/lanes.ts';
import type { Palette } from '../canvas/palette.svelte.ts';
import type { Surface } from '../canvas/painter.ts';
import { patternOf } from '../canvas/patterns.ts';
import { barStep, barTop, type LaneBox, type TimelineState } from './timeline.svelte.ts';

export interface LanesScene {
  readonly state: TimelineState;
  readonly palette: Palette;
  /** First pixel of the lanes that is in sight. */
  readonly scrolled: number;
  readonly lit: ((span: Span) => boolean) | null;
  /** Stretches in which something is missing. */
  readonly bands: readonly Band[];
}

/** A stretch of time that is not as the others. */
export interface Band {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'before' | 'gap' | 'away';
  readonly text: string;
}

export function drawLanes(surface: Surface, scene: LanesScene): void {
  const { ctx, width, height } = surface;
  const { state, scrolled } = scene;
  drawBands(surface, scene);
  for (const box of state.boxes) {
    if (box.top + box.height < scrolled || box.top > scrolled + height) continue;
    ctx.save();
    ctx.translate(0, box.top - scrolled);
    drawLane(surface, scene, box);
    ctx.restore();
  }
  drawMoments(surface, scene);
  ctx.clearRect(width, 0, 1, height);
}

const scaleOf =
  (view: TimeView, width: number) =>
  (ms: number): number =>
    ((ms - view.fromMs) / (view.toMs - view.fromMs)) * width;

interface Stretch extends Pick<Band, 'kind'> {
  readonly left: number;
  readonly wide: number;
}

/** The bands in sight, in pixels. */
function stretchesOf(width: number, { state, bands }: LanesScene): Stretch[] {
  const x = scaleOf(state.view, width);
  return bands.flatMap(({ fromMs, toMs, kind }) => {
    const [left, right] = [Math.max(0, x(fromMs)), Math.min(width, x(toMs))];
    return right <= 0 || left >= width ? [] : [{ left, wide: Math.max(2, right - left), kind }];
  });
}

function drawBands(surface: Surface, scene: LanesScene): void {
  const { ctx, width, height } = surface;
  const { palette } = scene;
  for (const { left, wide, kind } of stretchesOf(width, scene)) {
    ctx.fillStyle = palette.sunken;
    ctx.fillRect(left, 0, wide, height);
    if (kind === 'before') continue;
    ctx.fillStyle = patternOf(surface, 'hatched', palette.line);
    ctx.fillRect(left, 0, wide, height);
  }
}

function drawLane(surface: Surface, scene: LanesScene, box: LaneBox): void {
  const { ctx, width } = surface;
  const { state, palette } = scene;
  if (state.pid === box.lane.pid) {
    ctx.fillStyle = palette.accent;
    ctx.fillRect(0, 0, 2, box.height - 1);
  }
  ctx.fillStyle = palette.line;
  ctx.fillRect(0, box.height - 1, width, 1);
  const { bars, area, peak } = state.layout(box, width);
  if (area) drawArea(surface, palette, { area, peak, height: box.height });
  for (const bar of bars) drawBar(surface, scene, box, bar);
  ctx.globalAlpha = 1;
  for (const tick of state.ticks(box.lane, width)) drawTick(ctx, palette, tick, box.height);
  if (area) drawPeak(surface, scene, peak);
}

/** Over everything else in the lane, on the ground that the lane has there. */
function drawPeak({ ctx, width }: Surface, scene: LanesScene, peak: number): void {
  const { palette } = scene;
  const text = `up to ${peak} at once`;
  ctx.font = `11px ${palette.sans}`;
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  const box = { left: 2, right: ctx.measureText(text).width + 8 };
  ctx.fillStyle = palette.bg;
  ctx.fillRect(box.left, 2, box.right - box.left, 14);
  ctx.fillStyle = palette.sunken;
  for (const { left, wide } of stretchesOf(width, scene)) {
    const [from, to] = [Math.max(left, box.left), Math.min(left + wide, box.right)];
    if (to > from) ctx.fillRect(from, 2, to - from, 14);
  }
  ctx.fillStyle = palette.dim;
  ctx.fillText(text, 5, 4);
}

interface AreaBox {
  readonly area: Area;
  readonly peak: number;
  readonly height: number;
}

const STACKED = ['allocation', 'import', 'held', 'call'] as const;

/** How many live at once, the kinds upon each other as the bars have them: solid, hatched, plain, dotted. Drawn run by run. */
function drawArea(surface: Surface, palette: Palette, { area, peak, height }: AreaBox): void {
  const { ctx } = surface;
  const scale = (height - 14) / Math.max(1, peak);
  const low = height - 7;
  const below = new Uint32Array(Math.ceil(surface.width));
  for (const kind of STACKED) {
    const counts = area.get(kind);
    if (!counts) continue;
    const colour = colourOf({ kind, scattered: false }, palette);
    ctx.fillStyle = kind === 'import' ? patternOf(surface, 'hatched', colour) : colour;
    let from = 0;
    for (let x = 1; x <= counts.length; x += 1) {
      if (counts[x] === counts[from] && below[x] === below[from] && x < counts.length) continue;
      const [count = 0, base = 0] = [counts[from], below[from]];
      if (count > 0) ctx.fillRect(from, low - (base + count) * scale, x - from, count * scale);
      below.fill(base + count, from, x);
      from = x;
    }
  }
}

function drawBar(surface: Surface, { palette, lit, state }: LanesScene, box: LaneBox, bar: LifeBar): void {
  const { ctx } = surface;
  const y = barTop(box, bar.row);
  const tall = Math.max(1, barStep(box) - (barStep(box) > 3 ? 2 : 0.5));
  const wide = Math.max(1, bar.x1 - bar.x0);
  ctx.globalAlpha = lit && !lit(bar.span) ? 0.35 : 1;
  const colour = colourOf(bar.span, palette);
  if (bar.unknownStart) drawFade(surface, colour, { x: bar.x0, y, tall });
  if (bar.span.kind === 'allocation' || wide < 4 || tall < 4) ctx.fillStyle = colour;
  else if (bar.span.kind === 'held') ctx.fillStyle = palette.bg;
  else ctx.fillStyle = patternOf(surface, bar.span.kind === 'call' ? 'dotted' : 'hatched', colour);
  ctx.fillRect(bar.x0, y, wide, tall);
  if (wide >= 4 && tall >= 4 && bar.span.kind !== 'allocation') {
    ctx.strokeStyle = colour;
    ctx.strokeRect(bar.x0 + 0.5, y + 0.5, wide - 1, tall - 1);
  }
  if (state.hover?.span === bar.span || lit?.(bar.span)) {
    ctx.strokeStyle = palette.text;
    ctx.strokeRect(bar.x0 - 0.5, y - 0.5, wide + 1, tall + 1);
  }
}

/** Nobody knows since when: the bar fades out to the left of where the observation begins. */
function drawFade({ ctx }: Surface, colour: string, at: { x: number; y: number; tall: number }): void {
  if (at.x <= 0) return;
  const long = 28;
  const base = ctx.globalAlpha;
  ctx.fillStyle = colour;
  for (let step = 0; step < long; step += 2) {
    ctx.globalAlpha = base * (step / long);
    ctx.fillRect(at.x - long + step, at.y + at.tall / 4, 1.4, at.tall / 2);
  }
  ctx.globalAlpha = base;
}

function colourOf({ kind, scattered }: Pick<Span, 'kind' | 'scattered'>, palette: Palette): string {
  if (scattered) return palette.error;
  if (kind === 'allocation') return palette.allocation;
  if (kind === 'import') return palette.import;
  return kind === 'call' ? palette.call : palette.held;
}

type Drawn = Pick<Tick, 'kind'> & { readonly x: number };

/** Import: a triangle that points up at the lower edge. Close: one that points down at the upper. Death: a cross over the lane. */
function drawTick(ctx: CanvasRenderingContext2D, palette: Palette, { kind, x }: Drawn, height: number): void {
  ctx.strokeStyle = palette.text;
  ctx.fillStyle = kind === 'import' ? palette.import : palette.dim;
  ctx.beginPath();
  if (kind === 'death') {
    const middle = height / 2;
    ctx.lineWidth = 2;
    ctx.moveTo(x - 5, middle - 5);
    ctx.lineTo(x + 5, middle + 5);
    ctx.moveTo(x + 5, middle - 5);
    ctx.lineTo(x - 5, middle + 5);
    ctx.stroke();
    ctx.lineWidth = 1;
    return;
  }
  const [edge, tip] = kind === 'import' ? [height - 1, height - 6] : [0, 5];
  ctx.moveTo(x - 3, edge);
  ctx.lineTo(x + 3, edge);
  ctx.lineTo(x, tip);
  ctx.fill();
}

/** The moment that is shown, the pins, and now. */
function drawMoments({ ctx, width, height }: Surface, { state, palette }: LanesScene): void {
  const x = scaleOf(state.view, width);
  const { memory } = state;
  const upright = (ms: number, colour: string, dash: number[]): void => {
    const at = Math.round(x(ms)) + 0.5;
    if (at < 0 || at > width) return;
    ctx.strokeStyle = colour;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(at, 0);
    ctx.lineTo(at, height);
    ctx.stroke();
    ctx.setLineDash([]);
  };
  if (state.nowMs > 0) upright(state.nowMs, palette.faint, [1, 3]);
  for (const { atMs } of memory.lifetimes.lanes.faults) upright(atMs, palette.error, [4, 2]);
  for (const pin of memory.pins) if (pin) upright(pin.ms, palette.text, [6, 3]);
  if (memory.atMs !== null) {
    ctx.lineWidth = 2;
    upright(memory.atMs, palette.accent, []);
    ctx.lineWidth = 1;
  }
}

/** What is not as the rest: before somebody looked, lost events, the board away, lives that were dropped. */
export function bandsOf(state: TimelineState): Band[] {
  const { lifetimes } = state.memory;
  const { fromMs, lanes, gaps, away } = lifetimes;
  if (fromMs === null) return [];
  const bands: Band[] = [{ fromMs: -Infinity, toMs: fromMs, kind: 'before', text: 'before the observation' }];
  if (lanes.wholeFromMs !== null)
    bands.push({
      fromMs,
      toMs: lanes.wholeFromMs,
      kind: 'gap',
      text: `${lanes.dropped} older lives are kept no more`,
    });
  for (const gap of gaps) bands.push({ ...gap, kind: 'gap', text: gapText(gap) });
  for (const { fromMs: from, toMs, kind } of away)
    bands.push({
      fromMs: from,
      toMs: toMs ?? Infinity,
      kind: 'away',
      text: kind === 'lost' ? 'board away' : 'not watched',
    });
  return bands;
}

const gapText = ({ lost }: Gap): string => (lost === null ? 'steps missing' : `${lost} events lost`);
