/** What the window remembers from one time to the next. A store that refuses (private windows) is done without. */
const PREFIX = 'qda-lab.';

export function recall<T>(name: string, fallback: T, fits: (value: unknown) => value is T): T {
  try {
    const text = localStorage.getItem(PREFIX + name);
    const value: unknown = text === null ? null : JSON.parse(text);
    return fits(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full or forbidden: the next start begins with the defaults.
  }
}
