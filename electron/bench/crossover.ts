import type { PointGroup, ResultRow } from './results.ts';
import {
  drawMedians,
  MIN_RESAMPLES,
  rememberedDraws,
  resampledMedian,
  type DrawMedians,
  type Medians,
} from './statistics/bootstrap.ts';
import { LEVEL, tooFew, type TooFew } from './statistics/figures.ts';
import { medianOfSorted } from './statistics/percentile.ts';
import { Xoshiro128 } from './statistics/rng.ts';
import { placeNth } from './statistics/sort.ts';
import { passVariant, type Pass } from './variants.ts';

/**
 * Where sharing a buffer begins to be cheaper than copying it. `below`: already at the smallest size that was measured; `beyond`: not
 * even at the largest.
 */
export interface Crossing {
  readonly kind: 'at' | 'below' | 'beyond';
  /** Of 'at' the size of the crossing, else the smallest or the largest that was measured. */
  readonly bytes: number;
}

export interface CrossingInterval {
  readonly kind: 'interval';
  readonly low: Crossing;
  readonly high: Crossing;
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
  readonly algorithm: string;
}

/** Copying against one way of sharing, over the sizes that both were measured at. */
export interface Crossover {
  readonly direction: 'in' | 'out';
  readonly way: Exclude<Pass, 'copy'>;
  readonly copy: readonly ResultRow[];
  readonly shared: readonly ResultRow[];
  readonly crossing: Crossing;
  readonly interval: CrossingInterval | TooFew;
}

/** Times of one size, ascending: of the copy and of the sharing call. */
export interface SizeTimes {
  readonly size: number;
  readonly copy: Float64Array;
  readonly shared: Float64Array;
}

/** Any number serves; it is written beside the interval, so that it can be made again. */
const SEED = 20_261_122;
/** As for the ratio of two medians: no resample reaches beyond the samples. */
const NEEDS = 6;
const WAYS = ['buffer', 'mapped', 'dma'] as const;

/** Those groups of a run that its crossovers are made of. */
export const crossoverGroups = (groups: readonly PointGroup[]): PointGroup[] =>
  groups.filter(
    ({ point, status }) => point.benchmark === 'rpc.argsize' && status !== 'fail' && point.size > 0,
  );

/**
 * Every pair of copying and sharing in rpc.argsize that was measured at two sizes or more, as the CPU sees the call. Points that
 * failed their check are not in it.
 */
export function crossoversOf(groups: readonly PointGroup[]): Crossover[] {
  const calls = crossoverGroups(groups).flatMap((group) =>
    group.rows.filter((row) => row.series === 'call' && row.samples.length > 0),
  );
  const draw = rememberedDraws();
  return (['in', 'out'] as const).flatMap((direction) =>
    WAYS.flatMap((way) => crossoverOf(calls, direction, way, draw) ?? []),
  );
}

function crossoverOf(
  calls: readonly ResultRow[],
  direction: 'in' | 'out',
  way: Crossover['way'],
  draw: DrawMedians,
): Crossover | null {
  const of = (pass: Pass): ResultRow[] =>
    calls.filter((row) => row.variant === passVariant(pass, direction)).sort((a, b) => a.size - b.size);
  const both = of('copy').flatMap((copy) => {
    const shared = of(way).find((row) => row.size === copy.size);
    return shared ? [{ copy, shared }] : [];
  });
  if (both.length < 2) return null;
  const times = both.map(({ copy, shared }) => ({
    size: copy.size,
    copy: copy.samples,
    shared: shared.samples,
  }));
  return {
    direction,
    way,
    copy: both.map((pair) => pair.copy),
    shared: both.map((pair) => pair.shared),
    crossing: crossingOf(
      times.map((one) => gapOf(one.size, medianOfSorted(one.copy), medianOfSorted(one.shared))),
    ),
    interval: crossingInterval(times, SEED, MIN_RESAMPLES, draw),
  };
}

