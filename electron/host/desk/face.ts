import type { FaceSink } from '../../contract/face.ts';
import type { Push } from '../../contract/pushes.ts';

type Saying = () => Push | null;

/**
 * One connected face. What can be made up for later is offered, not sent: while the face takes less than it is given, only the
 * making up is kept, once a key, so that a face that stops reading costs nothing.
 */
export class Face {
  readonly #sink: FaceSink;
  readonly #owed = new Map<string, Saying>();
  #closed = false;
  /** Boards whose memory it watches: the end of each watch. */
  readonly watching = new Map<string, () => void>();
  /** Boards that it wants to watch: also those that are still looked for. */
  readonly wanted = new Set<string>();

  constructor(sink: FaceSink) {
    this.#sink = sink;
  }

  /** Sends what `now` says; on a congested wire `makeUp` is asked instead, once there is room: how things are then. null: nothing. */
  offer(key: string, now: Saying, makeUp: Saying = now): void {
    if (this.#closed) return;
    const owed = this.#sink.congested || this.#owed.has(key);
    this.#owed.set(key, owed ? makeUp : now);
    this.drained();
  }

  /** Makes up for what was held back, as long as the wire takes it. */
  drained(): void {
    for (const [key, makeUp] of this.#owed) {
      if (this.#closed || this.#sink.congested) return;
      this.#owed.delete(key);
      const push = makeUp();
      if (push !== null) this.#sink.push(push);
    }
  }

  /** Nothing is owed under that key any more. */
  forget(key: string): void {
    this.#owed.delete(key);
  }

  wants(board: string): boolean {
    return !this.#closed && this.wanted.has(board);
  }

  close(): void {
    this.#closed = true;
    this.#owed.clear();
    this.wanted.clear();
    for (const end of this.watching.values()) end();
    this.watching.clear();
  }
}

/** All connected faces. */
export class Faces {
  readonly #faces = new Set<Face>();

  get count(): number {
    return this.#faces.size;
  }

  add(face: Face): void {
    this.#faces.add(face);
  }

  remove(face: Face): void {
    this.#faces.delete(face);
    face.close();
  }

  /** Offers the same to every face. */
  offer(key: string, now: Saying, makeUp: Saying = now): void {
    for (const face of this.#faces) face.offer(key, now, makeUp);
  }

  each(work: (face: Face) => void): void {
    for (const face of [...this.#faces]) work(face);
  }

  close(): void {
    for (const face of [...this.#faces]) this.remove(face);
  }
}
