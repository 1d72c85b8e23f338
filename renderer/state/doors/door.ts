import type { Problem } from '../../../electron/model/outcome.ts';

/** What a door tells. Texts are messages of the contract's codec. */
export interface DoorEvents {
  opened(): void;
  text(text: string): void;
  /** The way to the host is gone: for now (null), or for good, and why. */
  closed(refused: Problem | null): void;
}

/** A way from the window to the host. */
export interface Door {
  /** 'app': the app's own window; 'browser': a page of `qda-lab serve`. */
  readonly kind: 'app' | 'browser';
  /** Tries once. Each `closed` is followed by nothing until `open` is called again. */
  open(events: DoorEvents): void;
  /** True where it opens by itself when the host is there again: nothing needs to try. */
  readonly opensItself: boolean;
  send(text: string): void;
}
