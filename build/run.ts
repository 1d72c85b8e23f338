// Running other programs from the build scripts.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Full path of something in the checkout. */
export const at = (...parts: string[]): string => join(root, ...parts);

/** A program of an npm package in `node_modules`, to be run by this very Node. */
export const nodeModule = (...parts: string[]): string => at('node_modules', ...parts);

export interface Finished {
  /** Exit code; 128 + signal number is not made up: a killed program has `undefined` and a `signal`. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Standard output and standard error, in the order they came. */
  readonly output: string;
  readonly ok: boolean;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Also pass everything on as it comes. */
  readonly live?: boolean;
  readonly cwd?: string;
}

/** Runs a program to its end. A program that cannot be started is a failed run whose output says why. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      if (options.live === true) process.stdout.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const finish = (code: number | null, signal: NodeJS.Signals | null, note = ''): void => {
      const output = Buffer.concat(chunks).toString() + note;
      resolve({ code: code ?? undefined, signal: signal ?? undefined, output, ok: code === 0 });
    };
    child.on('error', (error) => {
      finish(127, null, `${command}: ${error.message}\n`);
    });
    child.on('close', (code, signal) => {
      finish(code, signal);
    });
  });
}

/** Runs a Node script of an npm package with this very Node. */
export const runNode = (
  script: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> => run(process.execPath, [script, ...args], options);
