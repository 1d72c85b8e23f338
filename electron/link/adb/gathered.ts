const FIRST_BYTES = 1024;

/** Text that comes in pieces, however small, in one room that is doubled when it is full: each byte is copied about twice, and pieces cost nothing. */
export class Gathered {
  #room = Buffer.alloc(0);
  #bytes = 0;

  /** The bytes are copied. */
  add(bytes: Uint8Array): void {
    const all = this.#bytes + bytes.length;
    if (all > this.#room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * this.#room.length, all));
      larger.set(this.#room.subarray(0, this.#bytes));
      this.#room = larger;
    }
    this.#room.set(bytes, this.#bytes);
    this.#bytes = all;
  }

  get bytes(): number {
    return this.#bytes;
  }

  text(): string {
    return this.#room.toString('utf8', 0, this.#bytes);
  }
}
