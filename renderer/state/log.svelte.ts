import type { LogEntry } from '../../electron/model/desk.ts';
import type { Source } from './source.ts';

/** Lines kept in the window; older ones go, many at once, so that what follows the log rarely begins anew. */
export const KEPT = 50_000;
const CHUNK = 5_000;

/** The joined log: changed in place; `version` moves when lines came, at most once a frame. */
export class LogState {
  version = $state(0);
  /** Lines that were too many for the host or for the window. */
  lost = $state(0);
  /** Who spoke so far, sorted. */
  sources = $state.raw<readonly string[]>([]);
  entries: readonly LogEntry[] = [];
  last = $derived.by(() => {
    void this.version;
    return this.entries.at(-1) ?? null;
  });
  #lines: LogEntry[] = [];
  /** When each line of a recorded session came, UTC ms: a line says its board's own time, which may be any. */
  #cameMs: readonly number[] = [];
  /** The first line of the host that is heard. */
  #first: LogEntry | null = null;
  #dropped = 0;
  #framed = false;

  constructor(source: Source) {
    this.entries = this.#lines;
    source.on('log', ({ entries, lost }) => {
      this.#take(entries);
      this.lost = lost + this.#dropped;
    });
  }

  /** The lines of a recorded session, and when each came, UTC ms; `showUntil` says which of them are shown. */
  showRecorded(entries: readonly LogEntry[], cameMs: readonly number[]): void {
    this.#lines = [...entries];
    this.#cameMs = cameMs;
    this.#hear(entries);
    this.showUntil(Infinity);
  }

  /** Shows the lines up to a moment, UTC ms. */
  showUntil(ms: number): void {
    const end = this.#cameMs.findIndex((came) => came > ms);
    const count = end < 0 ? this.#lines.length : end;
    if (count === this.entries.length && this.entries !== this.#lines) return;
    this.entries = this.#lines.slice(0, count);
    this.version += 1;
  }

  #take(entries: readonly LogEntry[]): void {
    const newest = this.#beginsAnew(entries[0]) ? 0 : (this.#lines.at(-1)?.seq ?? 0);
    for (const entry of entries) if (entry.seq > newest) this.#lines.push(entry);
    this.#hear(entries);
    const over = this.#lines.length - KEPT;
    if (over > 0) this.#dropped += this.#lines.splice(0, over + CHUNK).length;
    if (!this.#framed) this.#later();
  }

  /** A host that began anew counts from 1 again: its lines follow those of the one before. One that is met again tells the same lines. */
  #beginsAnew(first: LogEntry | undefined): boolean {
    if (first?.seq !== 1) return false;
    const known = this.#first?.atMs === first.atMs && this.#first.text === first.text;
    this.#first = first;
    return !known;
  }

  #hear(entries: readonly LogEntry[]): void {
    const known = new Set(this.sources);
    for (const { source } of entries) known.add(source);
    if (known.size > this.sources.length) this.sources = [...known].sort();
  }

  #later(): void {
    this.#framed = true;
    requestAnimationFrame(() => {
      this.#framed = false;
      this.version += 1;
    });
  }
}
