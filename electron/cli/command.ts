import type { Lab } from '../host/compose.ts';
import type { ExitCode } from './exit.ts';
import type { Screen } from './screen.ts';

/** One option of a command. `value` names its argument; absent: a switch. */
export interface OptionSpec {
  readonly name: string;
  readonly value?: string;
  readonly many?: boolean;
  readonly help: string;
}

/** Parsed command line of one command: words, switches and values, as strings. */
export interface Arguments {
  readonly words: readonly string[];
  has(name: string): boolean;
  /** The last value given, or undefined. */
  value(name: string): string | undefined;
  /** All values given. */
  values(name: string): readonly string[];
}

export interface Context {
  readonly lab: Lab;
  readonly screen: Screen;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The command line as typed, to be printed as 'run this again'. */
  readonly commandLine: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** After `qda-lab NAME`: '[--watch] [--json]'. */
  readonly usage: string;
  /** Words it takes, at least and at most. */
  readonly words: readonly [least: number, most: number];
  readonly options: readonly OptionSpec[];
  /** It looks for boards: it takes LINK_OPTIONS too. */
  readonly boards?: true;
  /** Closing lines of its help: examples, notes. */
  readonly notes: readonly string[];
  run(args: Arguments, context: Context): Promise<ExitCode>;
}

/** A wrong command line: the sentence to print; the program then ends with the usage code. */
export class UsageError extends Error {}
