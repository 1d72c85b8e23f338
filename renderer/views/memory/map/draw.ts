import { claimOf, SPACE, type Segment, type Strip } from '../../../../electron/memory/address-map.ts';
import {
  addressText,
  addressTicks,
  type Box,
  type StripLayout,
  type View,
} from '../../../../electron/memory/address-view.ts';
import type { Palette } from '../canvas/palette.svelte.ts';
import type { Surface } from '../canvas/painter.ts';
import { patternOf } from '../canvas/patterns.ts';
import { STRIP } from './space.svelte.ts';

export interface Scene {
  readonly strips: readonly Strip[];
  readonly layouts: ReadonlyMap<string, StripLayout>;
  readonly view: View;
  readonly palette: Palette;
  /** True: belongs to the selection; null: nothing is selected. */
  readonly lit: ((segment: Segment) => boolean) | null;
  readonly cursor: Segment | null;
  readonly hover: Segment | null;
  /** Addresses with a line across all strips, and what it says. */
  readonly lines: readonly { readonly at: number; readonly text: string }[];
}

const TOP = 7;
const BAR = STRIP - 14;
export const AXIS = 20;

export function drawStrips(surface: Surface, scene: Scene): void {
  const { ctx, width } = surface;
  const { view, palette, strips } = scene;
  const x = scaleOf(view, width);
  ctx.lineWidth = 1;
  for (const [row, strip] of strips.entries()) {
    const y = row * STRIP + TOP;
    ctx.fillStyle = palette.sunken;
    ctx.fillRect(0, y, width, BAR);
    ctx.strokeStyle = palette.line;
    for (const tick of addressTicks(view, width)) line(ctx, x(tick), y, y + BAR);
    const layout = scene.layouts.get(strip.key);
    if (layout) {
      drawStrip(surface, scene, layout, y);
      drawBeside(surface, palette, layout, y);
    }
    ctx.strokeStyle = palette.line;
    ctx.strokeRect(0.5, y - 0.5, width - 1, BAR + 1);
  }
  for (const { at } of scene.lines) {
    ctx.strokeStyle = palette.text;
    ctx.setLineDash([2, 3]);
    line(ctx, x(at), 0, strips.length * STRIP);
    ctx.setLineDash([]);
  }
}

const scaleOf =
  (view: View, width: number) =>
  (address: number): number =>
    ((address - view.from) / (view.to - view.from)) * width;

function line(ctx: CanvasRenderingContext2D, x: number, y0: number, y1: number): void {
  const at = Math.round(x) + 0.5;
  ctx.beginPath();
  ctx.moveTo(at, y0);
  ctx.lineTo(at, y1);
  ctx.stroke();
}

function drawStrip(surface: Surface, scene: Scene, layout: StripLayout, y: number): void {
  const { ctx } = surface;
  const { palette, lit } = scene;
  for (const mark of layout.marks) {
    const height = Math.min(BAR, 4 + 3 * Math.log2(mark.count));
    ctx.fillStyle = palette.dim;
    ctx.fillRect(mark.x, y + BAR - height, 1, height);
  }
  for (const box of layout.boxes) {
    ctx.globalAlpha = lit && !lit(box.segment) ? 0.35 : 1;
    drawBox(surface, scene, box, y);
  }
  ctx.globalAlpha = 1;
  for (const { segment } of layout.boxes) if (lit?.(segment)) drawClaim(surface, scene, segment, y);
  for (const box of layout.boxes) {
    const { segment } = box;
    if (segment === scene.cursor) frame(ctx, box, y - 4, BAR + 8, palette.accent, 2);
    else if (segment === scene.hover) frame(ctx, box, y - 2, BAR + 4, palette.text, 1);
    else if (lit?.(segment)) frame(ctx, box, y - 2, BAR + 4, palette.text, 2);
  }
}

/** How many ranges lie to the left and to the right of what is in view. */
function drawBeside(
  { ctx, width }: Surface,
  palette: Palette,
  { below, above }: StripLayout,
  y: number,
): void {
  ctx.font = `11px ${palette.sans}`;
  ctx.textBaseline = 'middle';
  const note = (text: string, left: boolean): void => {
    const wide = ctx.measureText(text).width + 6;
    ctx.fillStyle = palette.raised;
    ctx.fillRect(left ? 1 : width - wide - 1, y + 3, wide, BAR - 6);
    ctx.fillStyle = palette.dim;
    ctx.textAlign = left ? 'left' : 'right';
    ctx.fillText(text, left ? 4 : width - 4, y + BAR / 2 + 0.5);
  };
  if (below > 0) note(`◂ ${below}`, true);
  if (above > 0) note(`${above} ▸`, false);
}

