/** Domains and ticks of the logarithmic axes. */

export interface LogAxis {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

const MOST_TICKS = 7;

/** Decades, with 2 and 5 between them where there is room. Values above zero only; null where there is none. */
export function logAxis(values: readonly number[]): LogAxis | null {
  const some = values.filter((value) => value > 0);
  if (some.length === 0) return null;
  const low = some.reduce((a, b) => Math.min(a, b)) / 1.15;
  const high = some.reduce((a, b) => Math.max(a, b)) * 1.15;
  const domain = widened(low, high);
  for (const steps of [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
    const ticks = ticksOf(domain, steps);
    if (ticks.length <= MOST_TICKS) return { domain, ticks };
  }
  const decades = ticksOf(domain, [1]);
  const every = Math.ceil(decades.length / MOST_TICKS);
  return { domain, ticks: decades.filter((_, at) => at % every === 0) };
}

/** At least a factor of 3, so that a flat line looks flat. */
function widened(low: number, high: number): readonly [number, number] {
  const factor = Math.sqrt(Math.max(1, 3 / (high / low)));
  return [low / factor, high * factor];
}

function ticksOf([low, high]: readonly [number, number], steps: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent += 1) {
    for (const step of steps) {
      const tick = step * 10 ** exponent;
      if (tick >= low && tick <= high) ticks.push(Number(tick.toPrecision(3)));
    }
  }
  return ticks;
}

/** The sizes themselves, thinned where they are many. */
export function sizeAxis(sizes: readonly number[]): LogAxis | null {
  const sorted = [...new Set(sizes)].filter((size) => size > 0).sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return null;
  const every = Math.ceil(sorted.length / MOST_TICKS);
  return { domain: [first / 1.4, last * 1.4], ticks: sorted.filter((_, at) => at % every === 0) };
}
