import { untrack } from 'svelte';
import type { PlanEstimate } from '../../electron/contract/calls.ts';
import type { CrossoverView, RunView } from '../../electron/bench/run-view.ts';
import type { LiveRun, LiveRunChange } from '../../electron/model/live-run.ts';
import type { Problem } from '../../electron/model/outcome.ts';
import { awaited, fetched, none, type Fetched } from './fetched.ts';
import { PlanForm } from './plan-form.svelte.ts';
import type { Source } from './source.ts';

/** What is known of the benchmarks of one board. */
export interface BoardBench {
  /** The step before a run exists; null: nothing is being prepared. */
  readonly preparing: string | null;
  /** Why the last try came to no run. */
  readonly problem: Problem | null;
  readonly run: LiveRun | null;
  /** The stored run, once it has ended: figures over all independent runs. */
  readonly result: RunView | null;
  /** Of the stored run. */
  readonly crossovers: Fetched<readonly CrossoverView[]>;
}

const NOTHING: BoardBench = { preparing: null, problem: null, run: null, result: null, crossovers: none() };

/** Of a shown plan: the answer, or why there is none; `asking` while a newer answer is awaited. */
export interface EstimateState {
  readonly value: PlanEstimate | null;
  readonly problem: Problem | null;
  readonly asking: boolean;
}

/** A pause in the user's typing before the host is asked, ms. */
const SETTLE_MS = 150;

/** Benchmarks: the plan that is being made, and the run of each board. */
export class BenchState {
  readonly form: PlanForm;
  estimate = $state.raw<EstimateState>({ value: null, problem: null, asking: false });
  /** Key of the point group that is looked at; null: the one that runs. */
  focus = $state<string | null>(null);
  #boards = $state.raw<ReadonlyMap<string, BoardBench>>(new Map());
  /** Runs that this face started: others come from another window or the command line. */
  #own = $state.raw<ReadonlySet<string>>(new Set());

  readonly #source: Source;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #asked = 0;

  constructor(source: Source, form: PlanForm = new PlanForm()) {
    this.#source = source;
    this.form = form;
    source.on('bench', (change) => {
      this.change(change);
    });
  }

  of(board: string | null): BoardBench {
    return (board === null ? undefined : this.#boards.get(board)) ?? NOTHING;
  }

  isOwn(run: LiveRun): boolean {
    return this.#own.has(run.runId);
  }

  /** Folds what the host told of a board's run. */
  change(change: LiveRunChange): void {
    if (change.kind === 'run') {
      this.#set(change.run.board, { ...NOTHING, run: change.run });
      void this.#fetchResult(change.run.board);
      return;
    }
    const { board } = change;
    const known = this.of(board);
    if (change.kind === 'preparing') this.#set(board, { ...NOTHING, preparing: change.step });
    else if (change.kind === 'none') this.#set(board, { ...NOTHING, problem: change.problem });
    else if (known.run !== null) {
      this.#set(board, { ...known, run: folded(known.run, change) });
      if (change.kind === 'phase') void this.#fetchResult(board);
    }
  }

  /** The host is met, again or anew: it tells of what goes on, and nothing else does. What has ended stays. */
  metHost(): void {
    const over = ({ preparing, run }: BoardBench): boolean =>
      preparing === null && (run === null || run.phase === 'ended');
    this.#boards = new Map([...this.#boards].filter(([, bench]) => over(bench)));
  }

  /** Forgets all runs: another session is shown from now on. */
  clear(): void {
    this.#boards = new Map();
    this.focus = null;
  }

  async start(board: string): Promise<Problem | null> {
    const { form } = this;
    this.#set(board, { ...NOTHING, preparing: 'asking the host' });
    this.focus = null;
    const outcome = await this.#source.call('bench.start', {
      board,
      plan: form.request,
      label: form.label.trim(),
      picture: form.picture,
    });
    if (!outcome.ok) {
      const problem = outcome.problem.code === 'cancelled' ? null : outcome.problem;
      if (this.of(board).run === null) this.#set(board, { ...NOTHING, problem });
      return problem;
    }
    this.#own = new Set(this.#own).add(outcome.value.run);
    form.started();
    return null;
  }

  async cancel(board: string): Promise<Problem | null> {
    const outcome = await this.#source.call('bench.cancel', { board });
    return outcome.ok ? null : outcome.problem;
  }

  /** Asks what the plan of the form would come to, once the user has paused; the answer before stays until then. */
  ask(board: string | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { request, trouble } = this.form;
    this.#asked += 1;
    if (board === null || trouble !== null) {
      this.estimate = { value: null, problem: null, asking: false };
      return;
    }
    // Called where the form is followed: the answer itself is not to be followed with it.
    this.estimate = { ...untrack(() => this.estimate), asking: true };
    const asked = this.#asked;
    this.#timer = setTimeout(() => {
      void this.#source.call('bench.estimate', { board, plan: request }).then((outcome) => {
        if (asked !== this.#asked) return;
        this.estimate = outcome.ok
          ? { value: outcome.value, problem: null, asking: false }
          : { value: null, problem: outcome.problem, asking: false };
      });
    }, SETTLE_MS);
  }

  #set(board: string, bench: BoardBench): void {
    this.#boards = new Map(this.#boards).set(board, bench);
  }

  /** A run in the store is shown by its stored figures. */
  async #fetchResult(board: string): Promise<void> {
    const { run } = this.of(board);
    if (run?.phase !== 'ended' || run.end?.kept.kind !== 'store') return;
    const asked = { run: run.runId };
    const outcome = await this.#source.call('runs.open', asked);
    if (!outcome.ok) return;
    this.#setOf(board, run, { result: outcome.value, crossovers: awaited() });
    const crossovers = await this.#source.call('runs.crossovers', asked);
    this.#setOf(board, run, { crossovers: fetched(crossovers) });
  }

  /** What came of that run, where the board still shows it. */
  #setOf(board: string, { runId }: LiveRun, change: Partial<BoardBench>): void {
    const now = this.of(board);
    if (now.run?.runId === runId) this.#set(board, { ...now, ...change });
  }
}

function folded(run: LiveRun, change: Extract<LiveRunChange, { kind: 'points' | 'phase' }>): LiveRun {
  if (change.kind === 'phase') {
    const { phase, notices, end } = change;
    return { ...run, phase, notices, end };
  }
  const points = [...run.points];
  for (const point of change.points) points[point.index] = point;
  return { ...run, points };
}
