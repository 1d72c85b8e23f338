import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import { installedResources, ROOT } from './built.ts';

/** The agent program for one kind of machine. */
export interface AgentProgram {
  readonly bytes: Uint8Array;
  /** As `qda-agent --build-id` says; null: the board tells when it runs it. */
  readonly buildId: string | null;
  /** Arguments before our own; tests put a virtual QDA behind the agent this way. */
  readonly args: readonly string[];
}

/** Agents by the machine that `uname -m` of the board names ('aarch64'). Fails with 'no-agent' for a machine that we build none for. */
export type Agents = (machine: string) => Outcome<AgentProgram>;

/** What we build for, by what `uname -m` says; a shell of 32 bits on such a kernel says armv8l. */
const MACHINES: Readonly<Record<string, string>> = {
  aarch64: 'aarch64',
  arm64: 'aarch64',
  armv8l: 'aarch64',
};

/** Where the agent for a machine lies: in the tree that `npm run native` makes, or beside the installed app (build/pack/config.ts). */
function agentFile(machine: string): string {
  const resources = installedResources();
  return resources === null
    ? join(ROOT, '.build', machine, 'native/agent/qda-agent')
    : join(resources, 'agents', machine, 'qda-agent');
}

/** The agents that were built here, or that came with the app. */
export const builtAgents =
  (fileOf: (machine: string) => string = agentFile): Agents =>
  (machine) => {
    const known = MACHINES[machine];
    if (known === undefined) return unknownMachine(machine);
    try {
      return ok({ bytes: readFileSync(fileOf(known)), buildId: null, args: [] });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return fail('not-built', `The agent for ${known} is not there: ${why}.`, remedy());
    }
  };

const remedy = (): string =>
  installedResources() === null ? 'Build it: npm run native' : 'It came with the app: install the app anew.';

const unknownMachine = (machine: string): Outcome<never> =>
  fail(
    'no-agent',
    `The board's machine is ${machine || 'not told'}, and there is an agent for aarch64 only.`,
    'Boards with a Hexagon DSP are aarch64. Is this the right device?',
  );
