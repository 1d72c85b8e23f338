import type { Problem } from '../model/outcome.ts';

/** Watches FromAgent.seq of one connection: 1, 2, 3 ... A gap or a step back is a defect of the stream. */
export class Sequence {
  #next = 1;

  /** A problem where `seq` is not the one that must come now. */
  check(seq: number): Problem | null {
    if (seq === this.#next) {
      this.#next += 1;
      return null;
    }
    const what =
      seq > this.#next ? 'Messages between them were lost' : 'Messages came twice or in the wrong order';
    return {
      code: 'stream-out-of-order',
      message: `The agent's message ${seq} came where ${this.#next} was due. ${what}, so the stream cannot be trusted.`,
      remedy: 'The connection is dropped and resumed at the last block that is safely stored.',
    };
  }
}
