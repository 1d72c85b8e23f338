import type { BoardState, BoardSummary, Check, Identity } from './board.ts';
import type { Problem } from './outcome.ts';
import type { LogLevel } from './stream.ts';

/** One way to a board, as it says itself. */
export interface WayView {
  readonly transport: BoardSummary['transport'];
  /** "adb server 127.0.0.1:5037", "USB 1-2". */
  readonly via: string;
  readonly state: BoardState['kind'];
  readonly detail: string;
}

/** An address that the user gave, where boards are looked for too. */
export interface KnownAddress {
  /** 'adb': of an adb server; 'tcp': of a board's own adb daemon. */
  readonly kind: 'adb' | 'tcp';
  readonly address: string;
}

/** A board as a face shows it: what its transports say, what the user calls it, what its agent said. */
export interface BoardView {
  /** What the user types: 'virtual' or a serial. Key of the board everywhere. */
  readonly id: string;
  readonly transports: readonly BoardSummary['transport'][];
  /** Each way that shows it, the one that is taken first; none in recordings. */
  readonly ways: readonly WayView[];
  /** The user's name for it, else the transport's. */
  readonly label: string;
  /** True where the user gave the label. */
  readonly named: boolean;
  readonly simulated: boolean;
  readonly state: BoardState;
  /** Our agent is on it, or is waited for while the board is lost. */
  readonly open: boolean;
  readonly detail: string;
  /** null before the agent was asked. */
  readonly identity: Identity | null;
  /** The DSP that benchmarks run on, its node proven; null where there is none or nobody looked. */
  readonly dsp: string | null;
  readonly driver: string | null;
  /** UTC of this machine, ms: when the agent was last heard; null: not yet. */
  readonly heardMs: number | null;
}

export interface BoardsView {
  readonly boards: readonly BoardView[];
  /** Ways to boards that could not be looked at. */
  readonly problems: readonly Problem[];
  /** Addresses that the user gave; left out: none. */
  readonly addresses?: readonly KnownAddress[];
  /** False until every way was looked at once. */
  readonly looked: boolean;
}

/** Checks of a board, as they come. */
export interface ChecksView {
  readonly board: string;
  /** In the order in which they came; while `asking`, those that came so far. */
  readonly checks: readonly Check[];
  readonly asking: boolean;
}

/** One line of the joined log. */
export interface LogEntry {
  /** 1, 2, 3 ... over the life of the host. */
  readonly seq: number;
  /** UTC, ms since 1970, of the clock of who said it. */
  readonly atMs: number;
  readonly level: LogLevel;
  /** 'app', 'agent', 'cdsp'. */
  readonly source: string;
  /** Board id; null for the app's own lines. */
  readonly board: string | null;
  readonly text: string;
  /** What can be done; empty: nothing. */
  readonly remedy: string;
}

export interface LogBatch {
  readonly entries: readonly LogEntry[];
  /** Lines that were too many to be kept, over the life of the host. */
  readonly lost: number;
}

/** The program behind the face. */
export interface AppInfo {
  readonly version: string;
  readonly buildId: string;
  readonly node: string;
  /** null: no Electron, a browser over `qda-lab serve`. */
  readonly electron: string | null;
  readonly platform: string;
  readonly storePath: string;
  /** Whether virtual boards can be started here, or why not. */
  readonly virtualBoards: { readonly available: boolean; readonly reason: string };
}
