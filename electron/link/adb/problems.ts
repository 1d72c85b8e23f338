import type { Problem } from '../../model/outcome.ts';
import { LinkError } from './packet.ts';
import { plainly } from './printable.ts';

/** What can go wrong over an open adb connection, each in its own sentence. Errors of Tango and of sockets are told apart here only. */

const problem = (code: string, message: string, remedy: string): Problem => ({ code, message, remedy });

const CABLE =
  'Look at the cable, and whether the board runs. It is connected again by itself once it is back.';

export const connectionLost = (why: string): Problem =>
  problem('connection-lost', `The connection to the board is gone: ${why}.`, CABLE);

export const closedByUs: Problem = problem(
  'closed',
  'The connection to the board was closed by this tool.',
  '',
);

export const streamLost = (why: string): Problem =>
  problem(
    'connection-lost',
    `A stream to the board ended: ${why}.`,
    'It is made anew, if the other side still runs.',
  );

export const cancelled = (what: string): Problem => problem('cancelled', `${what} was cancelled.`, '');

export const timedOut = (what: string, ms: number): Problem =>
  problem(
    'timed-out',
    `${what} did not end within ${ms / 1000} s: it hangs, or the board does.`,
    'Look whether the board still answers (adb shell), and start it anew if it does not.',
  );

export const nobodyListens = (name: string): Problem =>
  problem(
    'connection-refused',
    `Nobody on the board listens at the abstract socket ${name}: the agent there has ended, or never started.`,
    'Connect to the board again; that starts a fresh agent.',
  );

export const badAnswer = (what: string): Problem =>
  problem(
    'adb-protocol',
    `The adb daemon of the board answered in a way that adb does not know: ${what}.`,
    'Is this really an adb daemon? Restart it on the board, or start the board anew.',
  );

/** What a command is called at the beginning of a sentence: a script of many lines says nothing to a reader. */
export const commandText = (command: string): string =>
  command.trim().includes('\n') ? 'A script of this tool' : `The command "${clean(command.slice(0, 60))}"`;

export const cannotRun = (command: string): Problem =>
  problem(
    'no-shell',
    `${commandText(command)} was not run: the board's adb daemon does not start a shell.`,
    'Look whether /system/bin/sh or /bin/sh is there for the user that adbd runs as: adb shell id',
  );

/** What the daemon's words about a file mean, and what to do; the first that fits. Words: strerror of bionic, glibc and musl. */
const PUSH_REASONS: readonly (readonly [RegExp, string, string])[] = [
  [
    /read-only file ?system/i,
    'the file system there is read-only',
    'Name a folder that can be written, or remount that file system (adb remount, or mount -o remount,rw).',
  ],
  [
    /no space left|quota exceeded/i,
    'the file system there is full',
    'Make room on the board: df tells where.',
  ],
  [
    /no such file|not a directory/i,
    'there is no such folder',
    'Name a folder that exists on the board, or make it first.',
  ],
  [
    /permission denied|operation not permitted/i,
    'the user that adbd runs as may not write there',
    'Name a folder of that user (adb shell id tells who it is), or let adbd run as root (adb root).',
  ],
  [/text file busy/i, 'that program runs right now', 'End it on the board, or push under another name.'],
  [/is a directory/i, 'a folder has that name', 'Push under another name.'],
];

/** The daemon refused a file, in its own words. */
export function pushFailed(path: string, words: string): Problem {
  const known = PUSH_REASONS.find(([pattern]) => pattern.test(words));
  const reason = known === undefined ? 'the board refused it' : known[1];
  const remedy = known?.[2] ?? 'Look at that folder on the board: adb shell ls -ld, df, mount.';
  return problem(
    'push-failed',
    `${path} was not written: ${reason} (the board says: ${clean(words)}).`,
    remedy,
  );
}

/** Words of the board, fit for a sentence: one line, of bounded length, nothing that a terminal would obey. */
export const clean = (words: string): string => plainly(words).trim().slice(0, 200);

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What Tango throws when a daemon breaks the protocol (adb's daemon/dispatcher.js). */
const TANGO_PROTOCOL = /^(Unknown (command|local socket)|Invalid (OKAY|OPEN) packet|payload too large)/;

/** Whatever ended a transport or a stream, as a problem. */
export function lostBy(error: unknown): Problem {
  if (error instanceof LinkError) return error.problem;
  const said = clean(words(error));
  return TANGO_PROTOCOL.test(said) ? badAnswer(said) : connectionLost(said || 'without a reason');
}

const SCREEN =
  'Look at the screen of the board, tick "Always allow from this computer" and allow it. A board without a screen wants the line of adbkey.pub in its /data/misc/adb/adb_keys: ' +
  'that file lies beside the key of this computer, in ~/.android (of adb) or ~/.config/qda-lab (our own).';

/** The board asks its user, who has not answered yet. */
export const unanswered = (serial: string): Problem =>
  problem(
    'unauthorized',
    `${serial} does not know this computer's key and waits for an answer on its screen.`,
    SCREEN,
  );

/** It was asked, and ended the connection or asked for another key. */
export const refused = (serial: string): Problem =>
  problem(
    'unauthorized',
    `${serial} did not accept this computer's key: it was refused on the board, or nobody there can be asked.`,
    SCREEN,
  );

export const silentDaemon = (serial: string, ms: number): Problem =>
  problem(
    'offline',
    `${serial} is there, but its adb daemon has not said anything for ${ms / 1000} s.`,
    'Restart adbd on the board (a daemon can hang after its cable was pulled), or start the board anew.',
  );

export const wantsTls = problem(
  'adb-protocol',
  'The daemon wants an encrypted connection: this is the port of Wireless debugging, where computers are paired.',
  'Pair and connect with adb (adb pair, adb connect): boards of an adb server are found there. Or plug the board in and open a plain port: adb tcpip PORT.',
);
