import type { Problem } from '../model/outcome.ts';
import { safeText } from './safe.ts';
import { wrap } from './wrap.ts';

/** Where a command writes: results to standard output, everything about the work itself to standard error. */
export interface Screen {
  /** A result; `anew`: in place of what the terminal shows. */
  out(text: string, anew?: boolean): void;
  /** A remark: what was done, where it was written. */
  note(text: string): void;
  /** An expected failure, with its remedy. */
  problem(problem: Problem): void;
  /** The live line: replaced by the next one; nothing where standard error is no terminal. */
  live(text: string): void;
  /** Columns that results are laid out for: those of the terminal, at most 100; 80 in a pipe. */
  readonly columns: number;
  /** Aborted where nobody reads standard output any more ('| head'). */
  readonly closed: AbortSignal;
}

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 100;

/** Clears a terminal, and begins at its top. */
const CLEAR = '\x1b[2J\x1b[H';

export function processScreen(): Screen {
  const terminal = process.stderr;
  const live = terminal.isTTY;
  const said = (text: string, hanging: number): string =>
    live ? wrap(safeText(text), terminal.columns || 80, hanging) : text;
  let shown = false;
  const clear = (): void => {
    if (shown) terminal.write('\r\x1b[K');
    shown = false;
  };
  return {
    closed: whenClosed(),
    get columns() {
      return Math.min(WIDEST, (process.stdout.isTTY && process.stdout.columns) || 80);
    },
    out: (text, anew = false) => {
      clear();
      const { isTTY } = process.stdout;
      process.stdout.write(`${anew && isTTY ? CLEAR : ''}${isTTY ? safeText(text) : text}\n`);
    },
    note: (text) => {
      clear();
      terminal.write(`${said(text, 2)}\n`);
    },
    problem: ({ message, remedy }) => {
      clear();
      terminal.write(`${said(`qda-lab: ${message}${remedy ? `\n         ${remedy}` : ''}`, 9)}\n`);
    },
    live: (text) => {
      if (!live) return;
      clear();
      terminal.write(cut(safeText(text), (terminal.columns || 80) - 1));
      shown = true;
    },
  };
}

const cut = (text: string, columns: number): string =>
  [...text].length > columns ? `${[...text].slice(0, columns - 1).join('')}…` : text;

/** Without this a reader that goes away ends the program in the middle, the agent still on the board. */
function whenClosed(): AbortSignal {
  const closed = new AbortController();
  const on = (done: () => void) => (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    done();
  };
  process.stdout.on(
    'error',
    on(() => {
      closed.abort('Cancelled: nobody reads the output of qda-lab any more.');
    }),
  );
  process.stderr.on(
    'error',
    on(() => undefined),
  );
  return closed.signal;
}
