import { fail, type Problem } from '../../model/outcome.ts';
import { plainly, printable } from '../adb/printable.ts';

/** What goes wrong with an adb server, each in its own sentence. */

const problem = (code: string, message: string, remedy: string): Problem => ({ code, message, remedy });

export const noServer = (server: string): Problem =>
  problem(
    'adb-server-absent',
    `Nobody listens at ${server}, where an adb server was expected. Boards that only it can reach are not shown.`,
    'Start one there yourself (adb start-server), or leave the address out: boards are reached over USB without it.',
  );

export const noWay = (server: string, why: string): Problem =>
  problem(
    'adb-server-unreachable',
    `There is no connection to the adb server ${server}: ${why}. Boards that only it can reach are not shown.`,
    'Check the address and the network. It is tried again by itself.',
  );

export const serverEnded = (server: string): Problem =>
  problem(
    'connection-lost',
    `The adb server ${server} closed the connection.`,
    'It was stopped or restarted. The connection is made anew as soon as it is there.',
  );

export const serverSilent = (server: string, ms: number): Problem =>
  problem(
    'adb-server-silent',
    `The adb server ${server} takes connections but says nothing for ${ms / 1000} s. It hangs, or something else listens there.`,
    'Look at what it does (adb devices), and restart it yourself where it hangs. It is tried again by itself.',
  );

export const notAnAdbServer = (server: string, said: string): Problem =>
  problem(
    'adb-server-garbage',
    `What listens at ${server} does not talk like an adb server: ${said}.`,
    'See which program has that port, or name the right server with --adb-server HOST:PORT.',
  );

export const cannotFollow = (server: string, version: number | null, said: string): Problem =>
  problem(
    'adb-server-version',
    `The adb server ${server}${version === null ? '' : ` (version ${version})`} does not tell which boards it sees: "${plainly(said)}".`,
    "It is too old or not Android's. Update its platform-tools, or stop it yourself so that boards are reached over USB without it.",
  );

/** The adb server's own words for why a device cannot be talked to, as an outcome of opening it. */
export function refusedBy(server: string, called: string, words: string): ReturnType<typeof fail> {
  const [serial, said] = [printable(called), plainly(words)];
  const through = `The adb server ${server}`;
  if (/unauthorized/.test(said))
    return fail('unauthorized', `The board ${serial} has not allowed this computer yet.`, LOOK_AT_SCREEN);
  if (/still authorizing/.test(said))
    return fail(
      'unauthorized',
      `The board ${serial} is still being asked to allow this computer.`,
      LOOK_AT_SCREEN,
    );
  if (/offline|still connecting/.test(said))
    return fail('offline', `${through} sees the board ${serial}, but the board does not answer it.`, REPLUG);
  if (/not found|no devices|no device with|unknown device|no emulators/.test(said))
    return fail('unknown-board', `${through} no longer sees the board ${serial}.`, 'Plug it in again.');
  if (/insufficient permissions|no permissions/.test(said))
    return fail('no-permission', `${through} may not open the board ${serial}: ${said}.`, UDEV);
  return fail('adb-protocol', `${through} refuses the board ${serial}: "${said}".`, REPLUG);
}

export const LOOK_AT_SCREEN = "Look at the board's screen and allow USB debugging for this computer.";
export const REPLUG = 'Plug the cable in again, or restart adbd on the board.';
export const UDEV =
  'Install the udev rule that the checks show, plug the board in again, and restart that adb server yourself.';
