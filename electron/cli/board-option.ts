import { oneOf } from './arguments.ts';
import type { Arguments, OptionSpec } from './command.ts';
import { GENERATIONS, type DeployOptions } from '../host/open-board.ts';

/** Options of every command that talks to a board. */
export const BOARD_OPTIONS: readonly OptionSpec[] = [
  { name: 'board', value: 'ID', help: 'Which board, as `qda-lab boards` names it (default: the only one)' },
  {
    name: 'generation',
    value: GENERATIONS.join('|'),
    help: 'Driver generation, where the board gives no proof of it',
  },
];

export function deployOptions(args: Arguments, signal: AbortSignal): DeployOptions {
  if (args.value('generation') === undefined) return { signal };
  return { signal, generation: oneOf(args, 'generation', GENERATIONS) };
}
