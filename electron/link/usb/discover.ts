import { ok, type Outcome } from '../../model/outcome.ts';
import { printable } from '../adb/printable.ts';
import { faultOf, wordsOf } from './errors.ts';
import { adbInterface, type AdbInterface } from './interface.ts';
import type { UsbConfiguration, UsbDevice, UsbModule } from './native.ts';

/** Where the USB cannot be looked at. */
export const NO_LIST = 'Reach the board through an adb server or over TCP meanwhile (--adb-server, --tcp).';

/** A device with an adb interface, as it can be seen without claiming it. */
export interface SeenDevice {
  readonly bus: number;
  readonly address: number;
  /** "1-2.4": bus and ports. */
  readonly path: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly serial: string | null;
  readonly product: string | null;
  readonly adb: AdbInterface;
  /** 'no-node': Linux made none below /dev, as in a container. */
  readonly access: 'open' | 'denied' | 'no-node';
  /** The kernel's driver that is bound to the adb interface, 'usbfs' for a program; null: free, or the system does not tell. */
  readonly driver: string | null;
  /** Its file below /dev; null: the system has none. */
  readonly node: string | null;
}

/**
 * Ids of boards by the devices that they are: the serial, which the adb server calls them by too. Two boards with one serial are told apart by where they
 * are plugged in, and one without a serial is called by that place.
 */
export function boardIds(devices: readonly SeenDevice[]): ReadonlyMap<SeenDevice, string> {
  const idOf = (device: SeenDevice): string => {
    if (device.serial === null) return `usb:${device.path}`;
    const twins = devices.filter(({ serial }) => serial === device.serial).length;
    return twins > 1 ? `${printable(device.serial)}@usb:${device.path}` : printable(device.serial);
  };
  return new Map(devices.map((device) => [device, idOf(device)]));
}

/** The library's object for a device: by its place and number, since it makes new objects for every list. */
export async function nativeDevice(usb: UsbModule, seen: SeenDevice): Promise<UsbDevice | null> {
  const devices = await usb.getDevices();
  const isIt = (device: UsbDevice): boolean =>
    busNumber(device) === seen.bus &&
    device.address === seen.address &&
    device.vendorId === seen.vendorId &&
    device.productId === seen.productId;
  return devices.find(isIt) ?? null;
}

/** The bus as a number; systems that name their buses otherwise give a number of our own. */
function busNumber({ bus }: UsbDevice): number {
  const number = Number(bus);
  return Number.isInteger(number)
    ? number
    : [...bus].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
}

/** Class codes of devices that may have an adb interface: "see the interfaces", "composite", "vendor specific" (usb.org, class codes). */
const CANDIDATES: readonly number[] = [0x00, 0xef, 0xff];

/**
 * Devices with an adb interface on systems without sysfs. Whether a device has one can only be asked of the device itself, so everything that cannot be a board
 * is left alone, and each device is asked once.
 */
export class NativeLook {
  readonly #asked = new Map<string, SeenDevice | null>();

  async look(usb: UsbModule): Promise<Outcome<readonly SeenDevice[]>> {
    let devices: readonly UsbDevice[];
    try {
      devices = await usb.getDevices();
    } catch (error) {
      // Without a USB there are no boards on it.
      if (faultOf(error) === 'gone' || /not found/.test(wordsOf(error))) return ok([]);
      return {
        ok: false,
        problem: {
          code: 'no-usb',
          message: `USB devices cannot be listed: ${wordsOf(error)}.`,
          remedy: NO_LIST,
        },
      };
    }
    const keys = new Set(devices.map(keyOf));
    for (const key of this.#asked.keys()) if (!keys.has(key)) this.#asked.delete(key);
    return ok(devices.flatMap((device) => this.#ask(device) ?? []));
  }

  /** One that did not let itself be asked is asked again at the next look. */
  #ask(device: UsbDevice): SeenDevice | null {
    const key = keyOf(device);
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const configurations = CANDIDATES.includes(device.deviceClass)
      ? quietly(() => device.configurations)
      : [];
    if (configurations === null) return null;
    const adb = adbIn(configurations);
    const seen = adb === null ? null : seenOf(device, adb);
    this.#asked.set(key, seen);
    return seen;
  }
}

const keyOf = ({ bus, address, vendorId, productId }: UsbDevice): string =>
  `${bus} ${String(address)} ${String(vendorId)}:${String(productId)}`;

const seenOf = (device: UsbDevice, adb: AdbInterface): SeenDevice => ({
  bus: busNumber(device),
  address: device.address,
  path: `${device.bus}-${device.ports.join('.')}`,
  vendorId: device.vendorId,
  productId: device.productId,
  serial: quietly(() => device.serialNumber),
  product: quietly(() => device.productName),
  adb,
  access: 'open',
  driver: null,
  node: null,
});

function adbIn(configurations: readonly UsbConfiguration[]): AdbInterface | null {
  const all = configurations.flatMap(({ interfaces }) => interfaces);
  const found = all.flatMap(({ interfaceNumber, alternates }) =>
    alternates.flatMap((alternate) => adbInterface(interfaceNumber, alternate) ?? []),
  );
  return found[0] ?? null;
}

/** Getters of the library throw for devices that may not be opened, and while a transfer is under way. */
function quietly<T>(get: () => T | null): T | null {
  try {
    const value = get();
    return value === '' ? null : value;
  } catch {
    return null;
  }
}
