/** Typed listeners: `M` maps an event's name to what it carries. */
export class Emitter<M> {
  readonly #listeners = new Map<keyof M, Set<(value: never) => void>>();

  /** Returns the function that takes the listener away again. */
  on<K extends keyof M>(kind: K, listener: (value: M[K]) => void): () => void {
    const set = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, set);
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  emit<K extends keyof M>(kind: K, value: M[K]): void {
    const set = this.#listeners.get(kind) as ReadonlySet<(value: M[K]) => void> | undefined;
    for (const listener of [...(set ?? [])]) listener(value);
  }
}
