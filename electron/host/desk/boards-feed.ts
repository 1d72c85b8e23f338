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
/** The same for ways that tell of changes by themselves: one look at all of them. */
const TOLD_MS = 20;

/** Keeps looking for boards while a face is there or a session stands, and tells every face what changed. */
export class BoardsFeed {
  readonly #boards: Boards;
  readonly #faces: Faces;
  readonly #clock: Clock;
  readonly #offs: readonly (() => void)[];
  #cancelTold: (() => void) | null = null;
  #cancelPush: (() => void) | null = null;
  #cancelLook: (() => void) | null = null;
  #looking = false;
  #closed = false;

  constructor(boards: Boards, faces: Faces, clock: Clock) {
    this.#boards = boards;
    this.#faces = faces;
    this.#clock = clock;
    this.#offs = [
      boards.events.on('changed', () => {
        this.#pushSoon();
      }),
      boards.onTold(() => {
        this.#told();
      }),
    ];
  }

  greet(face: Face): void {
    face.offer('boards', () => this.#push());
    if (!this.#looking && this.#cancelLook === null) void this.#look();
  }

  close(): void {
    this.#closed = true;
    for (const off of this.#offs) off();
    this.#cancelTold?.();
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

  /** A way says that its boards are others: nobody waits for the next look. */
  #told(): void {
    if (!this.#wanted) return;
    this.#cancelTold ??= this.#clock.after(TOLD_MS, () => {
      this.#cancelTold = null;
      void this.#boards.look();
    });
  }

  get #wanted(): boolean {
    return !this.#closed && (this.#faces.count > 0 || this.#boards.anyOpen);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    await this.#boards.look();
    this.#looking = false;
    if (!this.#wanted) return;
    const inMs = this.#boards.anyRunning ? RARE_LOOK_MS : LOOK_MS;
    this.#cancelLook = this.#clock.after(inMs, () => {
      this.#cancelLook = null;
      void this.#look();
    });
  }
}
