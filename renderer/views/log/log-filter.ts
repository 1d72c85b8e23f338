import type { LogEntry } from '../../../electron/model/desk.ts';
import type { LogLevel } from '../../../electron/model/stream.ts';

export const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** What is shown of the log. Empty texts and nulls do not restrict. */
export interface LogQuery {
  /** Words, all of which a line holds, whatever their case. */
  readonly text: string;
  /** This level and those above it. */
  readonly level: LogLevel;
  readonly source: string | null;
  readonly board: string | null;
}

export const ALL: LogQuery = { text: '', level: 'debug', source: null, board: null };

/** A test of lines against a query. */
export function matcher({ text, level, source, board }: LogQuery): (entry: LogEntry) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const least = LEVELS.indexOf(level);
  return (entry) => {
    if (LEVELS.indexOf(entry.level) < least) return false;
    if (source !== null && entry.source !== source) return false;
    if (board !== null && entry.board !== board) return false;
    if (words.length === 0) return true;
    const line = `${entry.text} ${entry.source} ${entry.board ?? ''}`.toLowerCase();
    return words.every((word) => line.includes(word));
  };
}

/** The lines that fit a query, followed as the log grows: each line is looked at once. */
export class LogFollower {
  shown: readonly LogEntry[] = [];
  readonly #fits: (entry: LogEntry) => boolean;
  #from: LogEntry | undefined;
  #seen = 0;

  constructor(query: LogQuery) {
    this.#fits = matcher(query);
  }

  /** Takes the log as it is now. */
  follow(entries: readonly LogEntry[]): readonly LogEntry[] {
    const sameStart = entries[0] === this.#from && entries.length >= this.#seen;
    const kept = sameStart ? this.shown : [];
    const fresh = (sameStart ? entries.slice(this.#seen) : entries).filter(this.#fits);
    if (fresh.length > 0 || !sameStart) this.shown = [...kept, ...fresh];
    this.#from = entries[0];
    this.#seen = entries.length;
    return this.shown;
  }
}
