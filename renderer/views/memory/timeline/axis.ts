import { timeTicks } from '../../../../electron/memory/life-layout.ts';
import { clockMsText, clockText } from '../../../app/time.ts';
import type { Palette } from '../canvas/palette.svelte.ts';
import type { Surface } from '../canvas/painter.ts';
import type { Band } from './draw.ts';
import type { TimelineState } from './timeline.svelte.ts';

export const AXIS = 34;

const textAt = (ms: number, stepMs: number): string => (stepMs < 1000 ? clockMsText(ms) : clockText(ms));

/** Times above, and below them the names of what is marked: pins, the moment that is shown, what is missing. */
export function drawAxis(
  surface: Surface,
  state: TimelineState,
  palette: Palette,
  bands: readonly Band[],
): void {
  const { ctx, width } = surface;
  const { view } = state;
  const x = (ms: number): number => ((ms - view.fromMs) / (view.toMs - view.fromMs)) * width;
  ctx.font = `11px ${palette.sans}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'center';
  const offsetMs = -new Date(view.toMs).getTimezoneOffset() * 60_000;
  const { at, stepMs } = timeTicks(view, { width, apart: 90, offsetMs });
  ctx.fillStyle = palette.dim;
  for (const ms of at) {
    ctx.fillRect(Math.round(x(ms)), 14, 1, 4);
    if (x(ms) > 30 && x(ms) < width - 30) ctx.fillText(textAt(ms, stepMs), x(ms), 7);
  }
  const free = new Taken(width);
  const { memory } = state;
  for (const [index, pin] of memory.pins.entries())
    if (pin)
      label(surface, free, {
        x: x(pin.ms),
        text: index === 0 ? 'A' : 'B',
        fill: palette.text,
        ink: palette.bg,
      });
  if (memory.atMs !== null)
    label(surface, free, {
      x: x(memory.atMs),
      text: clockMsText(memory.atMs),
      fill: palette.accent,
      ink: palette.raised,
    });
  for (const { atMs } of memory.lifetimes.lanes.faults)
    label(surface, free, { x: x(atMs), text: 'fault', fill: palette.errorBg, ink: palette.error });
  for (const band of bands) {
    const left = Math.max(0, x(band.fromMs));
    const right = Math.min(width, x(band.toMs));
    if (right > 0 && left < width && right - left > ctx.measureText(band.text).width + 8)
      label(surface, free, { x: (left + right) / 2, text: band.text, fill: 'transparent', ink: palette.dim });
  }
}

interface Label {
  readonly x: number;
  readonly text: string;
  readonly fill: string;
  readonly ink: string;
}

/** Which parts of the line of labels are written on: a label that would lie over another is left out. */
class Taken {
  readonly #width: number;
  readonly #parts: [number, number][] = [];

  constructor(width: number) {
    this.#width = width;
  }

  take(middle: number, wide: number): number | null {
    const left = Math.min(Math.max(0, middle - wide / 2), this.#width - wide);
    if (middle < 0 || middle > this.#width) return null;
    if (this.#parts.some(([from, to]) => left < to + 3 && left + wide + 3 > from)) return null;
    this.#parts.push([left, left + wide]);
    return left;
  }
}

function label({ ctx }: Surface, taken: Taken, { x, text, fill, ink }: Label): void {
  const wide = ctx.measureText(text).width + 8;
  const left = taken.take(x, wide);
  if (left === null) return;
  ctx.fillStyle = fill;
  ctx.fillRect(left, AXIS - 16, wide, 15);
  ctx.fillStyle = ink;
  ctx.textAlign = 'left';
  ctx.fillText(text, left + 4, AXIS - 8);
}
