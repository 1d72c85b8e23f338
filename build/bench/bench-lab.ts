// What the figures are measured on: a virtual board of our own, programs that end with us, a folder that goes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, endingText } from '../../electron/link/deploy/process.ts';
import { startAgent } from '../../electron/link/virtual/agent.ts';
import { startBoard, type VirtualBoard } from '../../electron/link/virtual/board.ts';
import { socketName } from '../../electron/link/virtual/sockets.ts';
import type { Outcome } from '../../electron/model/outcome.ts';
import { openSession } from '../../electron/session/open.ts';
import type { Session } from '../../electron/session/session.ts';
import { at, run } from '../run.ts';
import { p50Of } from './figure.ts';
import { children } from './processes.ts';

/** The value of an outcome; a failure ends the figure with its sentence. */
export function must<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.problem.message} ${outcome.problem.remedy}`.trim());
}

export const progress = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const programs = {
  agent: '.build/host/native/agent/qda-agent',
  flood: '.build/host/build/bench/flood_agent',
} as const;

/** Everything that a figure starts, ended in the reverse order by `close`. */
export class BenchLab {
  readonly signal: AbortSignal;
  readonly #endings: (() => Promise<void> | void)[] = [];
  #boards = 0;

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  /** Ends the figure where the user has asked for the end. */
  check(): void {
    this.signal.throwIfAborted();
  }

  async board(): Promise<VirtualBoard> {
    this.check();
    this.#boards += 1;
    const board = must(await startBoard({ name: `tool-${process.pid}-${this.#boards}` }));
    this.#endings.push(() => board.stop());
    return board;
  }

  /** An agent on that board, and its process. */
  async session(
    board: VirtualBoard,
    program: keyof typeof programs = 'agent',
  ): Promise<{ readonly session: Session; readonly pid: number }> {
    this.check();
    const before = new Set(children());
    const session = must(
      await openSession({
        summary: {
          id: board.name,
          transport: 'virtual',
          label: board.name,
          simulated: true,
          state: 'ready',
          detail: '',
        },
        deploy: (options) => startAgent(at(programs[program]), board.name, options),
      }),
    );
    this.#endings.push(() => session.close());
    const pid = children().find((child) => !before.has(child));
    if (pid === undefined) throw new Error('the process of the agent is not found');
    return { session, pid };
  }

  /** A program of build/bench that says a first line and stays until `close`. */
  async companion(name: string, args: readonly string[], readyMs: number): Promise<Child> {
    this.check();
    const child = new Child(at('.build/host/build/bench', name), args);
    this.#endings.push(async () => {
      await child.stop();
    });
    const line = await child.firstLine(readyMs);
    if (line !== 'ready')
      throw new Error(`${name} is not ready (${line ?? 'it said nothing'}). ${child.stderr}`);
    return child;
  }

  /** The p50 that a program of build/bench prints, ns; on one processor only, where one is named. */
  async p50(name: string, args: readonly string[], processor: number | null): Promise<number> {
    this.check();
    const program = at('.build/host/build/bench', name);
    const child =
      processor === null
        ? new Child(program, args)
        : new Child('taskset', ['-c', String(processor), program, ...args]);
    const abort = (): void => void child.stop();
    this.signal.addEventListener('abort', abort);
    const line = await child.firstLine(120_000);
    const ending = await child.stop();
    this.signal.removeEventListener('abort', abort);
    this.check();
    const p50 = p50Of(line);
    if (p50 === null) throw new Error(`${name} ${endingText(ending)} without a result. ${ending.stderr}`);
    return p50;
  }

  /** Every number that a program prints, one a line; it runs to its end. */
  async numbers(command: string, args: readonly string[]): Promise<readonly number[]> {
    this.check();
    const done = await run(command, args);
    this.check();
    if (!done.ok) throw new Error(`${command} ${args.join(' ')}: ${done.output.trim()}`);
    return done.output.trim().split('\n').map(Number);
  }

  /** Something to be ended by `close`. */
  later(ending: () => Promise<void> | void): void {
    this.#endings.push(ending);
  }

  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'qda-lab-tool-'));
    this.#endings.push(() => {
      rmSync(path, { recursive: true, force: true });
    });
    return path;
  }

  async close(): Promise<void> {
    for (let end = this.#endings.pop(); end !== undefined; end = this.#endings.pop()) await end();
  }
}

/** Waits; throws where the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(new Error('cancelled'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** Keeps a running process on one processor. */
export async function pin(pid: number, processor: number): Promise<void> {
  const done = await run('taskset', ['-a', '-c', '-p', String(processor), String(pid)]);
  if (!done.ok) throw new Error(`taskset: ${done.output.trim()}`);
}

export const vqdaSocket = (board: VirtualBoard): string => socketName(board.name, 'vqda');
