import type { Command, OptionSpec } from './command.ts';
import { optionsOf } from './arguments.ts';
import { wrap } from './wrap.ts';

const EXIT_CODES = `Exit codes
  0    done; every benchmark passed or was skipped with its reason
  1    a benchmark failed its check or met an error; a check of the board failed
  2    could not run: no board, no agent, no store, a fatal check
  3    wrong command line
  130  ended by Ctrl-C; what was measured is kept`;

/** Help of the whole program. */
export function programHelp(commands: readonly Command[], columns: number): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) =>
    wrap(`  ${command.name.padEnd(width)}  ${command.summary}`, columns, width + 4),
  );
  return [
    'qda-lab: memory managers and buffer sharing of boards with a Hexagon DSP',
    '',
    'Usage: qda-lab COMMAND [OPTIONS]',
    '',
    'Commands',
    ...lines,
    '',
    'qda-lab COMMAND --help tells more. qda-lab --version prints the version.',
    '',
    wrap(
      'Boards are looked for on USB and at the adb server that adb itself would ask (ADB_SERVER_SOCKET, ANDROID_ADB_SERVER_ADDRESS, ANDROID_ADB_SERVER_PORT), which is never started or ended; --adb-server and --tcp, or $QDA_LAB_ADB_SERVER and $QDA_LAB_TCP, name more places. $QDA_LAB_TRANSPORTS keeps to some of virtual, adb, usb and tcp.',
      columns,
    ),
    '',
    wrap(
      'Runs are kept in $QDA_LAB_HOME, else in $XDG_DATA_HOME/qda-lab, else in ~/.local/share/qda-lab.',
      columns,
    ),
    '',
    EXIT_CODES,
  ].join('\n');
}

/** Help of one command. */
export function commandHelp(command: Command, columns: number): string {
  const options = optionsOf(command);
  const heads = options.map(head);
  const width = Math.max(...heads.map((text) => text.length));
  const rows = options.map((option, at) =>
    wrap(`  ${(heads[at] ?? '').padEnd(width)}  ${option.help}`, columns, width + 4),
  );
  const notes = command.notes.map((note) => wrap(note, columns));
  return [
    wrap(command.summary, columns),
    '',
    wrap(`Usage: qda-lab ${command.name} ${command.usage}`.trimEnd(), columns, 9),
    '',
    'Options',
    ...rows,
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

const head = (option: OptionSpec): string => `--${option.name}${option.value ? ` ${option.value}` : ''}`;
