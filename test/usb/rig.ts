import type { Agents } from '../../electron/link/deploy/agents.ts';
import type { Report, User } from './asking/board.ts';

/** A board on a USB that a test may pull the cable of. */
export interface Rig {
  readonly what: string;
  readonly serial: string;
  readonly agents: Agents;
  /** Puts it on the bus, and comes back when that is done; somebody else may not have seen it yet. */
  plug(): Promise<void>;
  unplug(): Promise<void>;
  /** The same, of a board that asks for a key, and a user of it who does that. Left out: it cannot be made to ask. */
  plugAsking?(user: User): Promise<AskingBoard>;
  /** Another program that talks to boards, with what it needs; null: there is none. */
  readonly adb: AdbClient | null;
  /** Starts what tells of devices that come and go. Left out: it runs. */
  startUdev?(): Promise<void>;
  /** What is left of us on the board: processes, sockets, files. Left out: nobody can look. */
  remains?(): readonly string[];
  close(): Promise<void>;
}

/** A board that asks for a key. */
export interface AskingBoard {
  /** What it was asked since it was plugged in, and what its judge found. */
  report(): Report;
}

/** Debian's adb with a server of its own. */
export interface AdbClient {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}
