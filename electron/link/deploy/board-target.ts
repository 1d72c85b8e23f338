import type { BoardSummary } from '../../model/board.ts';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { Ways } from '../adb/ways.ts';
import type { DeployOptions, Deployment, Target } from '../interfaces/link.ts';
import type { Agents } from './agents.ts';
import { endAgent, isReachable, type DeployedAgent } from './agent-state.ts';
import { cleanBoard } from './clean.ts';
import { BoardDeployment } from './deployment.ts';
import { installAgent } from './install.ts';
import { leasesOf, type Lease } from './leases.ts';
import { agentsThere, othersRun } from './notices.ts';
import { probeBoard } from './probe.ts';
import { agentLog } from './logs.ts';
import { findRank, missingForWantOfRoot, notAsRoot } from './root.ts';
import { GRACE_S, startAgent, type StartJob } from './start.ts';

export interface BoardParts {
  readonly ways: Ways;
  readonly agents: Agents;
  /** Of the board, before an agent is there. */
  readonly preflight?: Target['preflight'];
  /** Left out: placesFor. */
  readonly places?: readonly string[];
  /** Left out: GRACE_S. */
  readonly graceS?: number;
}

/** A board behind adb, whichever ways lead to it. */
export function boardTarget(summary: BoardSummary, parts: BoardParts): Target {
  const withLease = async <T>(
    signal: AbortSignal | undefined,
    use: (lease: Lease) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> => {
    const lease = await leasesOf(parts.ways).takeBest(parts.ways, summary.id, signal);
    return lease.ok ? use(lease.value) : lease;
  };
  return {
    summary,
    deploy: (options) =>
      withLease(options.signal, async (lease) => {
        const agent = await deployAgent(lease.device, summary.id, parts, options);
        if (agent.ok) return ok<Deployment>(new BoardDeployment(agent.value, parts.ways, lease));
        lease.release();
        return agent;
      }),
    ...(parts.preflight === undefined ? {} : { preflight: parts.preflight }),
    logs: ({ signal }) =>
      withLease(signal, async (lease) => {
        const log = await agentLog(lease, {
          ...(signal === undefined ? {} : { signal }),
          ...(parts.places === undefined ? {} : { places: parts.places }),
        });
        lease.release();
        return log;
      }),
    agents: ({ signal }) =>
      withLease(signal, async (lease) => {
        const agents = await agentsThere(lease.device, signal === undefined ? {} : { signal });
        lease.release();
        return agents;
      }),
    clean: ({ signal }) =>
      withLease(signal, async (lease) => {
        const cleaned = await cleanBoard(lease.device, {
          ...(signal === undefined ? {} : { signal }),
          ...(parts.places === undefined ? {} : { places: parts.places }),
        });
        lease.release();
        return cleaned;
      }),
  };
}

async function deployAgent(
  device: AdbDevice,
  board: string,
  parts: BoardParts,
  deploy: DeployOptions,
): Promise<Outcome<DeployedAgent>> {
  const { signal, onStep, onNotice } = deploy;
  const during = signal === undefined ? {} : { signal };
  onStep?.("looking at the board's shell");
  const probe = await probeBoard(device, during);
  if (!probe.ok) return probe;
  const program = parts.agents(probe.value.machine);
  if (!program.ok) return program;
  const rank = await findRank(device, probe.value, during);
  if (signal?.aborted === true) return fail('cancelled', 'Starting the agent was cancelled.');
  const installed = await installAgent(device, probe.value, program.value, {
    ...during,
    ...(onStep === undefined ? {} : { onStep }),
    ...(parts.places === undefined ? {} : { places: parts.places }),
  });
  if (!installed.ok) return installed;
  onStep?.('starting the agent');
  const agent = await startReachable(device, {
    installed: installed.value,
    rank,
    daemonUid: probe.value.uid ?? 0,
    args: program.value.args,
    board,
    deploy,
    graceS: parts.graceS ?? GRACE_S,
  });
  if (!agent.ok) return agent;
  const { others } = agent.value.started;
  const notRoot = missingForWantOfRoot(agent.value.rank, probe.value.user);
  for (const notice of [...(notRoot === null ? [] : [notRoot]), ...othersRun(others, installed.value.path)])
    onNotice?.(notice);
  return ok({ ...agent.value, board, probe: probe.value, graceMs: (parts.graceS ?? GRACE_S) * 1000 });
}

/** Starts it as the rank says; as the daemon's own user where the daemon does not get to an agent that is root. */
async function startReachable(
  device: AdbDevice,
  job: StartJob,
): Promise<Outcome<Pick<DeployedAgent, 'installed' | 'started' | 'rank'>>> {
  const started = await startAgent(device, job);
  if (!started.ok) return started;
  const agent = { installed: job.installed, started: started.value, rank: job.rank };
  if (job.rank.uid === job.daemonUid) return ok(agent);
  const reachable = await isReachable(device, agent);
  if (reachable.ok && reachable.value) return ok(agent);
  await endAgent(device, agent);
  return reachable.ok ? startReachable(device, { ...job, rank: notAsRoot(job) }) : reachable;
}
