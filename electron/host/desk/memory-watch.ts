import { deltaOf, resetOf } from '../../memory/delta.ts';
import type { BoardState } from '../../model/board.ts';
import type { MemoryDelta, WatchState } from '../../model/memory-delta.ts';
import type { MemoryPicture } from '../../model/memory.ts';
import type { Outcome, Problem } from '../../model/outcome.ts';
import type { Clock } from '../../session/clock.ts';
import { isOver } from './board-sessions.ts';
import { Cadence } from './cadence.ts';
import { followMemory, type WatchedSession } from './memory-follow.ts';
import { paused, running, sameWatch, stoppedBy, unreachable, watching } from './watch-states.ts';

/** The board that is watched, as a watch needs it. */
export interface WatchedBoard {
  /** Our session on it, opened where need be. */
  open(): Promise<Outcome<WatchedSession>>;
  state(): BoardState;
  /** Calls when something about the board is other than before; the returned function ends that. */
  onChange(listener: () => void): () => void;
}

/** Who looks on. */
export interface MemoryViewer {
  readonly step: (delta: MemoryDelta) => void;
  readonly state: (state: WatchState) => void;
}

/** After a failure: until the next try. A change of the board comes first. */
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A watch that went well for so long has no failures behind it. */
const SETTLED_MS = 10_000;
const UNTIL_CHANGE = null;
const AT_ONCE = 0;

/**
 * Watches the memory managers of one board for everybody who looks on. It waits where the board is away or a plan runs on it, and
 * goes on by itself.
 */
export class MemoryWatch {
  readonly #board: WatchedBoard;
  readonly #clock: Clock;
  readonly #viewers = new Set<MemoryViewer>();
  readonly #cadence = new Cadence();
  readonly #ended: Promise<void>;
  #state: WatchState = { kind: 'starting' };
  #picture: MemoryPicture | null = null;
  #seq = 0;
  #failures = 0;
  /** Changes that a failure brought with it are no reason to try again. */
  #deafUntil = -Infinity;
  #pausedBy: string | null;
  #stopped = false;
  /** Grows with each order from outside. */
  #orders = 0;
  /** Grows with each change of the board. */
  #changes = 0;
  #wake: () => void = () => undefined;
  #following: Promise<unknown> = Promise.resolve();

  constructor(board: WatchedBoard, clock: Clock, pausedBy: string | null = null) {
    this.#board = board;
    this.#clock = clock;
    this.#pausedBy = pausedBy;
    const off = board.onChange(() => {
      this.#changes += 1;
      if (clock.steadyMs() >= this.#deafUntil) this.#wake();
    });
    this.#ended = this.#run().finally(off);
  }

  /** The picture as it is, as a step of its own; null before there is one. */
  reset(): MemoryDelta | null {
    if (this.#picture === null) return null;
    return resetOf(this.#picture, { seq: this.#seq, hostMs: this.#clock.nowMs() });
  }

  get state(): WatchState {
    return this.#state;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** The viewer is told how things are, then every step; the returned function ends that. */
  attach(viewer: MemoryViewer): () => void {
    this.#viewers.add(viewer);
    viewer.state(this.#state);
    const reset = this.reset();
    if (reset !== null) viewer.step(reset);
    return () => {
      this.#viewers.delete(viewer);
    };
  }

  /** Nothing traces or looks any more when this resolves, until `resume`. */
  async pause(why: string): Promise<void> {
    this.#pausedBy = why;
    this.#order();
    await this.#following;
  }

  resume(): void {
    this.#pausedBy = null;
    this.#order();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#order();
    await this.#ended;
  }

  #order(): void {
    this.#orders += 1;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const [orders, changes] = [this.#orders, this.#changes];
      const waitMs = await this.#turn();
      const missed = orders !== this.#orders || (waitMs === UNTIL_CHANGE && changes !== this.#changes);
      if (!missed && waitMs !== AT_ONCE) await this.#wait(waitMs);
    }
  }

  /** Does what can be done now; milliseconds until it can be tried again. */
  async #turn(): Promise<number | null> {
    if (this.#pausedBy !== null) return this.#say(paused(this.#pausedBy));
    const opened = await this.#board.open();
    if (this.#stopped || this.#pausedBy !== null) return AT_ONCE;
    if (!opened.ok) return this.#unopened(opened.problem);
    const { state } = opened.value;
    if (state.kind === 'running') return this.#say(running);
    if (!this.#may(opened.value)) return this.#say(unreachable(state, this.#state, this.#clock.nowMs()));
    return await this.#follow(opened.value);
  }

  #unopened(problem: Problem): number | null {
    const state = this.#board.state();
    if (state.kind === 'absent' || state.kind === 'offline')
      return this.#say(unreachable(state, this.#state, this.#clock.nowMs()));
    this.#say(stoppedBy(problem));
    return problem.code === 'closed' ? UNTIL_CHANGE : this.#retryMs();
  }

  async #follow(session: WatchedSession): Promise<number | null> {
    const following = followMemory(session, {
      clock: this.#clock,
      cadence: this.#cadence,
      may: () => this.#may(session),
      rest: (ms) => this.#wait(ms),
      show: (picture) => {
        this.#show(picture);
      },
      taken: () => {
        this.#say(watching(this.#cadence));
      },
    });
    this.#following = following;
    const began = this.#clock.steadyMs();
    const problem = await following;
    if (this.#clock.steadyMs() - began > SETTLED_MS) this.#failures = 0;
    if (problem !== null) this.#say(stoppedBy(problem));
    return problem === null && !isOver(session.state) ? AT_ONCE : this.#retryMs();
  }

  #may({ state }: WatchedSession): boolean {
    const there = state.kind === 'ready' || state.kind === 'dsp-restarted';
    return there && !this.#stopped && this.#pausedBy === null;
  }

  #retryMs(): number {
    const at = Math.min(this.#failures, RETRY_MS.length - 1);
    this.#failures += 1;
    this.#deafUntil = this.#clock.steadyMs() + RETRY_MS[0];
    return RETRY_MS[at] ?? RETRY_MS[0];
  }

  #show(picture: MemoryPicture): void {
    const stamp = { seq: this.#seq + 1, hostMs: this.#clock.nowMs() };
    const delta = this.#picture === null ? resetOf(picture, stamp) : deltaOf(this.#picture, picture, stamp);
    this.#picture = picture;
    if (delta === null) return;
    this.#seq = stamp.seq;
    for (const viewer of this.#viewers) viewer.step(delta);
  }

  #say(state: WatchState): null {
    if (!sameWatch(this.#state, state)) {
      this.#state = state;
      for (const viewer of this.#viewers) viewer.state(state);
    }
    return UNTIL_CHANGE;
  }

  /** null: until something changes. */
  #wait(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === null ? (): void => undefined : this.#clock.after(ms, () => this.#wake());
      this.#wake = () => {
        this.#wake = () => undefined;
        cancel();
        resolve();
      };
    });
  }
}
