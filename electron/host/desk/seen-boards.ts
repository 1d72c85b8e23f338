import type { Target } from '../../link/interfaces/link.ts';
import { fail, type Outcome, type Problem } from '../../model/outcome.ts';

export const unknownBoard = (id: string): Outcome<never> =>
  fail(
    'unknown-board',
    `There is no board "${id}".`,
    'Look at the boards that are seen, or start a virtual one.',
  );

/** All that the transports say of a board. */
export const saidBy = (targets: readonly Target[]): string =>
  JSON.stringify(targets.map((target) => target.summary));

/**
 * Why a session is over although its stream stands: a virtual board is gone for good once it is not seen, and its agent, which is a
 * process of this machine, stays behind; a board that was started anew has another boot. null: it is not.
 */
export function endedBy(opened: Target, now: readonly Target[]): Problem | null {
  const { transport, boot } = opened.summary;
  if (now.length === 0) return transport === 'virtual' ? ENDED : null;
  const boots = now.map((target) => target.summary.boot).filter((one) => one !== undefined);
  return boot === undefined || boots.length === 0 || boots.includes(boot) ? null : RESTARTED;
}

const ENDED: Problem = {
  code: 'board-lost',
  message: 'The virtual board has ended. What was measured until then is kept.',
  remedy: 'Start it again.',
};

const RESTARTED: Problem = {
  code: 'rebooted',
  message: 'The board was started anew. What was measured until then is kept.',
  remedy: 'Open it again.',
};
