import type { LogBatch, LogEntry } from '../../model/desk.ts';
import type { Problem } from '../../model/outcome.ts';
import type { LogLevel, LogLine } from '../../model/stream.ts';
import type { Clock } from '../../session/clock.ts';
import { Emitter } from '../../session/emitter.ts';
import { Valve } from './valve.ts';

/** Lines that are kept, and characters in them. */
const MOST_LINES = 20_000;
const MOST_CHARS = 8_000_000;
/** Characters of one line. */
const LONGEST = 4_000;
/** Characters of who says it. */
const LONGEST_NAME = 100;
/** Dropped together: shifting an array once a line would cost its length each time. */
const CHUNK = 1_000;

interface LogEvents {
  /** A line was added. */
  readonly entry: LogEntry;
}

/** The joined log of the app, the agents and the DSPs: the newest lines, bounded. A source that floods is cut off for a while. */
export class Log {
  readonly events = new Emitter<LogEvents>();
  readonly #clock: Clock;
  readonly #valves = new Map<string, Valve>();
  #entries: LogEntry[] = [];
  #chars = 0;
  #seq = 0;
  #lost = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of the newest line; 0: none. */
  get newest(): number {
    return this.#seq;
  }

  /** A line of the app itself. */
  say(level: LogLevel, text: string, board: string | null = null, remedy = ''): void {
    this.#add({ atMs: this.#clock.nowMs(), level, source: 'app', board, text, remedy });
  }

  problem(board: string | null, { message, remedy }: Problem, level: LogLevel = 'warn'): void {
    this.say(level, message, board, remedy);
  }

  /** A line that came from a board. */
  heard(board: string, { level, utcNs, source, text }: LogLine): void {
    if (this.#passes(board, source === 'agent' ? 'agent' : 'DSP'))
      this.#add({ atMs: Number(utcNs / 1_000_000n), level, source, board, text, remedy: '' });
  }

  /** What a session says of its stream: as many as an agent makes it say. */
  noticed(board: string, problem: Problem): void {
    if (this.#passes(board, 'session')) this.problem(board, problem);
  }

  /** Lines after that one, at most so many. */
  after(seq: number, most: number): LogBatch {
    const first = this.#entries[0]?.seq ?? this.#seq + 1;
    const at = Math.max(0, seq + 1 - first);
    return { entries: this.#entries.slice(at, at + most), lost: this.#lost };
  }

  #passes(board: string, kind: 'agent' | 'DSP' | 'session'): boolean {
    const key = `${kind} ${board}`;
    let valve = this.#valves.get(key);
    if (valve === undefined) this.#valves.set(key, (valve = new Valve()));
    const { pass, said } = valve.take(this.#clock.steadyMs());
    if (said !== null) this.say('warn', said, board);
    if (!pass) this.#lost += 1;
    return pass;
  }

  #add(line: Omit<LogEntry, 'seq'>): void {
    this.#seq += 1;
    const source = line.source.slice(0, LONGEST_NAME);
    const entry = {
      ...line,
      seq: this.#seq,
      source,
      text: shortened(line.text),
      remedy: shortened(line.remedy),
    };
    this.#entries.push(entry);
    this.#chars += charsOf(entry);
    if (this.#entries.length > MOST_LINES + CHUNK || this.#chars > MOST_CHARS) this.#trim();
    this.events.emit('entry', entry);
  }

  #trim(): void {
    const tooLong = this.#chars > MOST_CHARS ? MOST_CHARS * 0.9 : Infinity;
    let gone = 0;
    while (this.#entries.length - gone > MOST_LINES || this.#chars > tooLong) {
      this.#chars -= charsOf(this.#entries[gone]);
      gone += 1;
    }
    this.#entries = this.#entries.slice(gone);
    this.#lost += gone;
  }
}

const charsOf = (entry: LogEntry | undefined): number =>
  entry === undefined ? 0 : entry.source.length + entry.text.length + entry.remedy.length;

const shortened = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} … (${text.length - LONGEST} characters more)`;
