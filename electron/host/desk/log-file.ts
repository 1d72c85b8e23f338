import type { Clock } from '../../session/clock.ts';
import { appendAppLog, appLogPath } from '../../store/app-log.ts';
import { logLine } from '../app-log.ts';
import type { Log } from './log.ts';

/** Lines that come together are written together. */
const EVERY_MS = 1_000;

/** Keeps the log in a file too, for reports of defects. A disk that does not take it is told once. */
export class LogFile {
  readonly #log: Log;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #off: () => void;
  #pending: string[] = [];
  #cancel: (() => void) | null = null;

  constructor(log: Log, home: string, clock: Clock) {
    this.#log = log;
    this.#path = appLogPath(home);
    this.#clock = clock;
    this.#off = log.events.on('entry', (entry) => {
      if (entry.level === 'debug') return;
      this.#pending.push(logLine(entry));
      this.#cancel ??= this.#clock.after(EVERY_MS, () => {
        this.flush();
      });
    });
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const lines = this.#pending;
    this.#pending = [];
    if (lines.length === 0) return;
    const written = appendAppLog(this.#path, lines);
    if (written.ok) return;
    this.#off();
    this.#log.problem(null, written.problem);
  }

  close(): void {
    this.#off();
    this.flush();
  }
}
