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

/** Ratios further out than most of them are cut at the edge of the axis, so that they do not press the rest together. */
const MOST = 0.95;
const WIDEST = 16;

/** A domain of ratios around 1, the same factor to both sides, at least 1.1: wide enough for most of the ratios. */
export function ratioDomain(ratios: readonly number[]): readonly [number, number] {
  const reaches = ratios.map((ratio) => Math.max(ratio, 1 / ratio)).sort((a, b) => a - b);
  const reach = reaches[Math.ceil(MOST * reaches.length) - 1] ?? 1;
  const factor = Math.min(Math.max(reach * 1.1, 1.1), WIDEST);
  return [1 / factor, factor];
}

const RATIO_STEPS: readonly (readonly number[])[] = [
  [1.02, 1.05, 1.1],
  [1.05, 1.1, 1.2],
  [1.1, 1.2, 1.5],
  [1.25, 1.5, 2],
  [1.5, 2, 3],
  [2, 3, 5],
  [2, 4, 8],
  [4, 8, 16],
];

/** Ratios to write at the axis: 1, and the same round factors to both sides, at most three each. */
export function ratioTicks([, factor]: readonly [number, number]): number[] {
  const steps =
    RATIO_STEPS.findLast((some) => some.filter((step) => step <= factor).length > 1) ?? RATIO_STEPS[0] ?? [];
  const inside = steps.filter((step) => step <= factor);
  return [...inside.map((step) => 1 / step).reverse(), 1, ...inside];
}
