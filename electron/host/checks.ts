import { ALSO_AGENT } from '../link/checks/agent-checks.ts';
import { reachCheck } from '../link/checks/reach.ts';
import type { Target } from '../link/interfaces/link.ts';
import type { Check } from '../model/board.ts';
import type { Outcome, Problem } from '../model/outcome.ts';
import type { Lab } from './compose.ts';

type Signal = { readonly signal?: AbortSignal };

/** What each way to boards says of itself, board or none. */
export async function* wayChecks(
  { providers }: Pick<Lab, 'providers'>,
  options: Signal,
): AsyncGenerator<Check> {
  for (const provider of providers) if (provider.preflight) yield* provider.preflight(options);
}

/** The agent's own checks of a board; fails where no agent can be there. null: none is asked. */
export type AgentChecks = (() => Promise<Outcome<readonly Check[]>>) | null;

/**
 * All checks of one board, each as soon as it is known: how it is reached, what its shell tells, then the agent's own, or why there
 * is none. `targets`: its ways, the best first; at least one.
 */
export async function* boardChecks(
  targets: readonly Target[],
  askAgent: AgentChecks,
  options: Signal,
): AsyncGenerator<Check> {
  const [target] = targets;
  if (target === undefined) return;
  const reach = reachCheck(targets.map(({ summary }) => summary));
  yield reach;
  // Where the agent says the same from closer by, its word is waited for.
  const held: Check[] = [];
  let inTheWay = reach.fatal === true;
  if (!inTheWay && target.preflight)
    for await (const check of target.preflight(options)) {
      if (ALSO_AGENT.has(check.name)) held.push(check);
      else yield check;
      inTheWay ||= check.fatal === true;
    }
  const agent = inTheWay || askAgent === null ? null : await askAgent();
  yield* agent?.ok === true ? agent.value : held;
  if (agent?.ok === false) yield noAgent(agent.problem);
}

const noAgent = ({ message, remedy }: Problem): Check => ({
  name: 'agent',
  state: 'fail',
  read: message,
  why: 'the agent looks closer than a shell can, and does the measuring',
  remedy,
  fatal: true,
});
