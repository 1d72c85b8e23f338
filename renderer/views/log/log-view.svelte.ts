import type { LogEntry } from '../../../electron/model/desk.ts';
import type { LogLevel } from '../../../electron/model/stream.ts';
import type { LogState } from '../../state/log.svelte.ts';
import { LogFollower } from './log-filter.ts';

/** What the log list shows of a log: its filter, whether it follows, which line is opened. */
export class LogView {
  text = $state('');
  level = $state<LogLevel>('info');
  source = $state('');
  board = $state('');
  /** Stands still while lines go on coming. */
  paused = $state(false);
  /** Keeps the newest line in sight. */
  follow = $state(true);
  chosen = $state.raw<LogEntry | null>(null);

  readonly #log: () => LogState;
  readonly #follower = $derived(
    new LogFollower({
      text: this.text,
      level: this.level,
      source: this.source || null,
      board: this.board || null,
    }),
  );
  #frozen = $state.raw<readonly LogEntry[] | null>(null);

  shown = $derived.by(() => {
    const log = this.#log();
    void log.version;
    return this.#follower.follow(this.#frozen ?? log.entries);
  });
  sources = $derived.by(() => this.#log().sources);
  /** Lines that came since it stands still. */
  behind = $derived.by(() => {
    const log = this.#log();
    void log.version;
    return this.#frozen === null ? 0 : log.entries.length - this.#frozen.length;
  });

  constructor(log: () => LogState) {
    this.#log = log;
  }

  pause(): void {
    this.paused = true;
    this.#frozen = [...this.#log().entries];
  }

  resume(): void {
    this.paused = false;
    this.#frozen = null;
  }

  toggle(): void {
    if (this.paused) this.resume();
    else this.pause();
  }
}
