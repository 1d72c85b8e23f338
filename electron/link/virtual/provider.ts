import { driverText, type BoardSummary } from '../../model/board.ts';
import { ok, type Outcome } from '../../model/outcome.ts';
import { nativeProgram } from '../deploy/paths.ts';
import type { Deployment, DeployOptions, Provider, Target } from '../interfaces/link.ts';
import { startAgent } from './agent.ts';
import { connectBoard } from './control.ts';
import { virtualPreflight } from './preflight.ts';
import { runningAgents, runningBoards } from './sockets.ts';

/**
 * Virtual boards that run for this user. With QDA_LAB_VIRTUAL_ONLY in the environment, those whose names begin so: several jobs
 * of one user stand side by side on a machine and do not take each other's boards.
 */
export const virtualProvider = (only = process.env['QDA_LAB_VIRTUAL_ONLY'] ?? ''): Provider => ({
  transport: 'virtual',
  list: async () => {
    const names = runningBoards();
    if (!names.ok) return names;
    return ok(await Promise.all(names.value.filter((name) => name.startsWith(only)).map(targetOf)));
  },
});

async function targetOf(name: string): Promise<Target> {
  return {
    summary: await summaryOf(name),
    deploy: (options) => deployTo(name, options),
    preflight: () => virtualPreflight(name),
    agents: () => Promise.resolve(runningAgents(name)),
  };
}

async function summaryOf(id: string): Promise<BoardSummary> {
  const summary = { id, transport: 'virtual', label: `virtual board ${id}`, simulated: true } as const;
  const control = await connectBoard(id);
  if (!control.ok) return { ...summary, state: 'offline', detail: control.problem.message };
  const info = await control.value.status();
  control.value.close();
  if (!info.ok) return { ...summary, state: 'offline', detail: info.problem.message };
  const { generation, iommu, nodes, pid } = info.value;
  return {
    ...summary,
    state: 'ready',
    detail: `${driverText(generation)}, IOMMU ${iommu}, ${dspsText(nodes)}`,
    boot: String(pid),
  };
}

/** Each DSP once: a DSP that restarted has a node that is gone and one that is there. */
function dspsText(nodes: readonly { readonly dsp: string; readonly plugged: boolean }[]): string {
  const dsps = [...new Set(nodes.map(({ dsp }) => dsp))];
  const isPlugged = (name: string): boolean => nodes.some(({ dsp, plugged }) => plugged && dsp === name);
  return dsps.map((dsp) => (isPlugged(dsp) ? dsp : `${dsp} (unplugged)`)).join(' and ');
}

async function deployTo(name: string, options: DeployOptions): Promise<Outcome<Deployment>> {
  const program = nativeProgram('agent');
  return program.ok ? await startAgent(program.value, name, options) : program;
}
