import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Outcome } from '../../model/outcome.ts';

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

const FILES: Readonly<Record<string, string>> = { aarch64: 'native/agent/qda-agent' };

/** Agents in the trees that `npm run native` makes, or that were installed with the app. */
export const builtAgents =
  (rootOf: (machine: string) => string): Agents =>
  (machine) => {
    const file = FILES[machine];
    if (file === undefined) return unknownMachine(machine);
    const path = join(rootOf(machine), file);
    try {
      return ok({ bytes: readFileSync(path), buildId: null, args: [] });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return fail('not-built', `The agent for ${machine} is not there: ${why}.`, 'Build it: npm run native');
    }
  };

const unknownMachine = (machine: string): Outcome<never> =>
  fail(
    'no-agent',
    `The board is a ${machine}, and there is an agent for ${Object.keys(FILES).join(', ')} only.`,
    'Boards with a Hexagon DSP are aarch64. Is this the right device?',
  );
