import type { Surface } from './painter.ts';

/** 'hatched': an import. 'crossed': not reached. 'dotted': a call. */
export type PatternKind = 'hatched' | 'crossed' | 'dotted';

const SIDE = 6;
const made = new Map<string, CanvasPattern | null>();

/** A pattern of one colour on nothing, the same on every screen. */
export function patternOf(
  { ctx, ratio }: Surface,
  kind: PatternKind,
  colour: string,
): CanvasPattern | string {
  const key = `${kind} ${colour} ${ratio}`;
  let pattern = made.get(key);
  if (pattern === undefined) {
    if (made.size > 60) made.clear();
    pattern = ctx.createPattern(tile(kind, colour, ratio), 'repeat');
    pattern?.setTransform(new DOMMatrix().scale(1 / ratio));
    made.set(key, pattern);
  }
  return pattern ?? colour;
}

function tile(kind: PatternKind, colour: string, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const side = Math.round(SIDE * ratio);
  canvas.width = side;
  canvas.height = side;
  const ctx = canvas.getContext('2d');
  if (!ctx) return canvas;
  ctx.fillStyle = colour;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.6 * ratio;
  if (kind === 'dotted') {
    ctx.fillRect(0, 0, side / 3, side / 3);
    ctx.fillRect(side / 2, side / 2, side / 3, side / 3);
    return canvas;
  }
  stroke(ctx, side, 1);
  if (kind === 'crossed') stroke(ctx, side, -1);
  return canvas;
}

/** Diagonals that go on over the edges of the tile. */
function stroke(ctx: CanvasRenderingContext2D, side: number, slope: 1 | -1): void {
  ctx.beginPath();
  for (const shift of [-side, 0, side]) {
    ctx.moveTo(shift - 1, slope === 1 ? side + 1 : -1);
    ctx.lineTo(shift + side + 1, slope === 1 ? -1 : side + 1);
  }
  ctx.stroke();
}
