import type { BoardSummary, Check } from '../../model/board.ts';
import type { Outcome, Problem } from '../../model/outcome.ts';

/**
 * Provider -> Target -> Connection. A provider knows one way to boards (virtual, USB, an adb server, TCP); a target is one
 * board that it sees; a connection is one byte stream to an agent that was deployed there.
 */
export interface Provider {
  readonly transport: BoardSummary['transport'];
  /** Boards that can be seen now. Never throws: what cannot be looked at is a problem. */
  list(): Promise<Outcome<readonly Target[]>>;
  /**
   * What can be said of this way itself, board or none: is its server there, may its devices be opened. Left out: nothing. Never throws.
   */
  preflight?(options: { readonly signal?: AbortSignal }): AsyncIterable<Check>;
  /** Calls the listener when what `list` gives may have changed; the result ends that. Left out: nobody tells, look again. */
  onChange?(listener: () => void): () => void;
  /** Ends what `list` keeps open. Left out: nothing. */
  close?(): Promise<void>;
}

/** Driver generations that a user can name; 'fastrpc' is the legacy driver of /dev/fastrpc-*. */
export const GENERATIONS = ['v1', 'rfc', 'fastrpc'] as const;
export type Generation = (typeof GENERATIONS)[number];

export interface DeployOptions {
  /** Where the user names it. */
  readonly generation?: Generation;
  /** A DSP call that does not come back is given up so many whole seconds after its point's budget, 1 to 86400; default: the agent's. */
  readonly callGraceS?: number;
  /** Hears what is done on the way there: "pushing the agent (40 %)". */
  readonly onStep?: (step: string) => void;
  /** Hears what does not stop it and should be known: not root, another host's agent on the board. */
  readonly onNotice?: (notice: Problem) => void;
  readonly signal?: AbortSignal;
}

export interface Target {
  readonly summary: BoardSummary;
  /** Puts the agent on the board, starts it with a fresh token, and connects. */
  deploy(options: DeployOptions): Promise<Outcome<Deployment>>;
  /**
   * What can be looked at before an agent is there, each check as soon as it is known: the transport, then the board by its shell.
   * Left out: nothing is in the way. Never throws.
   */
  preflight?(options: { readonly signal?: AbortSignal }): AsyncIterable<Check>;
  /** The newest lines that our agents left on the board; empty: none. Left out: they are not kept there. */
  logs?(options: { readonly signal?: AbortSignal }): Promise<Outcome<string>>;
  /**
   * Agents of this tool that run on it now, each in a few words: sessions of other programs and computers, as far as they can be seen. Starts
   * and changes nothing. Left out: it cannot be told.
   */
  agents?(options: { readonly signal?: AbortSignal }): Promise<Outcome<readonly string[]>>;
  /** Ends every agent of this user's tool on the board and removes its files. Left out: nothing is ever left there. */
  clean?(options: { readonly signal?: AbortSignal }): Promise<Outcome<Cleaned>>;
}

/** What `clean` did. */
export interface Cleaned {
  /** Full paths on the board. */
  readonly removed: readonly string[];
  /** Agents that ran. */
  readonly ended: number;
}

/** An agent that runs on a board. */
export interface Deployment {
  readonly token: string;
  readonly buildId: string;
  /** How long the agent waits for its host, and the host for the board, once the stream is lost, ms; left out: the session's own. */
  readonly graceMs?: number;
  /**
   * Connects to it, first or again after the stream was lost. 'rebooted' and 'agent-died' are final: another try cannot mend them. Any
   * other problem is tried again within the grace period.
   */
  connect(): Promise<Outcome<Connection>>;
  /** Calls the listener when another try may have better luck than the last: the board shows itself. The result ends that. Left out: nobody tells. */
  onHope?(listener: () => void): () => void;
  /** Ends the agent and waits until nothing of it is left on the board. */
  stop(): Promise<void>;
  /** Resolves when the agent process ended by itself, with the reason. */
  readonly ended: Promise<Problem>;
}

/** One ordered byte stream. */
export interface Connection {
  /** Sends bytes; resolves when they may be followed by more (back-pressure). Never rejects: a broken stream ends by onClose. */
  send(bytes: Uint8Array): Promise<void>;
  /** The bytes are the listener's until it returns; who wants them for longer copies them. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Called once when the stream ended; null: ended by us. */
  onClose(listener: (problem: Problem | null) => void): void;
  pause(): void;
  resume(): void;
  close(): void;
}
