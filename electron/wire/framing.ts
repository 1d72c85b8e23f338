// Frames on every byte pipe: u32 little-endian length (1..1048576), then that many bytes of one message.
import type { Problem } from '../model/outcome.ts';

/** Bytes of the longest message, as in native/wire/qda_lab.proto. */
export const FRAME_CAP = 1_048_576;
const HEADER = 4;

/** One message as a frame. The caller's message must fit: what the host sends is bounded before it is encoded. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  if (message.length === 0 || message.length > FRAME_CAP) {
    throw new RangeError(`a frame of ${message.length} bytes was asked for`);
  }
  const frame = new Uint8Array(HEADER + message.length);
  new DataView(frame.buffer).setUint32(0, message.length, true);
  frame.set(message, HEADER);
  return frame;
}

/** Whole messages that a chunk completed, and the defect after them, if any. */
export interface Decoded {
  readonly frames: readonly Uint8Array[];
  readonly problem: Problem | null;
}

const remedy = 'The connection is dropped and made anew; if it happens again, use a build of one version.';

const emptyFrame: Problem = {
  code: 'frame-empty',
  message: 'The stream holds a frame of length zero, which nobody sends: it is damaged or not ours.',
  remedy,
};

const oversized = (length: number): Problem => ({
  code: 'frame-oversized',
  message: `The stream announces a frame of ${length} bytes; the most is ${FRAME_CAP}. It is damaged or not ours.`,
  remedy,
});

const truncated = (have: number, want: number): Problem => ({
  code: 'frame-truncated',
  message: `The stream ended inside a frame, after ${have} of ${want} bytes. That message is lost.`,
  remedy,
});

/**
 * Cuts a byte stream into messages. Keeps at most one unfinished message between chunks; a message that lies whole
 * in a chunk is handed out without a copy. Messages stand until the next chunk: whoever keeps one makes a copy.
 * After a defect nothing more comes out: where the next frame begins is unknown.
 */
export class FrameDecoder {
  readonly #header = new Uint8Array(HEADER);
  #headerFill = 0;
  #body: Uint8Array | null = null;
  #bodyFill = 0;
  /** Rooms for what lies in several chunks, in turn: while the one is read, the next message begins in the other. */
  #rooms: [Uint8Array, Uint8Array] = [new Uint8Array(), new Uint8Array()];
  #problem: Problem | null = null;

  push(chunk: Uint8Array): Decoded {
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length && this.#problem === null) {
      at += this.#body === null ? this.#takeHeader(chunk, at, frames) : this.#takeBody(chunk, at, frames);
    }
    return { frames, problem: this.#problem };
  }

  /** To be called when the stream is over: a problem where it stopped inside a frame. */
  end(): Problem | null {
    if (this.#problem !== null) return this.#problem;
    if (this.#body !== null) return truncated(this.#bodyFill, this.#body.length);
    return this.#headerFill === 0 ? null : truncated(this.#headerFill, HEADER);
  }

  #takeHeader(chunk: Uint8Array, from: number, frames: Uint8Array[]): number {
    const taken = Math.min(HEADER - this.#headerFill, chunk.length - from);
    this.#header.set(chunk.subarray(from, from + taken), this.#headerFill);
    this.#headerFill += taken;
    if (this.#headerFill < HEADER) return taken;
    this.#headerFill = 0;
    const length = new DataView(this.#header.buffer).getUint32(0, true);
    const start = from + taken;
    if (length === 0) this.#problem = emptyFrame;
    else if (length > FRAME_CAP) this.#problem = oversized(length);
    else if (start + length <= chunk.length) {
      frames.push(chunk.subarray(start, start + length));
      return taken + length;
    } else {
      this.#body = this.#roomFor(length);
      this.#bodyFill = 0;
    }
    return taken;
  }

  #roomFor(length: number): Uint8Array {
    const [next, other] = this.#rooms;
    const room = next.length < length ? new Uint8Array(length) : next;
    this.#rooms = [other, room];
    return room.subarray(0, length);
  }

  #takeBody(chunk: Uint8Array, from: number, frames: Uint8Array[]): number {
    const body = this.#body;
    if (body === null) throw new Error('no frame is open');
    const taken = Math.min(body.length - this.#bodyFill, chunk.length - from);
    body.set(chunk.subarray(from, from + taken), this.#bodyFill);
    this.#bodyFill += taken;
    if (this.#bodyFill === body.length) {
      frames.push(body);
      this.#body = null;
    }
    return taken;
  }
}
