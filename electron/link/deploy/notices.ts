import type { Problem } from '../../model/outcome.ts';
import type { RunningAgent } from './probe.ts';

/** Other agents that run on the board; null: none. They are not harmed, and their hosts go on. */
export function othersRun(others: readonly RunningAgent[], ours: string): Problem | null {
  if (others.length === 0) return null;
  const pids = others.map(({ pid }) => pid).join(', ');
  const foreign = others.some(({ path }) => path !== ours);
  return {
    code: foreign ? 'other-build-runs' : 'other-host',
    message:
      `${foreign ? 'An agent of another build' : 'Another agent'} of this tool runs on the board (process ${pids}): another host uses it, or ` +
      'a session before this one has not reached the end of its grace. Both work; while both measure, their figures disturb each other.',
    remedy:
      'Measure one after the other. Where nobody else uses the board, qda-lab clean ends what runs there.',
  };
}
