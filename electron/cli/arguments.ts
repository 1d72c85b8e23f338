import { parseArgs } from 'node:util';
import { type Arguments, type Command, type OptionSpec, UsageError } from './command.ts';

/** Where else to look for boards; every command that does takes them, before its name or behind it. */
export const LINK_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'adb-server',
    value: 'HOST:PORT',
    many: true,
    help: 'Look for boards at that adb server too. May be given again',
  },
  {
    name: 'tcp',
    value: 'HOST:PORT',
    many: true,
    help: 'Look for a board whose adbd listens there. May be given again',
  },
];

const HELP: OptionSpec = { name: 'help', help: 'Print this help' };

/** Options that a command takes, its help included. */
export const optionsOf = (command: Command): readonly OptionSpec[] => [
  ...command.options,
  ...(command.boards === true ? LINK_OPTIONS : []),
  HELP,
];

/**
 * Options that stand before the command go behind it: they are the same for all that look for boards. Throws UsageError where one is
 * none of LINK_OPTIONS.
 */
export function commandFirst(argv: readonly string[]): readonly string[] {
  const lead: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    const option = LINK_OPTIONS.find(({ name }) => word === `--${name}` || word.startsWith(`--${name}=`));
    if (option === undefined) return [word, ...lead, ...argv.slice(at + 1)];
    lead.push(word);
    if (!word.includes('=')) lead.push(argv[(at += 1)] ?? '');
  }
  return lead.length > 0 ? ['--help'] : [];
}

/** Parses what follows the command's name. Throws UsageError with a sentence. */
export function parseCommand(command: Command, argv: readonly string[]): Arguments {
  const parsed = parseOrUsage(command, argv);
  const words = parsed.positionals;
  const [least, most] = command.words;
  if (!('help' in parsed.values)) {
    if (words.length < least)
      throw new UsageError(`'${command.name}' wants: qda-lab ${command.name} ${command.usage}`);
    if (words.length > most) throw new UsageError(`'${command.name}' does not take "${words[most] ?? ''}".`);
  }
  const all = (name: string): readonly string[] => {
    const value = parsed.values[name];
    return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
  };
  return { words, has: (name) => name in parsed.values, value: (name) => all(name).at(-1), values: all };
}

function parseOrUsage(command: Command, argv: readonly string[]): ReturnType<typeof rawParse> {
  try {
    return rawParse(command, argv);
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) throw new UsageError(firstSentence(error.message));
    throw error;
  }
}

function rawParse(
  command: Command,
  argv: readonly string[],
): { values: Record<string, unknown>; positionals: string[] } {
  const options = Object.fromEntries(
    optionsOf(command).map((option) => [
      option.name,
      {
        type: option.value ? ('string' as const) : ('boolean' as const),
        ...(option.name === HELP.name ? { short: 'h' } : {}),
        multiple: option.value !== undefined,
      },
    ]),
  );
  const { values, positionals } = parseArgs({
    args: [...argv],
    options,
    allowPositionals: true,
    strict: true,
  });
  return { values: { ...values }, positionals };
}

const firstSentence = (text: string): string => `${text.split('. ')[0] ?? text}.`.replace(/\.\.$/, '.');

/** A whole number of an option, within bounds; null where the option was not given. Throws UsageError. */
export function wholeNumber(args: Arguments, name: string, bounds: readonly [number, number]): number | null {
  const text = args.value(name);
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < bounds[0] || value > bounds[1]) {
    throw new UsageError(`--${name} wants a whole number from ${bounds[0]} to ${bounds[1]}, not "${text}".`);
  }
  return value;
}

/** A number of seconds; null where the option was not given. Throws UsageError. */
export function seconds(args: Arguments, name: string, bounds: readonly [number, number]): number | null {
  const text = args.value(name);
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() === '' || !(value >= bounds[0] && value <= bounds[1])) {
    throw new UsageError(`--${name} wants seconds from ${bounds[0]} to ${bounds[1]}, not "${text}".`);
  }
  return value;
}

/** One of a few words; the first is the default. Throws UsageError. */
export function oneOf<T extends string>(args: Arguments, name: string, words: readonly [T, ...T[]]): T {
  const text = args.value(name);
  if (text === undefined) return words[0];
  const found = words.find((word) => word === text);
  if (found === undefined) throw new UsageError(`--${name} wants one of ${words.join(', ')}, not "${text}".`);
  return found;
}

/** A comma-separated list. */
export const listOf = (args: Arguments, name: string): readonly string[] =>
  args.values(name).flatMap((text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  );
