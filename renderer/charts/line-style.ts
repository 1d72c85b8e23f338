/** How a line of a chart looks: colour, shape of its points and, after the last colour, a dash, as in the report. */
export interface LineStyle {
  /** Of the tokens: '--series-1'. */
  readonly colour: string;
  readonly symbol: SymbolName;
  /** Lengths of a dash and its gap; none: unbroken. */
  readonly dash: readonly number[];
}

const COLOURS = 6;
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'] as const;
export type SymbolName = (typeof SYMBOLS)[number];
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3]];

export const lineStyle = (at: number): LineStyle => ({
  colour: `--series-${(at % COLOURS) + 1}`,
  symbol: SYMBOLS[at % SYMBOLS.length] ?? 'circle',
  dash: DASHES[Math.floor(at / COLOURS) % DASHES.length] ?? [],
});

/** Outline of the symbol around 0, 0; about 7 pixels across. */
export const SYMBOL_PATHS: Readonly<Record<SymbolName, string>> = {
  circle: 'M3.4,0A3.4,3.4,0,1,1,-3.4,0A3.4,3.4,0,1,1,3.4,0',
  square: 'M-3,-3H3V3H-3Z',
  triangle: 'M0,-4L3.6,2.6H-3.6Z',
  diamond: 'M0,-4.4L3,0L0,4.4L-3,0Z',
  cross: 'M-1.2,-3.6H1.2V-1.2H3.6V1.2H1.2V3.6H-1.2V1.2H-3.6V-1.2H-1.2Z',
  star: 'M0,-4.6L1.1,-1.4L4.4,-1.4L1.7,0.6L2.7,3.7L0,1.8L-2.7,3.7L-1.7,0.6L-4.4,-1.4L-1.1,-1.4Z',
};
