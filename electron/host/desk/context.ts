import type { CallName } from '../../contract/calls.ts';
import type { Handlers } from '../../contract/face.ts';
import type { Lab } from '../compose.ts';
import type { Benches } from './benches.ts';
import type { Boards } from './boards.ts';
import type { KnownAddresses } from './addresses.ts';
import type { Checks } from './checks.ts';
import type { Face, Faces } from './face.ts';
import type { Log } from './log.ts';
import type { MemoryWatches } from './memory-watches.ts';

/** What the groups of calls share. */
export interface DeskContext {
  readonly lab: Lab;
  /** Version of Electron; null: a browser over `qda-lab serve`. */
  readonly electron: string | null;
  readonly faces: Faces;
  readonly log: Log;
  readonly boards: Boards;
  readonly checks: Checks;
  readonly addresses: KnownAddresses;
  readonly memory: MemoryWatches;
  readonly benches: Benches;
  /** The stored runs are others than before: every face is told. */
  readonly runsChanged: () => void;
}

export type CallsOf<P extends string> = Pick<Handlers<Face>, Extract<CallName, `${P}.${string}`>>;

/** The handlers of the calls that begin with one word, and what goes with them. */
export interface CallGroup<P extends string> {
  readonly calls: CallsOf<P>;
  /** Tells a new face how things are. */
  readonly greet?: (face: Face) => void;
  /** The desk closes: everything that was begun is ended. Boards and watches still stand then. */
  readonly close?: () => Promise<void>;
}
