import type { MemoryDelta } from '../model/memory-delta.ts';
import { rowsIn } from './delta.ts';
import { LivePicture } from './live-picture.ts';

/** What a history keeps at most; the oldest goes first. */
export interface HistoryLimits {
  readonly ageMs: number;
  readonly steps: number;
  /** Rows in all steps, whole pictures counted at a tenth: their rows are shared with the steps. */
  readonly rows: number;
}

export const HISTORY_LIMITS: HistoryLimits = { ageMs: 30 * 60_000, steps: 20_000, rows: 400_000 };

interface Step {
  /** Never before the step before it, whatever the clock did. */
  readonly atMs: number;
  readonly delta: MemoryDelta;
}

/** A whole picture and the steps that follow it. */
interface Stretch {
  readonly key: Step;
  readonly keyRows: number;
  readonly steps: Step[];
  /** In the steps. */
  rows: number;
}

/** Steps after which a whole picture is kept again, however little changed in them. */
const MOST_STEPS = 600;
/** A small picture is not kept anew after each of its few rows changed. */
const LEAST_ROWS = 500;

/**
 * The past of a live picture, bounded: every moment since `fromMs` can be shown again. Whole pictures stand between the steps so
 * that a moment is found with about the work of two pictures.
 */
export class History {
  readonly #limits: HistoryLimits;
  readonly #head = new LivePicture();
  #stretches: Stretch[] = [];
  #steps = 0;
  #rows = 0;
  #nowMs = 0;
  #dropped = 0;

  constructor(limits: HistoryLimits = HISTORY_LIMITS) {
    this.#limits = limits;
  }

  /** UTC ms of the oldest moment that is kept; 0 where nothing is. */
  get fromMs(): number {
    return this.#stretches[0]?.key.atMs ?? 0;
  }

  /** UTC ms of the newest. */
  get toMs(): number {
    return this.#stretches.length === 0 ? 0 : this.#nowMs;
  }

  /** Steps that were kept once and are no more. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A step that does not follow the one before is left out: the picture stays as it was until a reset comes. */
  push(delta: MemoryDelta): void {
    if (!this.#head.apply(delta)) return;
    this.#nowMs = Math.max(this.#nowMs, delta.hostMs);
    const step = { atMs: this.#nowMs, delta };
    const rows = rowsIn(delta);
    const last = this.#stretches.at(-1);
    if (delta.reset || last === undefined) this.#begin(step, rows);
    else {
      last.steps.push(step);
      last.rows += rows;
      this.#steps += 1;
      this.#rows += rows;
      if (last.steps.length >= MOST_STEPS || last.rows > Math.max(LEAST_ROWS, this.#head.size))
        this.#begin({ atMs: this.#nowMs, delta: this.#head.toReset() }, this.#head.size / 10);
    }
    this.#trim();
  }

  /** The picture as it was then: the last step at or before that moment, or the oldest. A copy; empty where nothing is kept. */
  at(hostMs: number): LivePicture {
    const picture = new LivePicture();
    const stretch = this.#stretches.findLast(({ key }) => key.atMs <= hostMs) ?? this.#stretches[0];
    if (stretch === undefined) return picture;
    picture.apply(stretch.key.delta);
    for (const { atMs, delta } of stretch.steps) {
      if (atMs > hostMs) break;
      picture.apply(delta);
    }
    return picture;
  }

  clear(): void {
    this.#stretches = [];
    this.#steps = 0;
    this.#rows = 0;
    this.#nowMs = 0;
    this.#dropped = 0;
    this.#head.seq = 0;
  }

  #begin(key: Step, keyRows: number): void {
    this.#stretches.push({ key, keyRows, steps: [], rows: 0 });
    this.#steps += 1;
    this.#rows += keyRows;
  }

  #trim(): void {
    const { ageMs, steps, rows } = this.#limits;
    while (this.#stretches.length > 1) {
      const [oldest, next] = this.#stretches as [Stretch, Stretch];
      const tooOld = this.#nowMs - next.key.atMs > ageMs;
      if (!tooOld && this.#steps <= steps && this.#rows <= rows) return;
      this.#stretches.shift();
      this.#steps -= 1 + oldest.steps.length;
      this.#rows -= oldest.rows + oldest.keyRows;
      this.#dropped += oldest.steps.length;
    }
  }
}
