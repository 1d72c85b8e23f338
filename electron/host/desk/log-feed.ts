import type { Clock } from '../../session/clock.ts';
import type { Face, Faces } from './face.ts';
import type { Log } from './log.ts';

/** Between two batches. */
const EVERY_MS = 100;
/** Lines of one batch. */
const MOST = 2_000;

/** Gives every face the log: what there is at once, then in batches. Each face has its own place in it. */
export class LogFeed {
  readonly #log: Log;
  readonly #faces: Faces;
  readonly #clock: Clock;
  readonly #sent = new WeakMap<Face, number>();
  #cancel: (() => void) | null = null;
  readonly #off: () => void;

  constructor(log: Log, faces: Faces, clock: Clock) {
    this.#log = log;
    this.#faces = faces;
    this.#clock = clock;
    this.#off = log.events.on('entry', () => {
      this.#later();
    });
  }

  greet(face: Face): void {
    this.#sent.set(face, 0);
    this.#tell(face);
  }

  close(): void {
    this.#off();
    this.#cancel?.();
  }

  #later(): void {
    if (this.#faces.count === 0) return;
    this.#cancel ??= this.#clock.after(EVERY_MS, () => {
      this.#cancel = null;
      this.#faces.each((face) => {
        this.#tell(face);
      });
    });
  }

  #tell(face: Face): void {
    face.offer('log', () => {
      const sent = this.#sent.get(face) ?? 0;
      const value = this.#log.after(sent, MOST);
      const last = value.entries.at(-1)?.seq ?? this.#log.newest;
      if (last === sent && sent > 0) return null;
      this.#sent.set(face, last);
      if (last < this.#log.newest) this.#later();
      return { push: 'log', value };
    });
  }
}
