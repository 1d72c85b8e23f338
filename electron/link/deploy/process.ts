import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  /** It could not even be started; why. */
  readonly failed: string | null;
  /** The last that it wrote on its standard error. */
  readonly stderr: string;
}

export interface StartOptions {
  /** Written to its standard input, which then ends. */
  readonly input?: string;
  /**
   * 'ours': it stays in our session and leaves our process group by itself. The scheduler may give each session its share
   * as one, and processes that call each other yield to each other only within one.
   */
  readonly session?: 'own' | 'ours';
}

/** What is kept of a standard error: enough for some sentences. */
const TAIL = 4096;
/** After its end: how long its last words may take. Others may hold the pipe open. */
const LAST_WORDS_MS = 200;
/** Between being asked to end and being killed. */
const KILL_AFTER_MS = 2_000;

const living = new Set<ChildProcess>();
const killAll = (): void => {
  for (const child of living) child.kill('SIGKILL');
};

/**
 * A process that we started. It is in a session of its own, or at least in a process group of its own, so that a Ctrl-C at
 * the terminal reaches only us; it never outlives us, unless it was released.
 */
export class Child {
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  #stderr = '';
  #over = false;

  constructor(command: string, args: readonly string[], options: StartOptions = {}) {
    const input = options.input === undefined ? 'ignore' : 'pipe';
    this.#child = spawn(command, args, {
      stdio: [input, 'pipe', 'pipe'],
      detached: options.session !== 'ours',
    });
    if (living.size === 0) process.once('exit', killAll);
    living.add(this.#child);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-TAIL);
    });
    this.#child.stdin?.on('error', () => undefined).end(options.input);
    this.ended = this.#watch();
  }

  /** Process id; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get stderr(): string {
    return this.#stderr.trim();
  }

  /** Its first line on the standard output; null: it ended, or none came in time. */
  firstLine(timeoutMs: number): Promise<string | null> {
    const { stdout } = this.#child;
    return stdout === null ? Promise.resolve(null) : firstLineOf(stdout, this.ended, timeoutMs);
  }

  /** From here on it lives on without us. */
  release(): void {
    this.#forget();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#child.unref();
  }

  /** Ends it: asks, and after two seconds kills. Comes back when it is gone. */
  async stop(): Promise<Ending> {
    if (!this.#over) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS);
    const ending = await this.ended;
    clearTimeout(timer);
    return ending;
  }

  #forget(): void {
    living.delete(this.#child);
    if (living.size === 0) process.off('exit', killAll);
  }

  #watch(): Promise<Ending> {
    return new Promise((resolve) => {
      const finish = (code: number | null, signal: string | null, failed: string | null): void => {
        resolve({ code, signal, failed, stderr: this.stderr });
      };
      const over = (): void => {
        this.#over = true;
        this.#forget();
      };
      this.#child.on('error', (error) => {
        if (this.#child.pid !== undefined) return;
        over();
        finish(null, null, error.message);
      });
      this.#child.on('exit', (code, signal) => {
        over();
        const timer = setTimeout(finish, LAST_WORDS_MS, code, signal, null);
        this.#child.on('close', () => {
          clearTimeout(timer);
          finish(code, signal, null);
        });
      });
    });
  }
}

function firstLineOf(stdout: Readable, ended: Promise<unknown>, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const finish = (line: string | null): void => {
      clearTimeout(timer);
      stdout.off('data', take);
      stdout.resume();
      resolve(line);
    };
    const take = (piece: string): void => {
      text += piece;
      const end = text.indexOf('\n');
      if (end >= 0) finish(text.slice(0, end));
    };
    const timer = setTimeout(finish, timeoutMs, null);
    stdout.setEncoding('utf8').on('data', take);
    void ended.then(() => {
      finish(null);
    });
  });
}

/** How it ended, in words: "was killed by SIGKILL", "ended with exit code 3". */
export function endingText({ code, signal, failed }: Ending): string {
  if (failed !== null) return `could not be started (${failed})`;
  return signal === null ? `ended with exit code ${code ?? 0}` : `was killed by ${signal}`;
}
