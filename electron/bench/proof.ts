import type { ZeroCopyProof } from '../model/stream.ts';
import type { PointGroup } from './results.ts';

/** What speaks for "nothing was copied", item by item; `shown` is null where it could not be looked at. */
export interface ProofItem {
  readonly name: string;
  readonly shown: boolean | null;
}

/** The claim of one point: of its independent runs the one that shows least. */
export interface ProofLine {
  readonly group: PointGroup;
  readonly proof: ZeroCopyProof;
  readonly items: readonly ProofItem[];
  /** 'shown': one inode and words across both ways; 'in part': something could not be looked at; 'contradicted': something did not hold. */
  readonly verdict: 'shown' | 'in part' | 'contradicted';
}

export const proofItems = (proof: ZeroCopyProof): ProofItem[] => [
  { name: 'same inode', shown: proof.importIno === null ? null : proof.importIno === proof.ino },
  { name: 'CPU to DSP', shown: proof.nonceToDsp },
  { name: 'DSP to CPU', shown: proof.nonceFromDsp },
];

export function verdictOf(proof: ZeroCopyProof): ProofLine['verdict'] {
  const items = proofItems(proof);
  if (items.some(({ shown }) => shown === false)) return 'contradicted';
  return items.some(({ shown }) => shown === null) ? 'in part' : 'shown';
}

/** Every point that claims zero copy, with its proof. */
export function proofsOf(groups: readonly PointGroup[]): ProofLine[] {
  return groups.flatMap((group) => {
    const [weakest] = [...group.proofs].sort((a, b) => STRENGTH[verdictOf(a)] - STRENGTH[verdictOf(b)]);
    if (!weakest) return [];
    return [{ group, proof: weakest, items: proofItems(weakest), verdict: verdictOf(weakest) }];
  });
}

const STRENGTH: Readonly<Record<ProofLine['verdict'], number>> = { contradicted: 0, 'in part': 1, shown: 2 };
