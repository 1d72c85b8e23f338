import { History } from '../../electron/memory/history.ts';
import { Lifetimes } from '../../electron/memory/lifetimes.ts';
import { LivePicture } from '../../electron/memory/live-picture.ts';
import type { MemoryPicture } from '../../electron/model/memory.ts';
import type { MemoryDelta, WatchState } from '../../electron/model/memory-delta.ts';
import type { Problem, Reading } from '../../electron/model/outcome.ts';
import type { Source } from './source.ts';

/** What table, graph, map and timeline point at together. Keys: pid, device, inode, mapping id, finding id; as text. */
export interface Selection {
  readonly kind: 'process' | 'bank' | 'buffer' | 'mapping' | 'finding';
  readonly key: string;
}

/** A moment that was pinned, with the picture as it was. */
export interface Pin {
  readonly ms: number;
  readonly picture: MemoryPicture;
}

/** What is read is shown anew so often while the live picture changes. */
const CALM_MS = 250;

/** A recording is bounded where it is made. */
const WHOLE = { ageMs: Infinity, steps: Infinity, rows: Infinity };

/** Told each step of the live picture after it was applied, so that an index can follow it row by row. */
export type DeltaListener = (delta: MemoryDelta, live: LivePicture) => void;

/**
 * The memory managers of the board in front of the user. The pictures are changed in place, so they are not reactive themselves:
 * whoever shows one reads `shownVersion` (or `version`) first, which moves at most once a frame.
 */
export class MemoryState {
  /** Board that is watched; null: none. */
  board = $state<string | null>(null);
  watch = $state.raw<WatchState | null>(null);
  /** What the board's agent read of its IOMMU and more, once; null: not told. */
  environment = $state.raw<readonly Reading[] | null>(null);
  /** Why the board cannot be watched. */
  problem = $state.raw<Problem | null>(null);
  /** Moves when `live` changed, once a frame. */
  version = $state(0);
  /** Moves when `shown` changed: another moment, or the live picture while that is what is shown. */
  shownVersion = $state(0);
  /** Moves after `shownVersion`, a few times a second while the live picture changes: for what is read, not followed by the eye. */
  calmVersion = $state(0);
  /** UTC ms of the moment that is shown; null: now. */
  atMs = $state<number | null>(null);
  selection = $state.raw<Selection | null>(null);
  hover = $state.raw<Selection | null>(null);
  filter = $state('');
  pins = $state.raw<readonly [Pin | null, Pin | null]>([null, null]);
  /** True while a recorded session is shown instead of the board. */
  recorded = $state(false);
  paused = $derived(this.atMs !== null);
  /** Since when and why the shown values are old; null: they are not. */
  stale = $derived(staleOf(this.watch));

  live = new LivePicture();
  history = new History();
  shown: LivePicture = this.live;
  /** The lives of buffers, made of the same steps; what the timeline draws. */
  lifetimes = new Lifetimes();

  readonly #host: Source;
  readonly #frame: (run: () => void) => void;
  readonly #listeners = new Set<DeltaListener>();
  #framed = false;
  #calmTimer: ReturnType<typeof setTimeout> | null = null;
  #resyncing = false;

  constructor(host: Source, frame = (run: () => void): void => void requestAnimationFrame(run)) {
    this.#host = host;
    this.#frame = frame;
    host.on('memory', ({ board, delta }) => {
      if (board === this.board && !this.recorded) this.take(delta);
    });
    host.on('watch', ({ board, state }) => {
      if (board !== this.board || this.recorded) return;
      this.watch = state;
      this.lifetimes.watch(state, Math.max(Date.now(), this.history.toMs)); // the clock may have been set back
    });
  }

  /** Watches another board; what was known of the one before is dropped. */
  async setBoard(board: string | null): Promise<void> {
    const before = this.board;
    if (before === board && !this.recorded) return;
    this.recorded = false;
    this.#clear();
    this.board = board;
    if (before !== null) await this.#host.call('memory.unwatch', { board: before });
    if (this.board === board) await this.rewatch();
  }

