// A real board on this machine's USB. Its cable is pulled by switching its hub's port off, for the host the same thing (kernel 6.0:
// Documentation/ABI/testing/sysfs-bus-usb, .../<hub_interface>/port<X>/disable); that takes root.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { builtAgents } from '../../electron/link/deploy/agents.ts';
import type { AdbClient, Rig } from './rig.ts';

const DEVICES = '/sys/bus/usb/devices';

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return ''; // a device without that, or gone meanwhile
  }
}

function adbOfSystem(): AdbClient | null {
  try {
    execFileSync('adb', ['version'], { stdio: 'ignore', timeout: 20_000 });
    return { program: 'adb', env: {} };
  } catch {
    return null;
  }
}

/** A sentence: why it cannot be tested here. */
export function hardwareRig(serial: string): Rig | string {
  if (!existsSync(DEVICES)) return `This machine has no USB: there is no ${DEVICES}.`;
  const device = readdirSync(DEVICES).find((name) => text(`${DEVICES}/${name}/serial`) === serial);
  if (device === undefined)
    return `No device of the serial ${serial} is on the USB of this machine: look at lsusb -v, and at QDA_LAB_SERIAL.`;
  const port = `${realpathSync(`${DEVICES}/${device}/port`)}/disable`;
  if (!existsSync(port)) return `This kernel cannot switch a port off (${port}): it takes Linux 6.0.`;
  const disable = (value: '0' | '1'): Promise<void> => {
    writeFileSync(port, value);
    return Promise.resolve();
  };
  return {
    what: `the board ${serial} on USB ${device}`,
    serial,
    agents: builtAgents(),
    plug: () => disable('0'),
    unplug: () => disable('1'),
    adb: adbOfSystem(),
    close: () => disable('0'),
  };
}