function drawBox(surface: Surface, { palette }: Scene, { x0, x1, segment }: Box, y: number): void {
  const { ctx } = surface;
  const x = Math.round(x0 * 2) / 2;
  const width = Math.max(1, Math.round((x1 - x0) * 2) / 2);
  // Neighbours keep a gap where there is room for one.
  const shown = width > 3 ? width - 1 : width;
  const colour = colourOf(segment, palette);
  ctx.fillStyle = colour;
  if (segment.kind === 'allocation' || segment.kind === 'heap') {
    ctx.fillRect(x, y, shown, BAR);
    return;
  }
  if (width < 4) {
    drawNarrow(ctx, segment, { x, y, width: shown });
    return;
  }
  ctx.fillStyle = palette.bg;
  ctx.fillRect(x, y, shown, BAR);
  ctx.fillStyle = patternOf(surface, segment.reached ? 'hatched' : 'crossed', colour);
  ctx.fillRect(x, y, shown, BAR);
  ctx.strokeStyle = colour;
  if (!segment.reached) ctx.setLineDash([3, 2]);
  ctx.strokeRect(x + 0.5, y + 0.5, shown - 1, BAR - 1);
  ctx.setLineDash([]);
}

/** Too narrow for a pattern: an import has a gap in its middle, what is not reached is dashed. */
function drawNarrow(
  ctx: CanvasRenderingContext2D,
  { reached }: Segment,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): void {
  const [long, gap] = reached ? [(BAR - 4) / 2, 4] : [3, 2];
  for (let at = 0; at < BAR; at += long + gap) ctx.fillRect(x, y + at, width, Math.min(long, BAR - at));
}

function colourOf(segment: Segment, palette: Palette): string {
  if (!segment.reached) return palette.error;
  if (segment.kind === 'allocation') return palette.allocation;
  if (segment.kind === 'heap') return palette.heap;
  return segment.kind === 'other' ? palette.held : palette.import;
}

/** Where the DSP reaches for a scattered import that is selected: a bracket below the strip, from the first piece on. */
function drawClaim({ ctx, width }: Surface, { view, palette }: Scene, segment: Segment, y: number): void {
  const claim = segment.piece === 0 && segment.mapping ? claimOf(segment.mapping) : null;
  if (!claim) return;
  const x = scaleOf(view, width);
  const [left, right] = [
    Math.max(-2, x(claim.start)),
    Math.min(width + 2, Math.max(x(claim.end), x(claim.start) + 3)),
  ];
  const low = y + BAR + 4.5;
  ctx.strokeStyle = palette.error;
  ctx.beginPath();
  ctx.moveTo(left, low - 3);
  ctx.lineTo(left, low);
  ctx.lineTo(right, low);
  ctx.lineTo(right, low - 3);
  ctx.stroke();
}

function frame(
  ctx: CanvasRenderingContext2D,
  { x0, x1 }: Box,
  y: number,
  height: number,
  colour: string,
  thick: number,
): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = thick;
  ctx.strokeRect(Math.round(x0) - 1, y, Math.max(3, Math.round(x1 - x0) + 1), height);
  ctx.lineWidth = 1;
}

export interface AxisScene {
  readonly strips: readonly Strip[];
  readonly view: View;
  readonly palette: Palette;
  readonly lines: Scene['lines'];
}

export const OVERVIEW = 10;

/** The whole space in small with the part that is in view, and below it the addresses of that part. */
export function drawAxis({ ctx, width }: Surface, { strips, view, palette, lines }: AxisScene): void {
  const whole = scaleOf({ from: 0, to: SPACE }, width);
  ctx.fillStyle = palette.sunken;
  ctx.fillRect(0, 0, width, OVERVIEW);
  ctx.fillStyle = palette.dim;
  for (const column of used(strips, width)) ctx.fillRect(column, 2, 1, OVERVIEW - 4);
  const left = whole(view.from);
  const span = Math.max(3, whole(view.to) - left);
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 2;
  ctx.strokeRect(Math.min(Math.max(1, left), width - span - 1), 1, Math.min(span, width - 2), OVERVIEW - 2);
  ctx.lineWidth = 1;
  ctx.font = `11px ${palette.mono}`;
  ctx.textBaseline = 'middle';
  const x = scaleOf(view, width);
  ctx.strokeStyle = palette.lineStrong;
  ctx.textAlign = 'left';
  let written = 0;
  for (const tick of addressTicks(view, width, 130)) {
    const at = x(tick);
    line(ctx, at, OVERVIEW + AXIS - 4, OVERVIEW + AXIS);
    const text = addressText(tick);
    const half = ctx.measureText(text).width / 2;
    const left = Math.min(Math.max(at - half, 1), width - 2 * half - 1);
    if (left < written) continue;
    written = left + 2 * half + 12;
    ctx.fillStyle = palette.dim;
    ctx.fillText(text, left, OVERVIEW + AXIS / 2);
  }
  ctx.textAlign = 'left';
  for (const { at, text } of lines) {
    if (x(at) < 0 || x(at) > width) continue;
    ctx.fillStyle = palette.text;
    ctx.textAlign = 'right';
    ctx.fillText(text, x(at) - 52, OVERVIEW + AXIS / 2);
  }
}

/** Pixels of the overview in which some strip has something; a wide range is all of them. */
function used(strips: readonly Strip[], width: number): Set<number> {
  const columns = new Set<number>();
  for (const { segments } of strips)
    for (const { start, end } of segments)
      for (let at = Math.floor((start / SPACE) * width); at <= ((end - 1) / SPACE) * width; at += 1)
        columns.add(at);
  return columns;
}
