import type { Check } from '../../model/board.ts';
import type { UsbBus } from '../usb/bus.ts';
import type { SeenDevice } from '../usb/discover.ts';
import { usbProblem } from '../usb/errors.ts';
import { bad, checkOf, good, unknown, warn, type Verdict } from './verdict.ts';

const WHY = 'a board shows an adb interface (class ff/42/01) on the USB while its adb daemon runs';

/** What this machine says of boards on its USB, without opening one. */
export async function* usbPreflight(bus: UsbBus): AsyncGenerator<Check> {
  const { platform } = bus;
  const seen = await bus.look();
  if (!seen.ok) {
    yield checkOf('usb', WHY, unknown(seen.problem.message, seen.problem.remedy));
    return;
  }
  const devices = seen.value;
  if (devices.length === 0) {
    const read = 'no device with an adb interface is plugged in';
    yield checkOf('usb', WHY, warn(read, `${NO_DEVICE}${HINTS[platform] ?? ''}`));
    return;
  }
  yield checkOf('usb', WHY, good(devices.map(deviceText).join('; ')));
  yield checkOf(
    'usb-permission',
    'a device of the USB is for root alone until a udev rule gives it to whoever sits at the machine',
    permission(devices, platform),
  );
  yield checkOf('usb-interface', 'one program at a time can talk to a board over USB', claimed(devices, bus));
}

const NO_DEVICE =
  'plug the board in at its USB device port (not at a host port or the debug UART), with a cable that carries data; switch USB debugging on, ' +
  'or look that adbd runs on it';

/** What is special to a system. Neither was ever seen by this tool. */
const HINTS: Partial<Record<NodeJS.Platform, string>> = {
  win32:
    ". On Windows the adb interface also needs WinUSB: the vendor's adb driver, or Device Manager, Update driver, " +
    'Universal Serial Bus devices, WinUsb Device',
  darwin: '. macOS may ask first whether the accessory is allowed (System Settings, Privacy & Security)',
};

const hex = (id: number): string => id.toString(16).padStart(4, '0');

const deviceText = ({ path, product, vendorId, productId }: SeenDevice): string =>
  `USB ${path}: ${product ?? 'a device'} (${hex(vendorId)}:${hex(productId)})`;

const ACCESS = {
  open: 'may be opened',
  denied: 'may not be opened by this user',
  'no-node': 'is not there',
} as const;

function permission(devices: readonly SeenDevice[], platform: NodeJS.Platform): Verdict {
  const read = devices
    .map(({ path, node, access }) => `USB ${path}: ${node ?? 'the device'} ${ACCESS[access]}`)
    .join('; ');
  const shut = devices.find(({ access }) => access === 'denied');
  if (shut !== undefined) {
    const board = `board on USB ${shut.path}`;
    return bad(read, usbProblem('no-permission', { board, platform, holder: null }, '').remedy);
  }
  if (devices.every(({ access }) => access === 'open')) return good(read);
  return bad(
    read,
    'run this where /dev/bus/usb is (a container needs it passed in), or reach the board through an adb server',
  );
}

/** Who holds it may be the adb server that the board is reached through, or we: no trouble by itself. */
function claimed(devices: readonly SeenDevice[], bus: UsbBus): Verdict {
  const held = devices.filter(({ driver }) => driver !== null);
  if (held.length === 0) return good('no adb interface is claimed');
  return good(
    held
      .map((device) => `USB ${device.path}: claimed by ${bus.holder(device) ?? 'a program of another user'}`)
      .join('; '),
  );
}
