import type { Problem } from '../model/outcome.ts';

/** Where a command writes: results to standard output, everything about the work itself to standard error. */
export interface Screen {
  /** A result. */
  out(text: string): void;
  /** A remark: what was done, where it was written. */
  note(text: string): void;
  /** An expected failure, with its remedy. */
  problem(problem: Problem): void;
  /** The live line: replaced by the next one; nothing where standard error is no terminal. */
  live(text: string): void;
  /** Columns of the terminal; 80 in a pipe. */
  readonly columns: number;
  readonly interactive: boolean;
}

export function processScreen(): Screen {
  const terminal = process.stderr;
  const interactive = terminal.isTTY;
  let shown = false;
  const clear = (): void => {
    if (shown) terminal.write('\r\x1b[K');
    shown = false;
  };
  return {
    interactive,
    get columns() {
      return (process.stdout.isTTY ? process.stdout.columns : terminal.isTTY ? terminal.columns : 80) || 80;
    },
    out: (text) => {
      clear();
      process.stdout.write(`${text}\n`);
    },
    note: (text) => {
      clear();
      terminal.write(`${text}\n`);
    },
    problem: ({ message, remedy }) => {
      clear();
      terminal.write(`qda-lab: ${message}\n${remedy ? `         ${remedy}\n` : ''}`);
    },
    live: (text) => {
      if (!interactive) return;
      clear();
      terminal.write([...text].slice(0, (terminal.columns || 80) - 1).join(''));
      shown = true;
    },
  };
}
