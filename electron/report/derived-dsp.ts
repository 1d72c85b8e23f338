import { crossoversOf, type Crossing, type Crossover } from '../bench/crossover.ts';
import { framesOf, type FrameSplit } from '../bench/frames.ts';
import { proofsOf, type ProofLine } from '../bench/proof.ts';
import type { PointGroup } from '../bench/results.ts';
import type { Json } from './codec.ts';

/** What follows from the samples and proofs of the DSP's benchmarks. */
export const dspDerived = (groups: readonly PointGroup[]): { readonly [key: string]: Json } => ({
  crossovers: crossoversOf(groups).map(crossoverJson),
  frames: framesOf(groups).map(frameJson),
  zeroCopy: proofsOf(groups).map(proofJson),
});

const crossingJson = ({ kind, bytes }: Crossing): Json => ({ kind, bytes });

function crossoverJson({ direction, way, copy, crossing, interval }: Crossover): Json {
  const head = { direction, way, sizes: copy.map((row) => row.size), crossing: crossingJson(crossing) };
  if (interval.kind === 'too-few') {
    const { what, n, needs } = interval;
    return { ...head, interval: { tooFew: { what, n, needs } } };
  }
  const { low, high, level, resamples, seed, algorithm } = interval;
  return {
    ...head,
    interval: { low: crossingJson(low), high: crossingJson(high), level, resamples, seed, algorithm },
  };
}

const frameJson = ({ group, stages, sumNs, differenceNs }: FrameSplit): Json => ({
  key: group.key,
  stages: stages.map(({ name, ns }) => ({ name, p50Ns: ns })),
  sumNs,
  differenceNs,
});

const proofJson = ({ group, verdict, items }: ProofLine): Json => ({
  key: group.key,
  verdict,
  items: items.map(({ name, shown }) => ({ name, shown })),
});
