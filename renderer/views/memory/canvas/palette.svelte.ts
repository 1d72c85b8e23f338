/** The tokens that the drawn pictures use, as the page has them now. */
export interface Palette {
  readonly bg: string;
  readonly sunken: string;
  readonly raised: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly dim: string;
  readonly faint: string;
  readonly accent: string;
  readonly accentBg: string;
  readonly error: string;
  readonly errorBg: string;
  readonly warning: string;
  readonly allocation: string;
  readonly import: string;
  readonly heap: string;
  readonly held: string;
  readonly call: string;
  readonly many: string;
  readonly sans: string;
  readonly mono: string;
}

const TOKENS: Readonly<Record<keyof Palette, string>> = {
  bg: '--bg',
  sunken: '--bg-sunken',
  raised: '--bg-raised',
  line: '--line',
  lineStrong: '--line-strong',
  text: '--text',
  dim: '--text-dim',
  faint: '--text-faint',
  accent: '--accent',
  accentBg: '--accent-bg',
  error: '--error',
  errorBg: '--error-bg',
  warning: '--warning',
  allocation: '--series-1',
  import: '--series-2',
  heap: '--series-3',
  held: '--text-faint',
  call: '--series-4',
  many: '--line-strong',
  sans: '--sans',
  mono: '--mono',
};

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const names = Object.keys(TOKENS) as (keyof Palette)[];
  return names.reduce(
    (all, name) => ({ ...all, [name]: style.getPropertyValue(TOKENS[name]).trim() }),
    {} as Palette,
  );
}

/** The palette, read anew when the theme changes. One for the window. */
class Theme {
  palette = $state.raw<Palette>(read());

  constructor() {
    const again = (): void => {
      this.palette = read();
    };
    new MutationObserver(again).observe(document.documentElement, {
      attributeFilter: ['data-theme', 'class'],
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  }
}

let theme: Theme | null = null;

/** Reading it in an effect follows the theme. */
export const palette = (): Palette => (theme ??= new Theme()).palette;
