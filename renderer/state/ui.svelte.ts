import { recall, remember } from './remembered.ts';

export const VIEWS = ['boards', 'memory', 'bench', 'runs', 'report', 'log', 'recordings'] as const;
export type ViewName = (typeof VIEWS)[number];

export const VIEW_TITLES: Readonly<Record<ViewName, string>> = {
  boards: 'Boards',
  memory: 'Memory',
  bench: 'Bench',
  runs: 'Runs',
  report: 'Report',
  log: 'Log',
  recordings: 'Recordings',
};

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export type ToastKind = 'ok' | 'notice' | 'warning' | 'error';

export interface Toast {
  readonly id: number;
  readonly kind: ToastKind;
  readonly text: string;
  /** What can be done: more text. */
  readonly remedy: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

const isOneOf =
  <T extends string>(words: readonly T[]) =>
  (value: unknown): value is T =>
    words.includes(value as T);

const isSizes = (value: unknown): value is Record<string, number> =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((size) => typeof size === 'number' && Number.isFinite(size));

/** How the window itself stands: what is shown and how large. Remembered on this machine. */
export class UiState {
  view = $state<ViewName>(recall('view', 'boards', isOneOf(VIEWS)));
  theme = $state<Theme>(recall('theme', 'system', isOneOf(THEMES)));
  paletteOpen = $state(false);
  keysOpen = $state(false);
  /** The dialog that starts a virtual board. */
  startBoardOpen = $state(false);
  /** The dialog with the addresses of boards. */
  addressesOpen = $state(false);
  drawerOpen = $state(recall('drawer', false, (value) => typeof value === 'boolean'));
  toasts = $state.raw<readonly Toast[]>([]);
  #sizes = $state.raw<Readonly<Record<string, number>>>(recall('sizes', {}, isSizes));
  #lastToast = 0;

  show(view: ViewName): void {
    this.view = view;
    remember('view', view);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    remember('theme', theme);
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }

  setDrawer(open: boolean): void {
    this.drawerOpen = open;
    remember('drawer', open);
  }

  /** Pixels of a splitter that the user moved, or the fallback. */
  size(name: string, fallback: number): number {
    return this.#sizes[name] ?? fallback;
  }

  setSize(name: string, pixels: number): void {
    this.#sizes = { ...this.#sizes, [name]: Math.round(pixels) };
    remember('sizes', this.#sizes);
  }

  /** Says something at the lower edge. Errors stay until they are closed; the rest goes after some seconds. */
  toast(
    kind: ToastKind,
    text: string,
    more: { readonly remedy?: string; readonly action?: Toast['action'] } = {},
  ): number {
    const id = ++this.#lastToast;
    const toast = { id, kind, text, remedy: more.remedy ?? '', action: more.action ?? null };
    this.toasts = [...this.toasts.slice(-4), toast];
    if (kind !== 'error') setTimeout(() => this.closeToast(id), more.action ? 12_000 : 6_000);
    return id;
  }

  closeToast(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}
