import type { Outcome } from '../model/outcome.ts';
import type { LogLevel } from '../model/stream.ts';
import type { CallArgs, CallName, CallResult } from './calls.ts';
import type { Push } from './pushes.ts';

/** What a face sends. */
export interface Request {
  readonly id: number;
  readonly call: string;
  readonly args: unknown;
}

export interface Reply {
  readonly id: number;
  readonly outcome: Outcome<unknown>;
}

/** The host's end of the wire to one face. */
export interface FaceSink {
  /** Sends, or drops where the face is gone. */
  push(message: Push): void;
  /** True while the face takes less than it is given: the host then holds back what can be made up for later. */
  readonly congested: boolean;
}

/** One connected face, as its door (Electron's IPC, the WebSocket) sees it. */
export interface FacePort {
  /** Never rejects: a bad message, a bad argument and a bug come back as failures. */
  handle(message: unknown): Promise<Reply>;
  /** The wire has room again after it was congested. */
  drained(): void;
  /** The face is gone; what it watched for itself is ended. */
  close(): void;
}

/** The host as its doors see it. */
export interface Desk {
  connect(sink: FaceSink): FacePort;
  /** A line of a door for the log. */
  say(level: LogLevel, text: string): void;
  /** Ends sessions, watches and what was started for them; saves what is being recorded. */
  close(): Promise<void>;
}

/** One function a call. The face that asks is `Ctx`. */
export type Handlers<Ctx> = {
  readonly [N in CallName]: (
    args: CallArgs<N>,
    face: Ctx,
  ) => Outcome<CallResult<N>> | Promise<Outcome<CallResult<N>>>;
};
