/**
 * Keeps account of the numbered blocks of one plan: what came, what came twice after a new connection, what is missing
 * for good, and up to where all is safe. Pure.
 */
export class BlockOrder {
  #received = 0;
  #acked = 0;

  /** Newest block that came, or that is known to be lost. */
  get received(): number {
    return this.#received;
  }

  /** Everything up to this block is safe in the host. */
  get acked(): number {
    return this.#acked;
  }

  /** null: came before, to be skipped. Else how many blocks before it are missing for good. */
  take(block: number): number | null {
    if (block <= this.#received) return null;
    const missing = block - this.#received - 1;
    this.#received = block;
    return missing;
  }

  /**
   * A new connection: the agent keeps `oldest`..`last` (null: nothing). Returns how many blocks that have not come are
   * kept no more.
   */
  resumed(oldest: number | null, last: number): number {
    const before = (oldest ?? last + 1) - 1;
    const missing = Math.max(0, before - this.#received);
    this.#received += missing;
    return missing;
  }

  /** The host has stored all up to `block`. False where that says nothing new. */
  confirm(block: number): boolean {
    if (block > this.#received)
      throw new RangeError(`block ${block} was confirmed, but only ${this.#received} came`);
    if (block <= this.#acked) return false;
    this.#acked = block;
    return true;
  }
}
