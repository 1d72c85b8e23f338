import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import { LIST_AGENTS, parseAgent, probeBoard, type RunningAgent } from './probe.ts';
import { findRank } from './root.ts';
import { ask, type AskOptions } from './shell.ts';

/** What of this tool runs on the board, ours or not: seen as whom our agent would run as. Starts and changes nothing. */
export async function agentsThere(
  device: AdbDevice,
  options: Pick<AskOptions, 'signal'>,
): Promise<Outcome<readonly string[]>> {
  const probe = await probeBoard(device, options);
  if (!probe.ok) return probe;
  const rank = await findRank(device, probe.value, options);
  const said = await ask(device, LIST_AGENTS, { ...options, as: rank.as });
  if (!said.ok) return said;
  return ok(said.value.all('agent').flatMap((line) => pidText(parseAgent(line))));
}

const pidText = (agent: RunningAgent | null): readonly string[] =>
  agent === null ? [] : [`process ${agent.pid}`];

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
