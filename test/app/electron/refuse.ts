/** What is asked of the stand-in and not there is refused by name: main uses only what was thought of here. */
export function refusing<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(of, key) {
      if (typeof key === 'symbol' || key in of || key === 'then') {
        const found = Reflect.get(of, key, of) as unknown;
        return typeof found === 'function' ? (found.bind(of) as unknown) : found;
      }
      throw new Error(`the stand-in for Electron has no ${name}.${key}`);
    },
    set() {
      throw new Error(`nothing may be set on ${name}`);
    },
  });
}

/** Options of a call: every key has to be known. */
export function knownKeys(what: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options))
    if (!known.includes(key))
      throw new Error(`the stand-in for Electron knows no option "${key}" of ${what}`);
}
