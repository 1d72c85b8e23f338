import type { Push } from '../../contract/pushes.ts';
import type { Clock } from '../../session/clock.ts';
import type { Boards } from './boards.ts';
import type { Face, Faces } from './face.ts';

/** From the end of one look at the ways to boards to the begin of the next. */
const LOOK_MS = 1_000;
/** The same while a plan runs: asking a virtual board how it is takes time of the processor that the plan is measured on. */
const RARE_LOOK_MS = 5_000;
/** Changes that come together are one push. */
const TOGETHER_MS = 30;

/** Keeps looking for boards while a face is there or a session stands, and tells every face what changed. */
export class BoardsFeed {
  readonly #boards: Boards;
  readonly #faces: Faces;
  readonly #clock: Clock;
  readonly #off: () => void;
  #cancelPush: (() => void) | null = null;
  #cancelLook: (() => void) | null = null;
  #looking = false;
  #closed = false;

  constructor(boards: Boards, faces: Faces, clock: Clock) {
    this.#boards = boards;
    this.#faces = faces;
    this.#clock = clock;
    this.#off = boards.events.on('changed', () => {
      this.#pushSoon();
    });
  }

  greet(face: Face): void {
    face.offer('boards', () => this.#push());
    if (!this.#looking && this.#cancelLook === null) void this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#off();
    this.#cancelPush?.();
    this.#cancelLook?.();
  }

  #push(): Push {
    return { push: 'boards', value: this.#boards.view() };
  }

  #pushSoon(): void {
    this.#cancelPush ??= this.#clock.after(TOGETHER_MS, () => {
      this.#cancelPush = null;
      const push = this.#push();
      this.#faces.offer(
        'boards',
        () => push,
        () => this.#push(),
      );
    });
  }

  async #look(): Promise<void> {
    this.#looking = true;
    await this.#boards.look();
    this.#looking = false;
    if (this.#closed || (this.#faces.count === 0 && !this.#boards.anyOpen)) return;
    const inMs = this.#boards.anyRunning ? RARE_LOOK_MS : LOOK_MS;
    this.#cancelLook = this.#clock.after(inMs, () => {
      this.#cancelLook = null;
      void this.#look();
    });
  }
}
