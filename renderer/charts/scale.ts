/** From values to pixels, and the round values between. */

export type Scale = (value: number) => number;

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [d0, d1] = domain;
  const [r0, r1] = range;
  return (value) => (d1 === d0 ? (r0 + r1) / 2 : r0 + ((value - d0) / (d1 - d0)) * (r1 - r0));
}

/** Values and domain above zero. */
export function logScale([d0, d1]: readonly [number, number], range: readonly [number, number]): Scale {
  const inner = linearScale([Math.log(d0), Math.log(d1)], range);
  return (value) => inner(Math.log(value));
}

/** About `count` round values from 0 to `most`, both ends where they are round. */
export function linearTicks(most: number, count: number): number[] {
  if (!(most > 0)) return [0];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let at = 0; at * step <= most * (1 + 1e-9); at += 1) ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

/** A domain of ratios around 1, the same factor to both sides, at least 1.1. Lines beyond `most` are cut at the edge. */
export function ratioDomain(ratios: readonly number[], most = 16): readonly [number, number] {
  const reach = ratios.reduce((far, ratio) => Math.max(far, ratio, 1 / ratio), 1.1);
  const factor = Math.min(reach * 1.05, most);
  return [1 / factor, factor];
}

const RATIO_STEPS: readonly (readonly number[])[] = [
  [1.01, 1.02, 1.05],
  [1.05, 1.1],
  [1.1, 1.2],
  [1.2, 1.5, 2],
  [1.5, 2, 3],
  [2, 4, 8],
  [2, 4, 8, 16],
];

/** Ratios to write at the axis: 1, and the same round factors to both sides. */
export function ratioTicks([, factor]: readonly [number, number]): number[] {
  const fitting = RATIO_STEPS.map((steps) => steps.filter((step) => step <= factor));
  const steps = fitting.findLast((some) => some.length > 1) ?? fitting.find((some) => some.length > 0) ?? [];
  return [...steps.map((step) => 1 / step).reverse(), 1, ...steps];
}
