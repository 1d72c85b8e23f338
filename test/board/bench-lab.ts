import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { startBoard, type BoardOptions, type VirtualBoard } from '../../electron/link/virtual/board.ts';
import type { Outcome } from '../../electron/model/outcome.ts';

const MAIN = fileURLToPath(new URL('../../electron/cli/main.ts', import.meta.url));

export function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.problem.code}: ${outcome.problem.message}`);
  return outcome.value;
}

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface StartOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** A program, with arguments, that runs the command line as its own arguments: unshare, for a mount of the test's own. */
  readonly wrap?: readonly string[];
}

let boards = 0;

/** A virtual board and a store of a test's own, and the command line on them. `close` ends and removes all of it. */
export class TestLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'qda-lab-test-'));
  readonly name: string;
  readonly board: VirtualBoard;

  private constructor(name: string, board: VirtualBoard) {
    this.name = name;
    this.board = board;
  }

  static async start(options: Omit<BoardOptions, 'name'> = {}): Promise<TestLab> {
    boards += 1;
    const name = `test-${process.pid}-${boards}`;
    return new TestLab(name, value(await startBoard({ ...options, name })));
  }

  get control(): VirtualBoard['control'] {
    return this.board.control;
  }

  /** Starts the command line; the caller may send it signals. */
  start(args: readonly string[], options: StartOptions = {}): Running {
    return new Running(args, {
      env: { QDA_LAB_HOME: join(this.folder, 'home'), ...options.env },
      cwd: options.cwd ?? this.folder,
      wrap: options.wrap ?? [],
    });
  }

  /** Runs the command line to its end. */
  run(...args: readonly string[]): Promise<Said> {
    return this.start(args).ended;
  }

  async close(): Promise<void> {
    await this.board.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Blocks of samples that the store holds by now. */
  storedBlocks(): number {
    const path = join(this.folder, 'home', 'runs.sqlite');
    if (!existsSync(path)) return 0;
    const db = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
    try {
      return Number(db.prepare('SELECT count(*) AS n FROM blocks').get()?.['n']);
    } catch {
      return 0; // the command line is just making it
    } finally {
      db.close();
    }
  }

  /** The agent itself, not a worker of it. */
  agentPid(): number {
    const [line] = processesWith(this.name).filter(
      (text) => text.includes('qda-agent') && !text.includes('--worker'),
    );
    if (line === undefined) throw new Error('no agent runs');
    return Number(line.split(' ')[0]);
  }

  /** Processes and abstract sockets that carry this board's name, now. */
  leftovers(): string[] {
    return [...processesWith(this.name), ...socketsWith(this.name)];
  }
}

/** A command line that runs. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Said>;
  out = '';
  err = '';

  constructor(args: readonly string[], { env, cwd, wrap }: Required<StartOptions>) {
    const [program = '', ...rest] = [...wrap, process.execPath, MAIN, ...args];
    this.child = spawn(program, rest, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code) => {
        resolve({ code, out: this.out, err: this.err });
      });
    });
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}

/** Waits until `ready` gives something else than null; gives up when it must hang. */
export async function until<T>(
  what: string,
  ready: () => T | null | Promise<T | null>,
  patienceMs = 90_000,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await ready();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Process ids, with their command lines, of processes with that word in their arguments; this one left out. */
export function processesWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const line = commandLine(pid);
      return line.includes(word) ? [`${pid} ${line}`] : [];
    });
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // it ended meanwhile
  }
}

const socketsWith = (word: string): string[] =>
  readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`/${word}/`))
    .map((line) => line.slice(line.indexOf('@')));
