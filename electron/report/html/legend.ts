import { trusted, type Markup } from './markup.ts';
import { LIGHT, seriesColour } from './palette.ts';

/** How a line of a chart looks: colour, shape of its points and, after the last colour, a dash. */
export interface LineStyle {
  readonly colour: string;
  readonly symbol: string;
  readonly dash: string;
}

const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'] as const;
const DASHES = ['none', '6 3', '2 3'] as const;

const PATHS: Readonly<Record<string, string>> = {
  circle: 'M3.4,0A3.4,3.4,0,1,1,-3.4,0A3.4,3.4,0,1,1,3.4,0',
  square: 'M-3,-3H3V3H-3Z',
  triangle: 'M0,-4L3.6,2.6H-3.6Z',
  diamond: 'M0,-4.4L3,0L0,4.4L-3,0Z',
  cross: 'M-1.2,-3.6H1.2V-1.2H3.6V1.2H1.2V3.6H-1.2V1.2H-3.6V-1.2H-1.2Z',
  star: 'M0,-4.6L1.1,-1.4L4.4,-1.4L1.7,0.6L2.7,3.7L0,1.8L-2.7,3.7L-1.7,0.6L-4.4,-1.4L-1.1,-1.4Z',
};

export function lineStyle(at: number): LineStyle {
  const round = Math.floor(at / LIGHT.series.length);
  return {
    colour: seriesColour(at),
    symbol: SYMBOLS[at % SYMBOLS.length] ?? 'circle',
    dash: DASHES[round % DASHES.length] ?? 'none',
  };
}

/** A short piece of the line, for the row that names it. */
export const swatch = ({ colour, symbol, dash }: LineStyle): Markup => {
  const shape = PATHS[symbol];
  const point =
    shape === undefined ? '' : `<path d="${shape}" transform="translate(14,6)" fill="${colour}"/>`;
  return trusted(
    `<svg class="swatch" width="28" height="12" aria-hidden="true"><path d="M1,6H27" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dash}" fill="none"/>${point}</svg>`,
  );
};
