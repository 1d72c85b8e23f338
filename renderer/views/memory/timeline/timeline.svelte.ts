import { untrack } from 'svelte';
import {
  layoutLane,
  layoutTicks,
  zoomedTime,
  type LifeBar,
  type TimeView,
} from '../../../../electron/memory/life-layout.ts';
import type { Lane, Span } from '../../../../electron/memory/lanes.ts';
import { NOBODY } from '../../../../electron/memory/lifetimes.ts';
import { relatedTo } from '../../../../electron/memory/related.ts';
import type { MemoryState, Selection } from '../../../state/memory.svelte.ts';
import { Pace } from '../canvas/pace.ts';

/** Heights of a lane, CSS pixels: the greatest with which all fit, else the least. */
const LANES = [118, 74, 52, 36, 24] as const;
export const LEAST = 24;
/** Pixels from bar to bar: least in a closed lane, fixed in an open one. */
const ROW = 3;
const OPEN_ROW = 10;
const OPEN_ROWS = 60;
/** Lives are drawn so often while nobody touches them: time moves some pixels in between. */
export const OFTEN_MS = 250;

export interface LaneBox {
  readonly lane: Lane;
  readonly top: number;
  readonly height: number;
  readonly open: boolean;
}

/** What stands under the pointer. */
export interface LifeHit {
  readonly lane: Lane;
  readonly span: Span | null;
  readonly atMs: number;
}

export const selectionOf = ({ mapping, ino, pid }: Span): Selection => {
  if (mapping !== null) return { kind: 'mapping', key: mapping };
  return ino === null ? { kind: 'process', key: String(pid) } : { kind: 'buffer', key: String(ino) };
};

/** The timeline: which stretch of time is in view, whether it follows now, and where the user is. */
export class TimelineState {
  readonly memory: MemoryState;
  /** Milliseconds in view. */
  spanMs = $state(30_000);
  /** Right edge of the view, UTC ms; null: it follows now. */
  rightMs = $state<number | null>(null);
  boxes = $state.raw<readonly LaneBox[]>([]);
  opened = $state.raw<ReadonlySet<number>>(new Set());
  hover = $state.raw<LifeHit | null>(null);
  table = $state(false);
  /** Lane of the keyboard. */
  pid = $state<number | null>(null);
  /** Moves when something is to be drawn anew. */
  drawn = $state(0);
  nowMs = $state(0);
  /** Pixels that the lanes have. */
  room = $state(0);
  height = $derived((this.boxes.at(-1)?.top ?? 0) + (this.boxes.at(-1)?.height ?? 0));

  readonly #pace = new Pace(() => this.#take(), OFTEN_MS);
  readonly #seek: (ms: number) => void;
  #wantedMs: number | null = null;
  #bars = new Map<Lane, readonly LifeBar[]>();

