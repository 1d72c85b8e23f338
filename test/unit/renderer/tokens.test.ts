import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { APART, contrast, DEFICIENCIES, distance, linear, oklab, seen } from '../colour.ts';

type Tokens = Readonly<Record<string, string>>;

const css = readFileSync(new URL('../../../renderer/style/tokens.css', import.meta.url), 'utf8');
const blocks = [...css.matchAll(/:root[^{]*\{([^}]*)\}/g)].map((match) => match[1] ?? '');
const tokensOf = (block = ''): Tokens => {
  const pairs = [...block.matchAll(/--([\w-]+): (#\w{6});/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  return Object.fromEntries(pairs) as Tokens;
};
const [light, systemDark, chosenDark] = blocks.map(tokensOf) as [Tokens, Tokens, Tokens];

const THEMES: readonly [string, Tokens][] = [
  ['light', light],
  ['dark', chosenDark],
];
const GROUNDS = ['bg', 'bg-raised', 'bg-sunken'] as const;
const STATES = ['ok', 'notice', 'warning', 'error'] as const;
const SERIES = [1, 2, 3, 4, 5, 6, 7, 8].map((at) => `series-${at}`);

const colour = (tokens: Tokens, name: string): string => {
  const value = tokens[name];
  if (value === undefined) throw new Error(`there is no --${name}`);
  return value;
};

function expectContrast(tokens: Tokens, text: string, ground: string, least: number): void {
  const found = contrast(colour(tokens, text), colour(tokens, ground));
  expect(found, `--${text} on --${ground}`).toBeGreaterThanOrEqual(least);
}

test('the dark theme is the same by the system and by choice', () => {
  expect(blocks).toHaveLength(3);
  expect(Object.keys(systemDark).length).toBeGreaterThan(20);
  expect(systemDark).toEqual(chosenDark);
});

test('both themes have every colour', () => {
  const names = [
    ...[...GROUNDS, 'line', 'line-strong', 'text', 'text-dim', 'text-faint', 'accent', 'accent-text'],
    ...['accent-bg', 'focus', ...STATES, ...STATES.map((state) => `${state}-bg`), ...SERIES],
  ].sort();
  for (const [, tokens] of THEMES) expect(Object.keys(tokens).sort()).toEqual(names);
});

test.each(THEMES)('text has a contrast of 4.5 or more on every ground: %s', (_, tokens) => {
  for (const ground of GROUNDS)
    for (const text of ['text', 'text-dim', 'text-faint', 'accent', ...STATES])
      expectContrast(tokens, text, ground, 4.5);
  for (const ground of ['accent-bg', ...STATES.map((state) => `${state}-bg`)])
    for (const text of ['text', 'text-dim']) expectContrast(tokens, text, ground, 4.5);
  for (const state of STATES) expectContrast(tokens, state, `${state}-bg`, 4.5);
  for (const state of STATES) expectContrast(tokens, state, 'accent-bg', 4.5);
  expectContrast(tokens, 'text-faint', 'accent-bg', 4.5);
  expectContrast(tokens, 'accent-text', 'accent', 4.5);
});

test.each(THEMES)('frames, focus and series have a contrast of 3 or more: %s', (_, tokens) => {
  for (const ground of GROUNDS) {
    expectContrast(tokens, 'line-strong', ground, 3);
    expectContrast(tokens, 'focus', ground, 3);
  }
  for (const series of SERIES) expectContrast(tokens, series, 'bg', 3);
});

test.each(THEMES)('series and states stay apart for every common colour deficiency: %s', (_, tokens) => {
  for (const [deficiency, matrix] of Object.entries(DEFICIENCIES)) {
    const colours = SERIES.map((name) => oklab(seen(linear(colour(tokens, name)), matrix)));
    colours.forEach((a, at) => {
      colours.slice(at + 1).forEach((b, more) => {
        const pair = `${deficiency}: ${SERIES[at] ?? ''} and ${SERIES[at + 1 + more] ?? ''}`;
        expect(distance(a, b), pair).toBeGreaterThanOrEqual(APART);
      });
    });
  }
});