/** Logarithm of copy over shared: above 0 sharing is cheaper. */
interface Gap {
  readonly size: number;
  readonly gap: number;
}

const gapOf = (size: number, copy: number, shared: number): Gap => ({ size, gap: Math.log(copy / shared) });

/**
 * The size from which on sharing stays cheaper up to the largest size measured: between the last size at which copying is no
 * dearer and the next one, on the straight line between both in logarithms of size and time. Sizes ascend.
 */
export function crossingOf(gaps: readonly Gap[]): Crossing {
  const last = gaps.findLastIndex(({ gap }) => !(gap > 0));
  const [before, after] = [gaps[last], gaps[last + 1]];
  if (!before) return { kind: 'below', bytes: gaps[0]?.size ?? 0 };
  if (!after) return { kind: 'beyond', bytes: before.size };
  const part = before.gap / (before.gap - after.gap);
  return { kind: 'at', bytes: Math.exp(Math.log(before.size) + part * Math.log(after.size / before.size)) };
}

/**
 * Percentile-bootstrap 95 % interval of the crossing: the samples of every size and way are resampled independently, and each
 * resample has its own crossing. Ends are crossings that occurred, so an end can lie outside of the sizes measured.
 */
export function crossingInterval(
  times: readonly SizeTimes[],
  seed: number = SEED,
  resamples: number = MIN_RESAMPLES,
  draw: DrawMedians = drawMedians,
): CrossingInterval | TooFew {
  const fewest = Math.min(...times.flatMap((one) => [one.copy.length, one.shared.length]));
  if (fewest < NEEDS) return tooFew('samples', fewest, NEEDS);
  const rng = new Xoshiro128(seed);
  const lengths = times.flatMap(({ copy, shared }) => [copy.length, shared.length]);
  const places = placesOf(times, draw(lengths, rng, resamples), resamples);
  const sizes = times.map(({ size }) => size);
  const end = (part: number): Crossing =>
    crossingAt(placeNth(places, Math.round(part * (resamples - 1))), sizes);
  return {
    kind: 'interval',
    low: end((1 - LEVEL) / 2),
    high: end((1 + LEVEL) / 2),
    level: LEVEL,
    resamples,
    seed,
    algorithm: rng.algorithm,
  };
}

/** Where each resample crosses, as a number that orders crossings: bytes, of 'below' -Infinity, of 'beyond' Infinity. */
function placesOf(times: readonly SizeTimes[], medians: readonly Medians[], resamples: number): Float64Array {
  const places = new Float64Array(resamples);
  const pairs = times.map(({ size, copy, shared }, at) => {
    const [copies, shares] = [medians[2 * at], medians[2 * at + 1]];
    if (!copies || !shares) throw new Error('every series is drawn');
    const gap = (which: number): Gap =>
      gapOf(size, resampledMedian(copy, copies, which), resampledMedian(shared, shares, which));
    const dearer = (which: number): boolean =>
      resampledMedian(copy, copies, which) > resampledMedian(shared, shares, which);
    return { gap, dearer };
  });
  for (let which = 0; which < resamples; which += 1) {
    let last = pairs.length - 1;
    while (last >= 0 && pairs[last]?.dearer(which) === true) last -= 1;
    const around = pairs.slice(Math.max(0, last), last + 2).map(({ gap }) => gap(which));
    places[which] = placeOf(last < 0 ? { kind: 'below', bytes: 0 } : crossingOf(around));
  }
  return places;
}

const placeOf = ({ kind, bytes }: Crossing): number =>
  kind === 'below' ? -Infinity : kind === 'beyond' ? Infinity : bytes;

/** The crossing at that place. */
function crossingAt(place: number, sizes: readonly number[]): Crossing {
  if (place === -Infinity) return { kind: 'below', bytes: sizes[0] ?? 0 };
  return place === Infinity ? { kind: 'beyond', bytes: sizes.at(-1) ?? 0 } : { kind: 'at', bytes: place };
}
