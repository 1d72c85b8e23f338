import type { Problem } from '../../model/outcome.ts';
import type { RunningAgent } from './probe.ts';

/** Other agents that run on the board, of our build and of others. They are not harmed, and their hosts go on. */
export function othersRun(others: readonly RunningAgent[], ours: string): readonly Problem[] {
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const alike = others.filter(({ path }) => name(path) === name(ours));
  const foreign = others.filter(({ path }) => name(path) !== name(ours));
  return [
    ...told('other-host', 'Another agent', alike),
    ...told('other-build-runs', 'An agent of another build', foreign),
  ];
}

function told(code: string, what: string, agents: readonly RunningAgent[]): readonly Problem[] {
  if (agents.length === 0) return [];
  const pids = agents.map(({ pid }) => pid).join(', ');
  return [
    {
      code,
      message:
        `${what} of this tool runs on the board (process ${pids}): another host uses it, or a session before this one has not reached the ` +
        'end of its grace. Both work; while both measure, their figures disturb each other.',
      remedy:
        'Measure one after the other. Where nobody else uses the board, qda-lab clean ends what runs there.',
    },
  ];
}
