/** One life: a buffer held by a process, a mapping in a bank, a call that the DSP works on. */
export interface Span {
  readonly key: string;
  readonly kind: 'held' | 'allocation' | 'import' | 'call';
  readonly pid: number;
  /** Device of the bank. */
  readonly bank: string | null;
  /** Set later where it becomes known. */
  ino: number | null;
  readonly mapping: string | null;
  readonly size: number | null;
  /** UTC ms; null: it was there before somebody looked. */
  readonly fromMs: number | null;
  /** null: it lasts. */
  toMs: number | null;
  /** DMA segments that do not follow each other. */
  readonly scattered: boolean;
  /** Row in its lane; no two lives of a row overlap. */
  readonly row: number;
}

export interface Tick {
  readonly kind: 'import' | 'close' | 'death' | 'fault';
  readonly atMs: number;
  readonly span: Span | null;
}

/** A fault of a bank: which process caused it is not told. */
export interface FaultTick {
  readonly atMs: number;
  readonly bank: string;
  readonly finding: string;
}

/** One process with its lives, in the order in which they began to be seen. */
export interface Lane {
  readonly pid: number;
  comm: string;
  /** UTC ms when it was seen gone; null: it lives, or is not known to be gone. */
  endedMs: number | null;
  spans: Span[];
  readonly open: ReadonlyMap<string, Span>;
  ticks: Tick[];
  /** Rows ever used. */
  rows: number;
}

interface Kept extends Lane {
  readonly open: Map<string, Span>;
  /** Rows that are free again, any order. */
  readonly free: number[];
  /** Ended lives among `spans` that are dropped with the next sweep. */
  dropped: number;
}

const MOST_TICKS = 4000;
const MOST_FAULTS = 1000;

/** The lanes of the timeline, with no more than `limit` lives that have ended. */
export class Lanes {
  readonly byPid = new Map<number, Lane>();
  readonly faults: FaultTick[] = [];
  /** Ended lives that were dropped, and when the last of them ended: before it the picture is not whole. */
  dropped = 0;
  wholeFromMs: number | null = null;

  readonly #kept = new Map<number, Kept>();
  readonly #names = new Map<number, string>();
  readonly #deaths = new Map<number, number>();
  readonly #limit: number;
  /** Ended lives in the order of their end, from `#first` on. */
  #ended: Span[] = [];
  #first = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  clear(): void {
    this.byPid.clear();
    this.#kept.clear();
    this.#names.clear();
    this.#deaths.clear();
    this.faults.length = 0;
    this.dropped = 0;
    this.wholeFromMs = null;
    this.#ended = [];
    this.#first = 0;
  }

  name(pid: number, comm: string): void {
    this.#names.set(pid, comm);
    const lane = this.#kept.get(pid);
    if (lane) lane.comm = comm;
  }

  /** The process is gone. One that never had a buffer gets no lane. */
  end(pid: number, atMs: number): void {
    if (this.#deaths.has(pid)) return;
    this.#deaths.set(pid, atMs);
    const lane = this.#kept.get(pid);
    if (!lane) return;
    lane.endedMs = atMs;
    this.tick({ kind: 'death', atMs, pid, span: null });
  }

  /** The pid is used again. */
  revive(pid: number): void {
    if (!this.#deaths.delete(pid)) return;
    const lane = this.#kept.get(pid);
    if (lane) lane.endedMs = null;
  }

  open(fresh: Omit<Span, 'toMs' | 'row'>): Span {
    const lane = this.#lane(fresh.pid);
    const row = lane.free.length > 0 ? takeLowest(lane.free) : lane.rows;
    lane.rows = Math.max(lane.rows, row + 1);
    const span: Span = { ...fresh, toMs: null, row };
    lane.spans.push(span);
    lane.open.set(span.key, span);
    return span;
  }

  openSpan(pid: number, key: string): Span | undefined {
    return this.#kept.get(pid)?.open.get(key);
  }

  close(span: Span, atMs: number): void {
    const lane = this.#kept.get(span.pid);
    if (!lane || span.toMs !== null) return;
    span.toMs = Math.max(atMs, span.fromMs ?? atMs);
    lane.open.delete(span.key);
    lane.free.push(span.row);
    this.#ended.push(span);
    if (this.#ended.length - this.#first > this.#limit) this.#dropOldest();
  }

  tick({ pid, ...tick }: Tick & { readonly pid: number }): void {
    const { ticks } = this.#lane(pid);
    ticks.push(tick);
    if (ticks.length > MOST_TICKS) ticks.splice(0, MOST_TICKS / 4);
  }

  fault(fault: FaultTick): void {
    this.faults.push(fault);
    if (this.faults.length > MOST_FAULTS) this.faults.shift();
  }

  #lane(pid: number): Kept {
    const known = this.#kept.get(pid);
    if (known) return known;
    const lane: Kept = {
      pid,
      comm: this.#names.get(pid) ?? '',
      endedMs: this.#deaths.get(pid) ?? null,
      spans: [],
      open: new Map(),
      ticks: [],
      rows: 0,
      free: [],
      dropped: 0,
    };
    this.#kept.set(pid, lane);
    this.byPid.set(pid, lane);
    return lane;
  }

  #dropOldest(): void {
    const oldest = this.#ended[this.#first];
    if (!oldest) return;
    this.#first += 1;
    this.dropped += 1;
    this.wholeFromMs = oldest.toMs;
    const lane = this.#kept.get(oldest.pid);
    if (lane) this.#sweep(lane);
    if (this.#first <= this.#limit) return;
    this.#ended = this.#ended.slice(this.#first);
    this.#first = 0;
  }

  /** Lives that ended up to `wholeFromMs` go, when there are enough of them to be worth a pass; an empty lane with them. */
  #sweep(lane: Kept): void {
    lane.dropped += 1;
    if (lane.dropped < 64 && lane.dropped * 2 < lane.spans.length) return;
    const until = this.wholeFromMs ?? 0;
    lane.spans = lane.spans.filter(({ toMs }) => toMs === null || toMs > until);
    lane.ticks = lane.ticks.filter(({ atMs }) => atMs > until);
    lane.dropped = 0;
    if (lane.spans.length > 0) return;
    this.#kept.delete(lane.pid);
    this.byPid.delete(lane.pid);
  }
}

/** The lowest free row keeps a lane flat; where hundreds are free it is drawn as an area, and any will do. */
function takeLowest(free: number[]): number {
  let at = free.length - 1;
  for (let i = free.length > 64 ? free.length : 0; i < free.length; i += 1)
    if ((free[i] ?? 0) < (free[at] ?? 0)) at = i;
  const row = free[at] ?? 0;
  const last = free.pop();
  if (at < free.length && last !== undefined) free[at] = last;
  return row;
}
