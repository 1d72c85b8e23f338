import { randomBytes } from 'node:crypto';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice, RunOptions } from '../adb/device.ts';

/** One word of a POSIX shell that stands for exactly this text. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Longer commands are cut by a daemon of the first protocol version: its packets hold 4096 bytes (adb's MAX_PAYLOAD_V1). */
export const LONGEST_COMMAND = 4000;

/** How many lines of an answer are looked at, and how long each may be: a board is not trusted to be brief. */
const MOST_LINES = 2000;
const LONGEST_VALUE = 4096;

/** The key=value lines that a script printed. */
export class Fields {
  readonly #rows: readonly (readonly [string, string])[];

  constructor(rows: readonly (readonly [string, string])[]) {
    this.#rows = rows;
  }

  /** The first value of a key; empty where there is none. */
  get(key: string): string {
    return this.#rows.find(([name]) => name === key)?.[1] ?? '';
  }

  all(key: string): readonly string[] {
    return this.#rows.flatMap(([name, value]) => (name === key ? [value] : []));
  }
}

const beginOf = (mark: string): string => `qda-lab-${mark}-begin`;
const endOf = (mark: string): string => `qda-lab-${mark}-end`;

/**
 * The lines between the marks, of whatever came before and after them: banners, a prompt, words of the wrapper that made us root. null: the
 * script did not run to its end.
 */
export function parseFields(text: string, mark: string): Fields | null {
  const lines = text.split('\n').map(plain);
  const begin = lines.indexOf(beginOf(mark));
  const end = lines.indexOf(endOf(mark), begin + 1);
  if (begin < 0 || end < 0) return null;
  return new Fields(
    lines
      .slice(begin + 1, end)
      .slice(0, MOST_LINES)
      .flatMap((line) => {
        const row = /^([a-z][a-z0-9-]*)=(.*)$/.exec(line);
        return row === null ? [] : [[row[1] ?? '', (row[2] ?? '').slice(0, LONGEST_VALUE).trim()] as const];
      }),
  );
}

/**
 * Without what a terminal or a page would obey, the direction of writing too; a device tree's strings end with NUL, and a pseudo-terminal adds
 * carriage returns. Tabs stay.
 */
const plain = (line: string): string => line.replace(/(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');

/** Words of the board fit for a sentence: one line, of bounded length. */
export function words(text: string, most = 300): string {
  const one = text.split('\n').map(plain).join(' ').replaceAll(/\s+/g, ' ').trim();
  return one.length > most ? `${one.slice(0, most)}...` : one;
}

export interface AskOptions extends RunOptions {
  /** Makes the command line that runs a script as somebody else; left out: as the daemon's user. */
  readonly as?: (script: string) => string;
  /** Of this answer, for tests; left out: random, so that nothing that a board prints by itself can be taken for it. */
  readonly mark?: string;
}

/** Runs a script that prints key=value lines, and takes them. A shell complains where the folder that its daemon stands in is gone: not here. */
export async function ask(
  device: AdbDevice,
  script: string,
  options: AskOptions = {},
): Promise<Outcome<Fields>> {
  const { as = (line: string) => line, mark = randomBytes(6).toString('hex'), ...run } = options;
  const command = as(`cd /;echo ${beginOf(mark)}\n${script.trim()}\necho ${endOf(mark)}`);
  const done = await device.run(command, run);
  if (!done.ok) return done;
  const fields = parseFields(done.value.out, mark);
  return fields === null ? noAnswer(done.value.out, done.value.err) : ok(fields);
}

function noAnswer(out: string, err: string): Outcome<never> {
  const said = words(`${err} ${out}`);
  return fail(
    'board-shell',
    `The shell of the board did not run what it was given to its end: ${said === '' ? 'it said nothing' : `it said '${said}'`}.`,
    'Look whether a command runs there at all: adb shell id',
  );
}