  /** Asks for the watch, again where the connection to the host was away. */
  async rewatch(): Promise<void> {
    const { board } = this;
    if (board === null || this.recorded) return;
    const outcome = await this.#host.call('memory.watch', { board });
    if (this.board !== board) return;
    this.problem = outcome.ok ? null : outcome.problem;
    if (outcome.ok && this.environment === null) await this.#readEnvironment(board);
  }

  /** Calls the listener with each step that is applied to `live` from now on. */
  onDelta(listener: DeltaListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One step, live or of a recording. A gap asks for the whole picture. */
  take(delta: MemoryDelta): void {
    if (!this.live.apply(delta)) return this.#resync();
    this.#resyncing = false;
    this.history.push(delta);
    this.lifetimes.apply(delta);
    for (const listener of this.#listeners) listener(delta, this.live);
    this.#later();
  }

  /** Shows a recorded session: all its steps at once; the scrubber then moves in it. `setBoard` ends it. */
  showRecorded(deltas: readonly MemoryDelta[]): void {
    void this.setBoard(null);
    this.#clear();
    this.history = new History(WHOLE);
    this.recorded = true;
    for (const delta of deltas) this.take(delta);
    this.scrubTo(this.history.fromMs);
  }

  pause(): void {
    // Not the time of the newest step: a clock that was set back makes that an earlier moment.
    if (this.atMs === null) this.scrubTo(this.history.toMs);
  }

  /** Back to now. */
  resume(): void {
    this.atMs = null;
    this.shown = this.live;
    this.#showNow();
  }

  scrubTo(ms: number): void {
    const at = Math.min(Math.max(ms, this.history.fromMs), this.history.toMs);
    if (this.atMs === at) return;
    this.atMs = at;
    this.shown = this.history.at(at);
    this.#showNow();
  }

  select(selection: Selection | null): void {
    this.selection = selection;
  }

  isSelected(kind: Selection['kind'], key: string): boolean {
    return this.selection?.kind === kind && this.selection.key === key;
  }

  /** Pins the moment that is shown as the first or second of a comparison. */
  pin(at: 0 | 1): void {
    const pin = { ms: this.atMs ?? this.live.hostMs, picture: this.shown.toPicture() };
    this.pins = at === 0 ? [pin, this.pins[1]] : [this.pins[0], pin];
  }

  unpin(at: 0 | 1): void {
    this.pins = at === 0 ? [null, this.pins[1]] : [this.pins[0], null];
  }

  #clear(): void {
    this.live = new LivePicture();
    this.history = new History();
    this.lifetimes = new Lifetimes();
    this.watch = null;
    this.problem = null;
    this.environment = null;
    this.selection = null;
    this.hover = null;
    this.pins = [null, null];
    this.#resyncing = false;
    this.version += 1;
    this.resume();
  }

  async #readEnvironment(board: string): Promise<void> {
    const outcome = await this.#host.call('boards.environment', { board });
    if (outcome.ok && this.board === board) this.environment = outcome.value;
  }

  #resync(): void {
    if (this.#resyncing || this.board === null) return;
    this.#resyncing = true;
    void this.#host.call('memory.resync', { board: this.board });
  }

  #later(): void {
    if (this.#framed) return;
    this.#framed = true;
    this.#frame(() => {
      this.#framed = false;
      this.version += 1;
      if (this.atMs !== null) return;
      this.shownVersion += 1;
      this.#calmTimer ??= setTimeout(() => {
        this.#calm();
      }, CALM_MS);
    });
  }

  #showNow(): void {
    this.shownVersion += 1;
    this.#calm();
  }

  #calm(): void {
    if (this.#calmTimer !== null) clearTimeout(this.#calmTimer);
    this.#calmTimer = null;
    this.calmVersion += 1;
  }
}

function staleOf(
  watch: WatchState | null,
): { readonly sinceMs: number | null; readonly reason: string } | null {
  if (watch?.kind === 'lost') return { sinceMs: watch.sinceMs, reason: watch.reason };
  const still = watch?.kind === 'stopped' || watch?.kind === 'paused';
  return still ? { sinceMs: null, reason: watch.reason } : null;
}
