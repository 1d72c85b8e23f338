import { accessSync, constants, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import { NO_LIST, type SeenDevice } from './discover.ts';
import { adbInterface } from './interface.ts';

/** Where Linux shows its devices; tests name folders of their own. */
export interface Roots {
  readonly sys: string;
  readonly dev: string;
  readonly proc: string;
}

export const ROOTS: Roots = { sys: '/sys', dev: '/dev', proc: '/proc' };

export interface SysfsLook {
  readonly devices: readonly SeenDevice[];
  /** A device is there that has no interfaces yet: look again soon. */
  readonly unsettled: boolean;
}

/**
 * The devices with an adb interface, by sysfs alone (Documentation/ABI/testing/sysfs-bus-usb): everybody may read there what only those who may open a
 * device could ask it for, and no device notices. Without a USB there are none.
 */
export function lookAtSysfs(roots: Roots = ROOTS): Outcome<SysfsLook> {
  const folder = join(roots.sys, 'bus/usb/devices');
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ok({ devices: [], unsettled: false });
    const why = error instanceof Error ? error.message : String(error);
    return fail('no-usb', `The USB devices of this machine cannot be listed: ${why}.`, NO_LIST);
  }
  // "1-2.4": a device by its ports; "usb1": a root hub; "1-2.4:1.0": an interface.
  const devices = names.filter((name) => /^\d+-[\d.]+$/.test(name));
  const found = devices.flatMap((name) => deviceAt(roots, folder, name, names) ?? []);
  const unsettled = devices.some((name) => !names.some((other) => other.startsWith(`${name}:`)));
  return ok({ devices: found, unsettled });
}

/** null: it has no adb interface, or it left while we looked. */
function deviceAt(roots: Roots, folder: string, name: string, names: readonly string[]): SeenDevice | null {
  const read = reader(join(folder, name));
  const bus = Number(read('busnum'));
  const address = Number(read('devnum'));
  if (!Number.isInteger(bus) || !Number.isInteger(address) || bus < 1 || address < 1) return null;
  const own = names.filter((other) => other.startsWith(`${name}:`)).sort();
  for (const interfaceName of own) {
    const adb = interfaceAt(join(folder, interfaceName));
    if (adb === null) continue;
    const node = join(roots.dev, 'bus/usb', pad(bus), pad(address));
    return {
      bus,
      address,
      path: name,
      vendorId: parseInt(read('idVendor') ?? '0', 16),
      productId: parseInt(read('idProduct') ?? '0', 16),
      serial: read('serial'),
      product: read('product'),
      adb,
      access: accessTo(node),
      driver: driverOf(join(folder, interfaceName)),
      node,
    };
  }
  return null;
}

function interfaceAt(path: string): ReturnType<typeof adbInterface> {
  const read = reader(path);
  const hex = (name: string): number => parseInt(read(name) ?? '', 16);
  let endpoints: string[];
  try {
    endpoints = readdirSync(path).filter((name) => /^ep_[0-9a-f]{2}$/.test(name));
  } catch {
    return null;
  }
  return adbInterface(hex('bInterfaceNumber'), {
    alternateSetting: 0,
    interfaceClass: hex('bInterfaceClass'),
    interfaceSubclass: hex('bInterfaceSubClass'),
    interfaceProtocol: hex('bInterfaceProtocol'),
    endpoints: endpoints.sort().map((name) => endpointAt(join(path, name))),
  });
}

function endpointAt(path: string): {
  endpointNumber: number;
  direction: 'in' | 'out';
  type: string;
  packetSize: number;
} {
  const read = reader(path);
  const address = parseInt(read('bEndpointAddress') ?? '0', 16);
  return {
    endpointNumber: address & 0x7f,
    direction: (address & 0x80) === 0 ? 'out' : 'in',
    type: (read('type') ?? '').toLowerCase(),
    packetSize: parseInt(read('wMaxPacketSize') ?? '0', 16),
  };
}

/** Whether its node may be opened; a node that is not there yet counts as one that may not. */
function accessTo(node: string): SeenDevice['access'] {
  try {
    accessSync(node, constants.R_OK | constants.W_OK);
    return 'open';
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'no-node' : 'denied';
  }
}

/** The kernel's driver of an interface; 'usbfs': a program claimed it. */
function driverOf(path: string): string | null {
  try {
    return basename(readlinkSync(join(path, 'driver')));
  } catch {
    return null;
  }
}

/** Attributes of a folder of sysfs; null: not there, or empty. */
const reader =
  (folder: string) =>
  (name: string): string | null => {
    try {
      const text = readFileSync(join(folder, name), 'utf8').trim();
      return text === '' ? null : text;
    } catch {
      return null;
    }
  };

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Bus and device numbers as the nodes below /dev/bus/usb have them. */
export const pad = (number: number): string => String(number).padStart(3, '0');
