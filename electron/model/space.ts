import type { DspSession } from './memory.ts';

/** What holds how much of a DSP process's address space, the largest first. */
export interface SpaceUse {
  readonly what: string;
  readonly bytes: number;
  readonly ranges: number;
}

/** Bytes by what holds them; the rest of the space is free, or taken by the process's own code and stacks, which it does not tell. */
export function spaceOf(session: Pick<DspSession, 'maps'>): SpaceUse[] {
  const uses = new Map<string, { bytes: number; ranges: number }>();
  for (const { what, size } of session.maps) {
    const use = uses.get(what) ?? { bytes: 0, ranges: 0 };
    uses.set(what, { bytes: use.bytes + size, ranges: use.ranges + 1 });
  }
  return [...uses].map(([what, use]) => ({ what, ...use })).sort((a, b) => b.bytes - a.bytes);
}

/** Bytes that the ranges hold together. */
export const spaceUsed = ({ maps }: Pick<DspSession, 'maps'>): number =>
  maps.reduce((sum, { size }) => sum + size, 0);
