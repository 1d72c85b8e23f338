import type { BoardSummary } from '../../model/board.ts';
import type { Outcome, Problem } from '../../model/outcome.ts';
import type { Connection } from '../interfaces/link.ts';

/** What a command of the board's shell did. */
export interface ShellResult {
  /** null: the daemon does not tell (it has no shell protocol 2). */
  readonly code: number | null;
  readonly out: string;
  /** Of a daemon without shell protocol 2 both come mixed in `out`. */
  readonly err: string;
}

export interface RunOptions {
  /** Written to its standard input, which then ends. */
  readonly input?: string;
  /** Given up after so many ms (30 s): hung, never slow. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface PushOptions {
  /** Permission bits of the file, 0o755. adbd may give group and others what the owner has: who minds changes it on the board. */
  readonly mode: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number) => void;
}

export interface ConnectOptions {
  /** A daemon that does not even say no within so many ms (10 s) is taken for gone, and with it everything else under way. */
  readonly timeoutMs?: number;
}

/**
 * One open connection to the adb daemon of a board, whichever way it came about. Nothing here throws or rejects: a transport that breaks
 * ends everything under way with the problem that `gone` resolves with.
 */
export interface AdbDevice {
  /** Features that both sides have ("shell_v2"). */
  readonly features: readonly string[];
  /** The daemon's banner in parts; empty where it says nothing. */
  readonly banner: { readonly product: string; readonly model: string; readonly device: string };
  /** Runs a command line in the board's own shell as the daemon's user. Fails only where it could not be run to its end. */
  run(command: string, options?: RunOptions): Promise<Outcome<ShellResult>>;
  /** Writes a file of the board, over what is there. Fails with 'push-failed' and the daemon's own words. */
  push(path: string, content: Uint8Array, options: PushOptions): Promise<Outcome<undefined>>;
  /** Opens a stream to an abstract unix socket of the board (name without the leading NUL). Fails with 'connection-refused' where nobody listens. */
  connect(abstractName: string, options?: ConnectOptions): Promise<Outcome<Connection>>;
  /** Resolves when the transport is gone, however that came; with 'closed' after `close`. */
  readonly gone: Promise<Problem>;
  close(): Promise<void>;
}

/** One way to one board: through an adb server, over USB, over TCP. */
export interface AdbWay {
  readonly transport: Extract<BoardSummary['transport'], 'adb' | 'usb' | 'tcp'>;
  /** Serial as this way calls the board; for TCP its address. */
  readonly serial: string;
  /** Where it goes, in words: "adb server 127.0.0.1:5037", "USB 1-2", "TCP 10.0.0.7:5555". */
  readonly via: string;
  /** False: as its provider saw it last it cannot be used, and `open` says why. */
  readonly usable?: boolean;
  /** Opens a connection, authenticated. Problems: 'busy' (who holds it), 'unauthorized', 'offline', 'no-permission', 'unknown-board' (it is gone), 'adb-protocol'. */
  open(signal?: AbortSignal): Promise<Outcome<AdbDevice>>;
}
