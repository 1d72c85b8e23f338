import { planSeconds, type PlanRequest } from '../../bench/plan.ts';
import type { LiveEnd, LiveRun, LiveRunChange } from '../../model/live-run.ts';
import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import { benchCommand } from '../bench-command.ts';
import type { Lab } from '../compose.ts';
import type { OpenBoard } from '../open-board.ts';
import { runPlan, type FinishedRun, type RunHooks } from '../run-plan.ts';
import type { Boards } from './boards.ts';
import type { Checks } from './checks.ts';
import { LiveRunState } from './live-run.ts';
import type { Log } from './log.ts';
import type { MemoryWatches } from './memory-watches.ts';
import { WHILE_RUNNING } from './watch-states.ts';

export interface BenchRequest {
  readonly board: string;
  readonly plan: PlanRequest;
  readonly label: string;
  /** Look at the memory managers before it begins. */
  readonly picture: boolean;
}

export interface BenchParts {
  readonly lab: Lab;
  readonly boards: Boards;
  readonly memory: MemoryWatches;
  readonly checks: Pick<Checks, 'pause'>;
  readonly log: Log;
  readonly tell: (change: LiveRunChange) => void;
  readonly runsChanged: () => void;
}

/** One run, from the wish to its end. */
export class Bench {
  readonly #parts: BenchParts;
  readonly #request: BenchRequest;
  readonly #abort = new AbortController();
  readonly #started = Promise.withResolvers<Outcome<string>>();
  #state: LiveRunState | null = null;
  #told = false;
  #going = true;
  /** The run is over and kept, whatever came of it. */
  readonly done: Promise<void>;

  constructor(parts: BenchParts, request: BenchRequest) {
    this.#parts = parts;
    this.#request = request;
    this.done = this.#do()
      .catch((error: unknown) => {
        this.#ended({ ok: false, problem: brokenBy(error) });
      })
      .finally(() => {
        this.#going = false;
      });
  }

  get going(): boolean {
    return this.#going;
  }

  /** Its id, once it runs on the board; or why it does not. */
  get started(): Promise<Outcome<string>> {
    return this.#started.promise;
  }

  get run(): LiveRun | null {
    return this.#told ? (this.#state?.view() ?? null) : null;
  }

