import { closeProviders, compose } from '../host/compose.ts';
import { shellWord } from '../host/shell-word.ts';
import { commandFirst, parseCommand } from './arguments.ts';
import { type Arguments, type Command, UsageError } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { commandHelp, programHelp } from './help.ts';
import { processScreen, type Screen } from './screen.ts';

async function main(argv: readonly string[], screen: Screen): Promise<ExitCode> {
  try {
    return await dispatch(argv, screen);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const command = COMMANDS.find((row) => row.name === argv[0]);
    const remedy = command
      ? `qda-lab ${command.name} --help tells its options.`
      : 'qda-lab --help shows the commands.';
    screen.problem({ code: 'usage', message: error.message, remedy });
    return EXIT.usage;
  }
}

async function dispatch(argv: readonly string[], screen: Screen): Promise<ExitCode> {
  const [word, ...rest] = commandFirst(argv);
  if (word === '--version') return print(screen, `qda-lab ${compose().version}`);
  if (word === 'help' && rest[0] !== undefined) return await dispatch([rest[0], '--help'], screen);
  if (word === undefined || word === '--help' || word === '-h' || word === 'help')
    return print(screen, programHelp(COMMANDS, screen.columns));
  const command = COMMANDS.find((row) => row.name === word);
  if (!command) throw new UsageError(`There is no command "${word}".`);
  const args = parseCommand(command, rest);
  if (args.has('help')) return print(screen, commandHelp(command, screen.columns));
  return await run({ command, args, rest }, screen);
}

interface Asked {
  readonly command: Command;
  readonly args: Arguments;
  /** The words behind its name, as they were typed. */
  readonly rest: readonly string[];
}

/** Runs a command with the first Ctrl-C as its abort signal, or a reader that went; a second Ctrl-C ends the program at once. */
async function run({ command, args, rest }: Asked, screen: Screen): Promise<ExitCode> {
  const abort = new AbortController();
  const interrupt = (which: NodeJS.Signals): void => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    screen.note('Stopping; press Ctrl-C again to leave at once.');
    abort.abort(
      which === 'SIGINT'
        ? 'Cancelled by the user with Ctrl-C.'
        : 'Cancelled: qda-lab was told to end (SIGTERM).',
    );
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const lab = compose({ adbServers: args.values('adb-server'), tcp: args.values('tcp') });
  try {
    const commandLine = ['qda-lab', command.name, ...rest].map(shellWord).join(' ');
    const signal = AbortSignal.any([abort.signal, screen.closed]);
    return await command.run(args, { lab, screen, signal, commandLine });
  } finally {
    await closeProviders(lab);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function print(screen: Screen, text: string): ExitCode {
  screen.out(text);
  return EXIT.pass;
}

process.exitCode = await main(process.argv.slice(2), processScreen());
