import type { PlanPoint, Source } from '../model/plan.ts';
import { DSP_BENCHMARKS } from './catalogue-dsp.ts';
import { MEMORY_BENCHMARKS } from './catalogue-memory.ts';

/** Every combination of its axes. */
export interface Block {
  /** Bytes. 'any': the sizes of the plan; [0]: none; others are the benchmark's own. The user's stand in for any but none. */
  readonly sizes: 'any' | readonly number[];
  readonly sources: readonly Source[];
  /** Idle gap in us, threads, buffers: see PlanPoint.count. [0]: none. */
  readonly counts: readonly number[];
  /** Meaning as in native/run/run.h. */
  readonly variants: readonly number[];
}

/** One series of a benchmark. */
export interface SeriesRow {
  readonly name: string;
  /** What one sample is. */
  readonly what: string;
  /** What there are so many of a second, where that is a figure: 'calls', 'frames'. */
  readonly rate?: string;
  /** Its time is no time of moving the bytes of a sample once: it has no bandwidth. */
  readonly still?: true;
}

/** What one benchmark is: its public id never changes meaning. */
export interface Benchmark {
  /** Place in the catalogue: 'A1'. */
  readonly place: string;
  readonly id: string;
  readonly title: string;
  /** What is inside the timed region, a sentence. */
  readonly timed: string;
  /** Series that it gives, in the agent's order, each with what one sample is. */
  readonly series: readonly SeriesRow[];
  /**
   * What is swept. `full`: as a part of the full plan. `quick`: a telling part of it. `alone`: everything, where the full plan is
   * asked for this benchmark by name; left out: the same as `full`.
   */
  readonly sweep: {
    readonly full: readonly Block[];
    readonly quick: readonly Block[];
    readonly alone?: readonly Block[];
  };
  readonly samples: number;
  /** In the quick plan. */
  readonly quickSamples: number;
  readonly warmups: number;
  /** Exhausts or holds much: runs only when named or asked for. */
  readonly exhaustive: boolean;
  /** The figure of a sample is the bandwidth rather than the time. */
  readonly bandwidth: boolean;
  /** What its slope is over: 'size' (left out) or 'count', the number of buffers. */
  readonly slope?: 'size' | 'count';
  /** Its sizes mean something (a frame): the user's do not stand in for them. */
  readonly ownSizes?: boolean;
  /** Runs code on the DSP, or at least a process there. */
  readonly dsp: boolean;
  /** Without `dsp`: variants that do so all the same. */
  readonly dspVariants?: readonly number[];
  /** A sample cannot be had faster, ns: for the estimate of the time that a plan takes. 0: it may be. */
  readonly leastNs: (point: { readonly count: number }) => number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Default sizes S, bytes. */
export const SIZES: readonly number[] = [4 * KIB, 64 * KIB, MIB, 4 * MIB, 16 * MIB, 64 * MIB];
export const QUICK_SIZES: readonly number[] = [4 * KIB, 64 * KIB, MIB];

export const CATALOGUE: readonly Benchmark[] = [...MEMORY_BENCHMARKS, ...DSP_BENCHMARKS];

const BY_ID = new Map(CATALOGUE.map((row) => [row.id, row]));

export const findBenchmark = (id: string): Benchmark | undefined => BY_ID.get(id);

/** Does this point run code on the DSP, or at least a process there? */
export function runsOnDsp({ benchmark, variant }: Pick<PlanPoint, 'benchmark' | 'variant'>): boolean {
  const row = findBenchmark(benchmark);
  return row?.dsp === true || row?.dspVariants?.includes(variant) === true;
}