  /** `why`: who does it, a sentence for the run. */
  cancel(why: string): void {
    this.#abort.abort(why);
    if (this.#state === null) this.#prepare('giving it up');
    if (this.#state?.phase !== 'running') return;
    this.#state.cancelling();
    this.#tellPhase();
  }

  tellPoints(): void {
    if (!this.#told) return;
    const points = this.#state?.changes() ?? [];
    if (points.length > 0) this.#parts.tell({ kind: 'points', board: this.#request.board, points });
  }

  async #do(): Promise<void> {
    const { boards, memory, checks } = this.#parts;
    const { board, picture } = this.#request;
    this.#prepare('opening the board');
    const opened = await boards.open(board, true);
    if (!opened.ok) {
      this.#failed(opened.problem);
      return;
    }
    const resume = await memory.pause(board, WHILE_RUNNING);
    const checkAgain = await checks.pause(board);
    this.#prepare(picture ? 'looking at the memory managers' : 'reading the environment');
    const stop = opened.value.session.on('state', ({ kind }) => {
      if (kind === 'running') this.#runs();
      // The plan is over: what is left to do with it measures nothing.
      else checkAgain();
    });
    try {
      const finished = await this.#run(opened.value);
      this.#ended(finished);
      // It broke off: is the board still there?
      if (finished.ok && finished.value.run.status === 'incomplete') void boards.look();
    } finally {
      stop();
      resume();
      checkAgain();
      void boards.refresh(board);
    }
  }

  #run(board: OpenBoard): Promise<Outcome<FinishedRun>> {
    if (this.#abort.signal.aborted)
      return Promise.resolve(fail('cancelled', 'Cancelled before the plan began.'));
    const { generation } = this.#parts.boards.entry(board.target.summary.id) ?? {};
    const request = {
      ...this.#request,
      command: benchCommand({ ...this.#request, generation }),
      spillFolders: [],
    };
    return runPlan(this.#parts.lab, board, request, this.#hooks(board), this.#abort.signal);
  }

  #hooks({ identity, target }: OpenBoard): RunHooks {
    return {
      onPlan: (plan, node, leaves, runId) => {
        this.#state = new LiveRunState({
          runId,
          board: target.summary.id,
          label: this.#request.label,
          simulated: identity.simulated,
          plan,
          node,
          leaves,
          estimateS: planSeconds(plan),
          startedMs: Date.now(),
        });
      },
      onEvent: (event) => {
        this.#runs();
        this.#state?.event(event);
      },
      onNotice: (problem) => {
        this.#parts.log.problem(target.summary.id, problem);
        this.#notice(problem);
      },
      // The log has it from the session itself.
      onSessionNotice: (problem) => {
        this.#notice(problem);
      },
    };
  }

  #notice(problem: Problem): void {
    if (this.#state?.notice(problem) === true && this.#told) this.#tellPhase();
  }

  /** The board has taken the plan. */
  #runs(): void {
    const run = this.#state?.view();
    if (this.#told || run === undefined) return;
    this.#told = true;
    this.#parts.log.say('info', `The run ${run.runId} began: ${run.plan.points.length} points.`, run.board);
    this.#parts.tell({ kind: 'run', run });
    this.#started.resolve(ok(run.runId));
    this.#parts.runsChanged();
  }

  #ended(finished: Outcome<FinishedRun>): void {
    if (finished.ok) this.#runs();
    if (!this.#told || this.#state === null) {
      this.#failed(finished.ok ? NEVER_RAN : finished.problem);
      return;
    }
    const end = finished.ok ? endOf(finished.value) : lostEnd(finished.problem);
    if (!finished.ok) this.#parts.log.problem(this.#request.board, finished.problem, 'error');
    this.#state.ended(end);
    this.tellPoints();
    this.#tellPhase();
    this.#parts.log.say('info', endWords(this.#state.view().runId, end), this.#request.board);
    this.#parts.runsChanged();
  }

  /** No run came to be. */
  #failed(problem: Problem): void {
    const { board } = this.#request;
    const cancelled = problem.code === 'cancelled';
    if (!cancelled) this.#parts.log.problem(board, problem, 'error');
    this.#parts.tell({ kind: 'none', board, problem: cancelled ? null : problem });
    this.#started.resolve({ ok: false, problem });
  }

  #prepare(step: string): void {
    this.#parts.tell({ kind: 'preparing', board: this.#request.board, step });
  }

  #tellPhase(): void {
    if (this.#state === null || !this.#told) return;
    this.#parts.tell({ kind: 'phase', board: this.#request.board, ...this.#state.phaseChange });
  }
}

/** Its listeners and the boards of others go on. */
const brokenBy = (error: unknown): Problem => ({
  code: 'bug',
  message: `The run failed inside the tool: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  remedy: 'This is a defect of the tool. Copy the log (Log view) into a report of it.',
});

const NEVER_RAN: Problem = { code: 'cancelled', message: 'The plan ended before it began.', remedy: '' };

const endOf = ({ run, kept }: FinishedRun): LiveEnd => ({
  status: run.status,
  reason: run.reason,
  kept: { kind: kept.kind, path: kept.path, why: kept.kind === 'spill' ? kept.why : null },
});

/** It could be kept nowhere. */
const lostEnd = (problem: Problem): LiveEnd => ({
  status: 'incomplete',
  reason: problem.message,
  kept: { kind: 'spill', path: '', why: problem },
});

const endWords = (runId: string, { status, reason, kept }: LiveEnd): string => {
  const how = `The run ${runId} is ${status}${reason === '' ? '.' : `: ${reason}`}`;
  return `${how} ${kept.path === '' ? 'It could not be kept.' : `It is kept in ${kept.path}`}`;
};
