import { expect, test } from 'vitest';
import { DARK, LIGHT, type Palette } from '../../../electron/report/html/palette.ts';
import { APART, contrast, DEFICIENCIES, distance, linear, oklab, seen } from '../colour.ts';

const PALETTES: readonly [string, Palette][] = [
  ['light', LIGHT],
  ['dark', DARK],
];

test.each(PALETTES)('text has a contrast of 4.5 or more on page and panel: %s', (_name, palette) => {
  const texts = ['text', 'muted', 'accent', 'ok', 'notice', 'warning', 'error'] as const;
  for (const name of texts)
    for (const ground of [palette.page, palette.panel])
      expect(contrast(palette[name], ground), name).toBeGreaterThanOrEqual(4.5);
  expect(contrast(palette['banner-text'], palette.banner)).toBeGreaterThanOrEqual(4.5);
});

test.each(PALETTES)('lines and fills of charts have a contrast of 3 or more: %s', (_name, palette) => {
  for (const colour of palette.series)
    expect(contrast(colour, palette.page), colour).toBeGreaterThanOrEqual(3);
});

test.each(PALETTES)('the series stay apart for every common colour deficiency: %s', (_name, palette) => {
  for (const [name, matrix] of Object.entries(DEFICIENCIES)) {
    const colours = palette.series.map((colour) => oklab(seen(linear(colour), matrix)));
    colours.forEach((a, at) =>
      colours.slice(at + 1).forEach((b, more) => {
        const pair = `${name}: ${palette.series[at] ?? ''} and ${palette.series[at + 1 + more] ?? ''}`;
        expect(distance(a, b), pair).toBeGreaterThanOrEqual(APART);
      }),
    );
  }
});

test('contrast is computed as the standard says', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