  /** `seek`: shows a moment, the board's or the recording's. */
  constructor(memory: MemoryState, seek: (ms: number) => void) {
    this.memory = memory;
    this.#seek = seek;
    this.#take();
    if (memory.recorded) this.whole();
    $effect(() => {
      void [memory.version, this.opened, this.room];
      untrack(() => this.#pace.request());
    });
    $effect(() => {
      // The moment that is shown stays in view, wherever it was changed.
      const { atMs } = memory;
      if (atMs !== null) untrack(() => this.#reveal(atMs));
    });
    $effect(() => {
      // Paused anywhere: the view stands still; gone on: it follows.
      const { paused } = memory;
      untrack(() => (this.rightMs = paused ? (this.rightMs ?? this.view.toMs) : null));
    });
    $effect(() => {
      // Now goes on while nothing changes.
      const timer = setInterval(() => this.#tick(), 500);
      return () => clearInterval(timer);
    });
    $effect(() => () => this.#pace.close());
  }

  get view(): TimeView {
    const toMs = this.rightMs ?? this.nowMs + this.spanMs * 0.02;
    return { fromMs: toMs - this.spanMs, toMs };
  }

  readonly lit = $derived.by((): ((span: Span) => boolean) | null => {
    void this.memory.version;
    const { selection, shown } = this.memory;
    if (!selection) return null;
    const { pids, inos, mappings } = relatedTo(selection, shown);
    const process = selection.kind === 'process';
    return ({ pid, ino, mapping }) =>
      (process && pids.has(pid)) ||
      (mapping !== null && mappings.has(mapping)) ||
      (ino !== null && inos.has(ino));
  });

  /** Bars or area of a lane at this width; remembered for the pointer. */
  layout(box: LaneBox, width: number): ReturnType<typeof layoutLane> {
    const { fromMs } = this.memory.lifetimes;
    const layout = layoutLane(box.lane, {
      view: this.view,
      width,
      observedMs: fromMs ?? this.nowMs,
      nowMs: this.nowMs,
      rows: box.open ? OPEN_ROWS : Math.floor((box.height - 8) / ROW),
    });
    this.#bars.set(box.lane, layout.bars);
    return layout;
  }

  ticks(lane: Lane, width: number): ReturnType<typeof layoutTicks> {
    return layoutTicks(lane.ticks, { view: this.view, width });
  }

  timeAt(x: number, width: number): number {
    const { fromMs } = this.view;
    return fromMs + (x / width) * this.spanMs;
  }

  pointAt(x: number, y: number, width: number): void {
    const box = this.boxes.find(({ top, height }) => y >= top && y < top + height);
    if (!box) {
      this.hover = null;
      return;
    }
    const bars = this.#bars.get(box.lane) ?? [];
    const row = (bar: LifeBar): number => box.top + barTop(box, bar.row);
    const near = bars.find(
      (bar) => x >= bar.x0 - 2 && x < bar.x1 + 2 && y >= row(bar) && y < row(bar) + barStep(box),
    );
    this.hover = { lane: box.lane, span: near?.span ?? null, atMs: this.timeAt(x, width) };
  }

  zoom(factor: number, aroundMs = this.memory.atMs ?? this.nowMs): void {
    const follows = this.rightMs === null && this.memory.atMs === null;
    const view = zoomedTime(this.view, factor, aroundMs);
    const whole = Math.max(60_000, (this.nowMs - this.#fromMs) * 1.1);
    this.spanMs = Math.min(view.toMs - view.fromMs, whole);
    if (!follows) this.rightMs = Math.min(view.fromMs + this.spanMs, this.nowMs + this.spanMs * 0.5);
  }

  /** Everything that was seen. */
  whole(): void {
    this.spanMs = Math.max(2_000, (this.nowMs - this.#fromMs) * 1.04);
    this.rightMs = this.memory.atMs === null ? null : this.nowMs + this.spanMs * 0.02;
  }

  pan(share: number): void {
    const right = (this.rightMs ?? this.view.toMs) + share * this.spanMs;
    const latest = this.nowMs + this.spanMs * 0.02;
    this.rightMs = right >= latest && this.memory.atMs === null ? null : Math.max(this.#fromMs + 500, right);
  }

  /** Shows that moment with the next frame: a drag asks more often than a picture can be made. */
  scrubTo(ms: number): void {
    this.rightMs ??= this.view.toMs;
    if (this.#wantedMs === null)
      requestAnimationFrame(() => {
        if (this.#wantedMs !== null) this.#seek(this.#wantedMs);
        this.#wantedMs = null;
      });
    this.#wantedMs = ms;
  }

  /** By a share of what is in view. */
  scrubBy(share: number): void {
    this.scrubTo((this.#wantedMs ?? this.memory.atMs ?? this.nowMs) + share * this.spanMs);
  }

  toggle(): void {
    if (this.memory.paused) this.goLive();
    else {
      this.rightMs = this.view.toMs;
      this.memory.pause();
    }
  }

  goLive(): void {
    this.rightMs = null;
    if (this.memory.recorded) this.#seek(this.memory.history.toMs);
    else this.memory.resume();
  }

  pick(span: Span): void {
    const next = selectionOf(span);
    const { selection } = this.memory;
    this.memory.select(selection?.kind === next.kind && selection.key === next.key ? null : next);
  }

  toggleLane(pid: number): void {
    const next = new Set(this.opened);
    if (!next.delete(pid)) next.add(pid);
    this.opened = next;
  }

  climb(by: 1 | -1): void {
    const at = this.boxes.findIndex(({ lane }) => lane.pid === this.pid);
    const next = this.boxes[Math.min(Math.max(0, at + by), this.boxes.length - 1)];
    this.pid = next?.lane.pid ?? null;
  }

  get #fromMs(): number {
    return this.memory.lifetimes.fromMs ?? this.nowMs;
  }

  /** Lanes with the process of most lives first would dance: they stand in the order in which they came, nobody's last. */
  #take(): void {
    this.#tick();
    const { byPid } = this.memory.lifetimes.lanes;
    const lanes = [...byPid.values()].sort((a, b) => Number(a.pid === NOBODY) - Number(b.pid === NOBODY));
    const closed = LANES.find((height) => height * lanes.length <= this.room) ?? LEAST;
    let top = 0;
    this.boxes = lanes.map((lane) => {
      const open = this.opened.has(lane.pid);
      const height = open ? Math.max(closed, Math.min(lane.rows, OPEN_ROWS) * OPEN_ROW + 14) : closed;
      const box = { lane, top, height, open };
      top += height;
      return box;
    });
    this.drawn += 1;
  }

  /** Now is the newest step; while the board is watched time goes on without one. */
  #tick(): void {
    const { lifetimes, watch, recorded } = this.memory;
    const newest = lifetimes.toMs ?? 0;
    const goesOn = !recorded && watch?.kind === 'watching' && newest > 0;
    this.nowMs = goesOn ? Math.max(newest, Date.now()) : newest;
  }

  #reveal(ms: number): void {
    const { fromMs, toMs } = this.view;
    if (ms < fromMs) this.rightMs = ms + this.spanMs * 0.95;
    else if (ms > toMs) this.rightMs = ms + this.spanMs * 0.05;
  }
}

/** Pixels from bar to bar, and of the bar itself. */
export const barStep = ({ lane, height, open }: LaneBox): number =>
  open ? OPEN_ROW : Math.min(OPEN_ROW, (height - 8) / Math.max(1, lane.rows));

export const barTop = (box: LaneBox, row: number): number => 4 + row * barStep(box);
