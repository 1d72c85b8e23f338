/**
 * Colours as data. Text has a contrast of 4.5 or more on both grounds, lines and fills of charts 3 or more on the page, and
 * the series stay apart for the three dichromacies; a test computes all of it. Colour never stands alone: a word, a shape or
 * a number says the same.
 */
export interface Palette {
  readonly page: string;
  readonly panel: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly ok: string;
  readonly notice: string;
  readonly warning: string;
  readonly error: string;
  readonly banner: string;
  readonly 'banner-text': string;
  /** Of charts, in the order of use. */
  readonly series: readonly string[];
}

export const LIGHT: Palette = {
  page: '#ffffff',
  panel: '#f4f5f7',
  text: '#1a1d21',
  muted: '#565e68',
  line: '#d3d8de',
  accent: '#0b5cad',
  ok: '#0a6b3d',
  notice: '#0b5cad',
  warning: '#865000',
  error: '#b3261e',
  banner: '#ffefc7',
  'banner-text': '#4d3200',
  series: ['#1b71bc', '#df6c32', '#386958', '#b36c8f', '#836412', '#33317a'],
};

export const DARK: Palette = {
  page: '#14171a',
  panel: '#1d2126',
  text: '#e6e9ec',
  muted: '#a3abb5',
  line: '#3a4149',
  accent: '#7db8f2',
  ok: '#5fce93',
  notice: '#7db8f2',
  warning: '#f0b355',
  error: '#ff938a',
  banner: '#3d2e08',
  'banner-text': '#ffdf9e',
  series: ['#5095bb', '#f97c3d', '#3fbe90', '#eea2d4', '#ded66a', '#9c95fe'],
};

export const variables = ({ series, ...named }: Palette): string =>
  [
    ...Object.entries(named).map(([name, colour]) => `--${name}:${colour}`),
    ...series.map((colour, at) => `--s${at + 1}:${colour}`),
  ].join(';');

/** The CSS colour of series `at`; after the last it begins again (then the dash tells them apart). */
export const seriesColour = (at: number): string => `var(--s${(at % LIGHT.series.length) + 1})`;
