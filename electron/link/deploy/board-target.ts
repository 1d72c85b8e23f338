import type { BoardSummary } from '../../model/board.ts';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { Ways } from '../adb/ways.ts';
import type { DeployOptions, Deployment, Target } from '../interfaces/link.ts';
import type { Agents } from './agents.ts';
import { cleanBoard } from './clean.ts';
import { BoardDeployment, type DeployedAgent } from './deployment.ts';
import { installAgent } from './install.ts';
import { leasesOf, type Lease } from './leases.ts';
import { othersRun } from './notices.ts';
import { probeBoard } from './probe.ts';
import { agentLog } from './logs.ts';
import { findRank, missingForWantOfRoot } from './root.ts';
import { GRACE_S, startAgent } from './start.ts';

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
        const log = await agentLog(lease, signal === undefined ? {} : { signal });
        lease.release();
        return log;
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
  const graceS = parts.graceS ?? GRACE_S;
  const { args } = program.value;
  const daemonUid = probe.value.uid ?? 0;
  const job = { installed: installed.value, rank, daemonUid, args, board, deploy, graceS };
  const started = await startAgent(device, job);
  if (!started.ok) return started;
  for (const notice of [
    missingForWantOfRoot(rank, probe.value.user),
    othersRun(started.value.others, installed.value.path),
  ])
    if (notice !== null) onNotice?.(notice);
  return ok({
    board,
    probe: probe.value,
    rank,
    installed: installed.value,
    started: started.value,
    graceMs: graceS * 1000,
  });
}
