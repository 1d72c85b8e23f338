import type { BoardState, Identity } from '../model/board.ts';

/**
 * The DSP whose node is not the one that it was, or is gone; null: all as before. A restarted DSP comes back as another
 * node (a new accelN), so another path is a restart.
 */
export function changedDsp(before: Identity, now: Identity): string | null {
  for (const { dsp, path } of before.nodes) {
    if (!now.nodes.some((node) => node.dsp === dsp && node.path === path)) return dsp;
  }
  return null;
}

/** The DSP that is said to be restarting has no node yet. */
export const isGone = (state: BoardState, { nodes }: Identity): boolean =>
  state.kind === 'dsp-restarted' && !nodes.some(({ dsp }) => dsp === state.dsp);
