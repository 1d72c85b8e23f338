import * as v from 'valibot';
import type { Outcome } from '../model/outcome.ts';
import { type CallSpec, call } from './calls.ts';
import { path, runId, shortText } from './schemas.ts';

/** A file that the user chose; null: the dialog was cancelled. */
export type Chosen = { readonly path: string } | null;

/**
 * What only the app's own shell can do, because it takes a dialog or a window of its own. A browser over `qda-lab serve` has other
 * means (downloads, uploads, its own print).
 */
export const SHELL_CALLS = {
  /** Asks where to, and writes there. */
  'shell.save': call<Chosen>()(
    v.strictObject({ name: shortText, mime: shortText, text: v.pipe(v.string(), v.maxLength(2 ** 29)) }),
  ),
  'shell.open': call<Chosen>()(v.strictObject({ what: v.picklist(['run', 'recording']) })),
  /** The report of a run as PDF. */
  'shell.pdf': call<Chosen>()(v.strictObject({ run: runId })),
  /** Shows a file that was written in the system's file manager. */
  'shell.show': call<undefined>()(v.strictObject({ path })),
} as const;

export type ShellCallName = keyof typeof SHELL_CALLS;
export type ShellArgs<N extends ShellCallName> =
  (typeof SHELL_CALLS)[N] extends CallSpec<infer A, unknown> ? A : never;
export type ShellResult<N extends ShellCallName> = (typeof SHELL_CALLS)[N] extends {
  readonly result?: infer R;
}
  ? R
  : never;
export type ShellHandlers = {
  readonly [N in ShellCallName]: (
    args: ShellArgs<N>,
  ) => Outcome<ShellResult<N>> | Promise<Outcome<ShellResult<N>>>;
};

/** What the preload puts into the page as `window.qdaLab`. Messages are the text of `codec.ts`, as on the WebSocket. */
export interface Bridge {
  send(text: string): void;
  /** Messages of the host; those that came before anybody listened come first. The result ends it. */
  onText(listener: (text: string) => void): () => void;
  /** The host began anew (true), or went away (false). */
  onHost(listener: (there: boolean) => void): () => void;
  /** Chosen in the menu: the id of a command of the page. */
  onCommand(listener: (command: string) => void): () => void;
  /** Dropped on the window or opened from outside: paths of run files and recordings. */
  onOpen(listener: (path: string) => void): () => void;
  /** The path of a file that was dropped. */
  pathOf(file: unknown): string;
  shell(call: string, args: unknown): Promise<Outcome<unknown>>;
}
