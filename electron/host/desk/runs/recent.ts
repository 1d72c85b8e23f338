/** The last few things that were made, each for as long as what it was made of is the same. */
export class Recent<T> {
  readonly #most: number;
  readonly #made = new Map<string, { readonly stamp: string; readonly value: T }>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, stamp: string): T | undefined {
    const found = this.#made.get(key);
    if (found?.stamp !== stamp) return undefined;
    this.#made.delete(key);
    this.#made.set(key, found);
    return found.value;
  }

  set(key: string, stamp: string, value: T): void {
    this.#made.delete(key);
    this.#made.set(key, { stamp, value });
    const [oldest] = this.#made.keys();
    if (this.#made.size > this.#most && oldest !== undefined) this.#made.delete(oldest);
  }
}
