import { readdirSync, readFileSync } from 'node:fs';
import type { Connection, Deployment, Target } from '../../electron/link/interfaces/link.ts';
import { startBoard, type BoardOptions, type VirtualBoard } from '../../electron/link/virtual/board.ts';
import { virtualProvider } from '../../electron/link/virtual/provider.ts';
import type { BoardState } from '../../electron/model/board.ts';
import { ok, type Outcome, type Problem } from '../../electron/model/outcome.ts';
import type { PlanEvent } from '../../electron/model/plan-events.ts';
import type { PlanPoint } from '../../electron/model/plan.ts';
import type { Gap } from '../../electron/model/run.ts';
import { openSession, type OpenOptions } from '../../electron/session/open.ts';
import type { Session } from '../../electron/session/session.ts';

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.problem.code}: ${outcome.problem.message}`);
  return outcome.value;
}

export function problemOf(outcome: Outcome<unknown>): Problem {
  if (outcome.ok) throw new Error('no problem');
  return outcome.problem;
}

let boards = 0;

/** A virtual board of a test's own. */
export async function boardOfOwn(options: Omit<BoardOptions, 'name'> = {}): Promise<VirtualBoard> {
  boards += 1;
  return valueOf(await startBoard({ ...options, name: `session-${process.pid}-${boards}` }));
}

export async function targetOf(board: VirtualBoard): Promise<Target> {
  const targets = valueOf(await virtualProvider().list());
  const found = targets.find(({ summary }) => summary.id === board.name);
  if (found === undefined) throw new Error(`${board.name} is not listed`);
  return found;
}

/** The same board over a link that a test may spoil. */
export class SpoiltTarget implements Target {
  readonly summary: Target['summary'];
  readonly #target: Target;
  readonly #changes: Partial<Pick<Deployment, 'token' | 'buildId'>>;
  #cuts: (() => void)[] = [];
  /** Nobody can be reached while this is false. */
  reachable = true;

  constructor(target: Target, changes: Partial<Pick<Deployment, 'token' | 'buildId'>> = {}) {
    this.summary = target.summary;
    this.#target = target;
    this.#changes = changes;
  }

  async deploy(options: Parameters<Target['deploy']>[0]): ReturnType<Target['deploy']> {
    const deployment = await this.#target.deploy(options);
    if (!deployment.ok) return deployment;
    const { value } = deployment;
    return ok({
      ...value,
      ...this.#changes,
      connect: async () => {
        if (!this.reachable) return { ok: false, problem: pulled };
        const connection = await value.connect();
        return connection.ok ? ok(this.#cuttable(connection.value)) : connection;
      },
    });
  }

  /** Pulls the cable. */
  cut(): void {
    for (const cut of this.#cuts.splice(0)) cut();
  }

  #cuttable(connection: Connection): Connection {
    let onClose: (problem: Problem | null) => void = () => undefined;
    let whole = true;
    this.#cuts.push(() => {
      whole = false;
      connection.close();
      onClose(pulled);
    });
    return {
      send: (bytes) => (whole ? connection.send(bytes) : Promise.resolve()),
      onData: (listener) => {
        connection.onData((bytes) => {
          if (whole) listener(bytes);
        });
      },
      onClose: (listener) => {
        onClose = listener;
        connection.onClose((problem) => {
          if (whole) listener(problem);
        });
      },
      pause: () => {
        connection.pause();
      },
      resume: () => {
        connection.resume();
      },
      close: () => {
        connection.close();
      },
    };
  }
}

const pulled: Problem = { code: 'connection-lost', message: 'The cable was pulled.', remedy: '' };

const opened: Watched[] = [];

/** A session with everything that it says, and the wish to acknowledge at once or not. */
export class Watched {
  readonly session: Session;
  readonly states: BoardState[] = [];
  readonly events: PlanEvent[] = [];
  readonly gaps: Gap[] = [];
  readonly aborted: Problem[] = [];
  acknowledge = true;

  private constructor(session: Session) {
    this.session = session;
    session.on('state', (state) => this.states.push(state));
    session.on('gap', (gap) => this.gaps.push(gap));
    session.on('aborted', ({ problem }) => this.aborted.push(problem));
    session.on('plan', (event) => {
      this.events.push(event.kind === 'samples' ? { ...event, ns: event.ns.slice() } : event);
      if (this.acknowledge) session.ackUpTo(event.block);
    });
  }

  static async open(target: Target, options: OpenOptions = {}): Promise<Watched> {
    const watched = new Watched(valueOf(await openSession(target, options)));
    opened.push(watched);
    return watched;
  }

  /** Closes what a test that failed has left open. */
  static async closeAll(): Promise<void> {
    await Promise.all(opened.splice(0).map(({ session }) => session.close()));
  }

  get over(): boolean {
    return this.aborted.length > 0 || this.events.at(-1)?.kind === 'plan-done';
  }

  get blocks(): number[] {
    return this.events.map(({ block }) => block);
  }

  /** How many samples of the first series of each point came. */
  get counts(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const event of this.events) {
      if (event.kind !== 'samples' || event.series !== 0) continue;
      counts.set(event.index, (counts.get(event.index) ?? 0) + event.ns.length);
    }
    return counts;
  }
}

const point: PlanPoint = {
  index: 0,
  benchmark: 'mem.alloc',
  size: 4096,
  source: 'qda',
  count: 0,
  variant: 0,
  samples: 100,
  warmups: 5,
  budgetNs: 60e9,
  minSamples: 10,
  repeat: 0,
  seed: '7',
  verify: true,
};

/** A plan of some points, each like `mem.alloc` of one page but for what is said. */
export const planOf = (...points: readonly Partial<PlanPoint>[]) => ({
  runId: `run-${process.pid}`,
  dsp: 'cdsp',
  points: points.map((changes, index) => ({ ...point, ...changes, index })),
});

/** Longer than any test waits: it is there to be ended. */
export const endless = planOf({ samples: 4_000_000, budgetNs: 600e9 });

const PATIENCE_MS = 90_000;

/** Waits until it holds; gives up when it must hang. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Process ids of a program that serves a board. */
export function processesOf(program: string, board: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const words = argumentsOf(pid);
    return (words[0] ?? '').endsWith(`/${program}`) && words.some((word) => word.split('/').includes(board));
  });
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it ended meanwhile
  }
}

/** What is left of a board: processes and abstract sockets. */
export function remainsOf(board: string): string[] {
  const sockets = readFileSync('/proc/net/unix', 'utf8').split('\n');
  const programs = ['qda-agent', 'vqda', 'vqda-workload'];
  return [
    ...programs.flatMap((program) => processesOf(program, board).map((pid) => `${program} ${pid}`)),
    ...sockets.filter((line) => line.includes(`/${board}/`)),
  ];
}
