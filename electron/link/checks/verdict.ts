import type { Check, CheckState } from '../../model/board.ts';

/** A check but for its name and why it matters. */
export interface Verdict {
  readonly state: CheckState;
  readonly read: string;
  /** Empty: nothing to mend. */
  readonly remedy: string;
  /** With 'fail': nothing can be measured before it is mended. */
  readonly fatal?: boolean;
}

export const good = (read: string): Verdict => ({ state: 'ok', read, remedy: '' });
export const warn = (read: string, remedy: string): Verdict => ({ state: 'warn', read, remedy });
export const unknown = (read: string, remedy: string): Verdict => ({ state: 'unknown', read, remedy });
/** It can be run anyway. */
export const bad = (read: string, remedy: string): Verdict => ({ state: 'fail', read, remedy });
export const fatal = (read: string, remedy: string): Verdict => ({
  state: 'fail',
  read,
  remedy,
  fatal: true,
});

export const checkOf = (name: string, why: string, verdict: Verdict): Check => ({ name, why, ...verdict });
