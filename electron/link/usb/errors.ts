import { join } from 'node:path';
import type { Problem } from '../../model/outcome.ts';
import { resourceRoot } from '../deploy/built.ts';
import { quote } from '../deploy/shell.ts';

/** What a USB operation failed with. */
export type UsbFault =
  | 'busy'
  | 'no-permission'
  | 'gone'
  | 'stalled'
  | 'timed-out'
  | 'no-driver'
  | 'fault'
  | 'no-memory'
  | 'own'
  | 'unknown';

/**
 * npm `usb` says everything in its text: "<operation> error: <words>" where <words> are nusb's message, with the system's number behind it for
 * what is no transfer ("errno 16" on Linux, "error 5" on Windows, "error 0xe00002c5" on macOS), or the name of a transfer error ("Stall").
 * Texts of node-usb-rs 3.1.0 and nusb 0.2.7 (src/platform/.../device.rs, src/transfer). The first that matches counts.
 */
const TEXTS: readonly (readonly [RegExp, UsbFault])[] = [
  [/incompatible driver is installed for this|could not determine driver for interface/, 'no-driver'],
  [/failed to initialize WinUSB/, 'no-driver'],
  [/permission denied|\(errno (1|13)\)/, 'no-permission'],
  // WinUSB opens exclusively: ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION are how a holder shows. kIOReturnNotPermitted of macOS is e00002e2.
  [/\(error 0xe00002e2\)/, 'no-permission'],
  [/interface is busy|device is busy|\(errno 16\)|failed to open device \(error (5|32)\)/, 'busy'],
  [/for exclusive access|\(error 0xe00002c5\)/, 'busy'],
  [/device disconnected|device not found|\(errno (2|19)\)|error: Disconnected\b/, 'gone'],
  [/error: Stall\b|endpoint stalled/, 'stalled'],
  [/error: Cancelled\b|transfer was cancelled/, 'timed-out'],
  [/error: Fault\b|hardware fault or protocol violation/, 'fault'],
  // ENOMEM: beyond usbcore.usbfs_memory_mb.
  [/error: Unknown\(12\)|\(errno 12\)/, 'no-memory'],
  [/borrowed mutably while another borrow|endpoint already in use|transfer is already pending/, 'own'],
];

/** Tells what npm `usb` threw. */
export function faultOf(error: unknown): UsbFault {
  const text = wordsOf(error);
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
}

/** The library's own words. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** About whom and where a fault is told. */
export interface FaultContext {
  /** "board 1a2b on USB 1-2". */
  readonly board: string;
  readonly platform: NodeJS.Platform;
  /** "adb (process 1234)"; null: not to be found out. */
  readonly holder: string | null;
}

/** How `Holders` says that it is this process. */
export const OURSELVES = 'which is this program';

/** The rule that gives whoever sits at the machine the boards. */
const RULE = '51-qda-lab.rules';

/** Installs it, from any folder. Read by the user's own shell: root may not look into the mounted image of an app. */
function installRule(): string {
  const path = join(resourceRoot(), 'udev', RULE);
  const word = /^[\w./-]+$/.test(path) ? path : quote(path);
  return `sudo tee /etc/udev/rules.d/${RULE} <${word} && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=usb`;
}

/** The fault as a lab engineer reads it. `words`: the library's, for what has no sentence of its own. */
export function usbProblem(fault: UsbFault, context: FaultContext, words: string): Problem {
  const { board } = context;
  switch (fault) {
    case 'busy':
      return busyProblem(context);
    case 'no-permission':
      return permissionProblem(context);
    case 'gone':
      return goneProblem(board);
    case 'no-driver':
      return driverProblem(board);
    default: {
      const [code, message, remedy] = SENTENCES[fault];
      return { code, message: message(board, words), remedy };
    }
  }
}

/** Code, message, remedy. */
type Sentence = readonly [string, (board: string, words: string) => string, string];

const SENTENCES: Readonly<
  Record<Exclude<UsbFault, 'busy' | 'no-permission' | 'gone' | 'no-driver'>, Sentence>
> = {
  stalled: [
    'usb-stalled',
    (board) => `The ${board} refuses transfers (its endpoint stalled, again after the halt was cleared).`,
    'Restart adbd on the board, or plug the board in again.',
  ],
  'timed-out': [
    'offline',
    (board) => `The ${board} takes no data: its adb daemon hangs or was stopped.`,
    'Restart adbd on the board, or plug the board in again; some daemons never come back after an unplug.',
  ],
  fault: [
    'usb-fault',
    (board) => `A transfer with the ${board} broke off: the cable, a hub or the port.`,
    'Plug the board in again; use another cable or a port without a hub where it comes back.',
  ],
  'no-memory': [
    'usb-memory',
    (board, words) => `The kernel has no memory for more transfers with the ${board} (${words}).`,
    'Raise the limit: echo 64 | sudo tee /sys/module/usbcore/parameters/usbfs_memory_mb',
  ],
  own: [
    'busy',
    (board) => `Another connection of this program still holds the ${board}.`,
    'End what uses the board here first. Where that is nothing, plug the board in again.',
  ],
  unknown: [
    'usb-failed',
    (board, words) => `USB failed with the ${board}: ${words}.`,
    'Plug the board in again. Where it comes back, send the output of qda-lab doctor.',
  ],
};

export const goneProblem = (board: string): Problem => ({
  code: 'board-gone',
  message: `The ${board} is gone from the USB.`,
  remedy: 'Plug it in again. A session comes back by itself.',
});

function busyProblem({ board, holder, platform }: FaultContext): Problem {
  if (holder?.includes(OURSELVES) === true) return usbProblem('own', { board, holder, platform }, '');
  const hint =
    holder !== null || platform === 'linux'
      ? 'Where an adb server holds it, it is found through that server by itself. Otherwise end the program that holds it.'
      : 'Mostly this is an adb server, and the board is found through it by itself. Otherwise end Android Studio, scrcpy or whatever uses it.';
  return {
    code: 'busy',
    message: `The ${board} is in use: ${holder ?? 'another program'} holds its adb interface.`,
    remedy: hint,
  };
}

function permissionProblem({ board, platform }: FaultContext): Problem {
  const message = `You may not open the ${board}.`;
  if (platform !== 'linux')
    return {
      code: 'no-permission',
      message,
      remedy: 'Allow this program to use the USB device, or run it as administrator once.',
    };
  return {
    code: 'no-permission',
    message,
    remedy:
      `Install the udev rule of this tool: ${installRule()}; then plug the board in again. ` +
      'Over ssh nobody sits at the machine: use an adb server there.',
  };
}

const driverProblem = (board: string): Problem => ({
  code: 'no-driver',
  message: `Windows has bound a driver to the ${board} that programs cannot talk through; adb needs WinUSB.`,
  remedy:
    "Install the board vendor's adb driver, or bind WinUSB to its ADB interface: Device Manager, Update driver, Let me pick, " +
    'Universal Serial Bus devices, WinUsb Device (Zadig does the same). Then plug the board in again.',
});
