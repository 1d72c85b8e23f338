import type { SeededRng } from './rng.ts';

/**
 * Standard normal by Marsaglia's polar method; the second number of the pair is not kept, so that a draw
 * depends on the stream alone.
 */
export function drawNormal(rng: SeededRng): number {
  for (;;) {
    const u = 2 * rng.uniform() - 1;
    const v = 2 * rng.uniform() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/** Gamma of the given shape (1 or more) and scale 1 (G. Marsaglia, W. W. Tsang, ACM TOMS 26, 2000). */
export function drawGamma(rng: SeededRng, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(rng);
    const root = 1 + c * x;
    const v = root * root * root;
    if (v <= 0) continue;
    const u = rng.uniform();
    // The paper's squeeze: it lets most of what is taken be taken without a logarithm.
    if (u < 1 - 0.0331 * x * x * x * x) return d * v;
    if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

/**
 * Beta of the given shapes (1 or more each): where the k-th smallest of n uniform numbers falls, for shapes k
 * and n + 1 - k.
 */
export function drawBeta(rng: SeededRng, a: number, b: number): number {
  const x = drawGamma(rng, a);
  return x / (x + drawGamma(rng, b));
}
