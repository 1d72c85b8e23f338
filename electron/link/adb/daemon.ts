import {
  Adb,
  AdbDaemonTransport,
  AdbPublicKeyAuthenticator,
  AdbSignatureAuthenticator,
  type AdbAuthenticator,
  type AdbCredentialStore,
} from '@yume-chan/adb';
import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { AdbDevice } from './device.ts';
import { bounded, Fate } from './fate.ts';
import { withLateClose, type PacketPair } from './late-close.ts';
import { lostBy, refused, silentDaemon, unanswered } from './problems.ts';
import { quietly } from './socket.ts';
import { tangoDevice } from './tango-device.ts';

/** Packets to and from one daemon, over TCP or USB. Its `writable` never rejects: what can not be sent shows in `broken`. */
export interface PacketPipe {
  readonly pair: PacketPair;
  /** Resolves when it is over, with the reason, before the streams end. */
  readonly broken: Promise<Problem>;
  /** Ends it; again: nothing. Never throws. */
  close(): void;
}

export interface LoginOptions {
  /** What people call the board on this way. */
  readonly serial: string;
  readonly keys: AdbCredentialStore;
  /** How long the answer on the board's screen may take, in ms (30 s). Infinity: as long as the daemon keeps the connection. */
  readonly answerMs?: number;
  /** How long a daemon may say nothing before that, in ms (10 s). */
  readonly helloMs?: number;
  /** Called when the board does not know our key and now asks its user. */
  readonly onAsked?: () => void;
  readonly signal?: AbortSignal | undefined;
}

const ANSWER_MS = 30_000;
/** A daemon that says nothing for so long hangs. */
const HELLO_MS = 10_000;
/** No Infinity among timers. */
const FOREVER_MS = 0x7fffffff;

/** What ends a login before its time. */
interface Watch {
  asked: boolean;
  timer: NodeJS.Timeout | undefined;
  readonly fate: Fate;
}

/** Says when the public key goes out: from then on the board waits for its user. */
const offering = (onAsked: () => void): AdbAuthenticator =>
  async function* (store, next) {
    for await (const packet of AdbPublicKeyAuthenticator(store, next)) {
      onAsked();
      yield packet;
    }
  };

function watchLogin(pipe: PacketPipe, options: LoginOptions): Watch & { readonly onAsked: () => void } {
  const watch: Watch = { asked: false, timer: undefined, fate: new Fate() };
  const { serial, answerMs = ANSWER_MS, helloMs = HELLO_MS } = options;
  watch.timer = setTimeout(() => {
    watch.fate.end(silentDaemon(serial, helloMs));
  }, helloMs);
  const onAsked = (): void => {
    watch.asked = true;
    clearTimeout(watch.timer);
    watch.timer = setTimeout(
      () => {
        watch.fate.end(unanswered(serial));
      },
      Math.min(answerMs, FOREVER_MS),
    );
    options.onAsked?.();
  };
  void pipe.broken.then((problem) => {
    watch.fate.end(watch.asked && problem.code === 'connection-lost' ? refused(serial) : problem);
  });
  return Object.assign(watch, { onAsked });
}

/** Says hello to a daemon and shows it our keys. Fails with 'unauthorized', 'offline', 'adb-protocol' or what broke the pipe, which is closed then. */
export async function loginDaemon(pipe: PacketPipe, options: LoginOptions): Promise<Outcome<AdbDevice>> {
  const { serial, keys, signal } = options;
  const watch = watchLogin(pipe, options);
  const tango = new Fate();
  const onCancel = (reason: unknown): void => {
    // Tango closes by an abort of its own.
    if (!(reason instanceof Error && reason.name === 'AbortError')) tango.end(lostBy(reason));
  };
  const transport = AdbDaemonTransport.authenticate({
    serial,
    connection: withLateClose(pipe.pair, onCancel),
    credentialStore: keys,
    authenticators: [AdbSignatureAuthenticator, offering(watch.onAsked)],
    // Tango loses the end of a stream whose bytes come unasked, and no daemon at hand offers it (adbd 34.0.5 does not).
    initialDelayedAckBytes: 0,
  }).then(
    (value): Outcome<AdbDaemonTransport> => ok(value),
    (error: unknown): Outcome<AdbDaemonTransport> => ({ ok: false, problem: loginProblem(error, serial) }),
  );
  const done = await bounded(transport, { what: `Connecting to ${serial}`, fate: watch.fate, signal }, () => {
    quietly(async () => {
      const late = await transport;
      if (late.ok) await late.value.close();
    });
  });
  clearTimeout(watch.timer);
  if (done.ok) return ok(deviceOf(done.value, pipe, Promise.race([tango.promise, pipe.broken])));
  pipe.close();
  return done;
}

const deviceOf = (transport: AdbDaemonTransport, pipe: PacketPipe, broken: Promise<Problem>): AdbDevice =>
  tangoDevice(new Adb(transport), {
    broken,
    release: () => {
      pipe.close();
    },
  });

/** "No authenticator ..." is Tango's answer to a daemon that asks on after the public key. */
function loginProblem(error: unknown, serial: string): Problem {
  const words = error instanceof Error ? error.message : String(error);
  return words.startsWith('No authenticator') ? refused(serial) : lostBy(error);
}
