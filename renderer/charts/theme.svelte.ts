/** What is drawn on a canvas takes its colours from the tokens once: it has to be drawn again when the theme changes. */
class Theme {
  /** Moves when the colours of the window change. */
  version = $state(0);

  constructor() {
    const moved = (): void => {
      this.version += 1;
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', moved);
    new MutationObserver(moved).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }
}

export const theme = new Theme();

/** The value of a token now: '--line'. */
export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
