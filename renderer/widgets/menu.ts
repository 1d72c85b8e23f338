export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** Why it cannot be chosen now; empty or left out: it can. */
  readonly blocked?: string;
  readonly keys?: string;
  readonly danger?: boolean;
  /** One of several: whether it is the chosen one. */
  readonly checked?: boolean;
}

export type MenuEntry = MenuItem | 'line';
