import type { AdbCredentialStore } from '@yume-chan/adb';
import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import { loginDaemon } from '../adb/daemon.ts';
import type { AdbDevice, AdbWay } from '../adb/device.ts';
import { cancelled } from '../adb/problems.ts';
import type { UsbBus } from './bus.ts';
import { boardIds, nativeDevice, type SeenDevice } from './discover.ts';
import { faultOf, usbProblem, wordsOf, type FaultContext } from './errors.ts';
import { UsbPackets } from './packets.ts';
import { UsbPort, type Done } from './port.ts';

export interface WayParts {
  readonly bus: UsbBus;
  readonly keys: AdbCredentialStore;
  /** How long the answer on the board's screen may take, ms. */
  readonly answerMs?: number | undefined;
  /** Connections of ours, until they gave their interface back, by board. */
  readonly sessions: Map<string, UsbPackets>;
  /** What an open came to; null: it is open. */
  readonly opened: (id: string, seen: SeenDevice, problem: Problem | null) => void;
  /** The interface is given back. */
  readonly closed: (id: string) => void;
}

/** The way to a board by its own cable. */
export const usbWay = (id: string, seen: SeenDevice, usable: boolean, parts: WayParts): AdbWay => ({
  transport: 'usb',
  serial: id,
  via: `USB ${seen.path}`,
  usable,
  open: (signal) => open(id, parts, signal),
});

/** It is looked for again: a board that was unplugged comes back with another number, maybe at another port. */
async function open(
  id: string,
  parts: WayParts,
  signal: AbortSignal | undefined,
): Promise<Outcome<AdbDevice>> {
  const earlier = parts.sessions.get(id);
  // One that still works makes the claim fail, which is told below.
  if (earlier?.over === true) await earlier.released;
  const looked = await parts.bus.look();
  if (!looked.ok) return looked;
  const seen = looked.value.find((device) => boardIds(looked.value).get(device) === id);
  if (seen === undefined) return { ok: false, problem: unplugged(id) };
  if (signal?.aborted === true) return { ok: false, problem: cancelled(`Connecting to ${id}`) };
  const device = await connect(id, seen, parts, signal);
  parts.opened(id, seen, device.ok ? null : device.problem);
  return device;
}

async function connect(
  id: string,
  seen: SeenDevice,
  parts: WayParts,
  signal: AbortSignal | undefined,
): Promise<Outcome<AdbDevice>> {
  const context: FaultContext = { board: boardText(id, seen), platform: parts.bus.platform, holder: null };
  if (seen.access !== 'open') return { ok: false, problem: accessProblem(seen, context) };
  const library = await parts.bus.library();
  if (!library.ok) return library;
  const port = await openPort(library.value, seen);
  if (!port.ok) {
    const holder = port.fault === 'busy' ? parts.bus.holder(seen) : null;
    if (port.fault === 'gone') return { ok: false, problem: unplugged(id) };
    return { ok: false, problem: usbProblem(port.fault, { ...context, holder }, port.words) };
  }
  const packets = await UsbPackets.over(port.value, context);
  parts.sessions.set(id, packets);
  void packets.released.then(() => {
    if (parts.sessions.get(id) === packets) parts.sessions.delete(id);
    parts.closed(id);
  });
  const { keys, answerMs } = parts;
  const options = { serial: id, keys, signal, ...(answerMs === undefined ? {} : { answerMs }) };
  const device = await loginDaemon(packets, options);
  if (!device.ok) await packets.released;
  return device.ok ? ok(closingWith(device.value, packets)) : device;
}

/** The device, closed only when others may claim its interface. */
const closingWith = (device: AdbDevice, packets: UsbPackets): AdbDevice => ({
  features: device.features,
  banner: device.banner,
  gone: device.gone,
  run: (command, options) => device.run(command, options),
  push: (path, content, options) => device.push(path, content, options),
  connect: (name, options) => device.connect(name, options),
  close: async () => {
    await device.close();
    await packets.released;
  },
});

async function openPort(usb: Parameters<typeof nativeDevice>[0], seen: SeenDevice): Promise<Done<UsbPort>> {
  try {
    const device = await nativeDevice(usb, seen);
    if (device === null) return { ok: false, fault: 'gone', words: 'device not found' };
    return await UsbPort.open(device, seen.adb);
  } catch (error) {
    return { ok: false, fault: faultOf(error), words: wordsOf(error) };
  }
}

/** "board 1a2b on USB 1-2". */
export const boardText = (id: string, { path }: SeenDevice): string => `board ${id} on USB ${path}`;

/** Why its node cannot be opened. */
export const accessProblem = (seen: SeenDevice, context: FaultContext): Problem =>
  seen.access === 'no-node'
    ? {
        code: 'no-permission',
        message: `The ${context.board} can be seen, but ${seen.node ?? 'its device file'} is not there, as in a container.`,
        remedy:
          'Give the container the devices below /dev/bus/usb, or use an adb server of the machine itself (--adb-server).',
      }
    : usbProblem('no-permission', context, '');

const unplugged = (id: string): Problem => ({
  code: 'unknown-board',
  message: `The board ${id} is not on the USB of this machine.`,
  remedy: 'Plug it in, and look whether USB debugging is on (Android) or its adbd runs.',
});
