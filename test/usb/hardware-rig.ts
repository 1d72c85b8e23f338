// A real board on this machine's USB. Its cable is pulled by taking the device's authorization away, which ends it for every driver
// and program (kernel: Documentation/usb/authorization.rst); that takes root.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtAgents } from '../../electron/link/deploy/agents.ts';
import { ROOT } from '../../electron/link/deploy/built.ts';
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

export function hardwareRig(serial: string): Rig {
  const device = readdirSync(DEVICES).find((name) => text(`${DEVICES}/${name}/serial`) === serial);
  if (device === undefined)
    throw new Error(`No device of the serial ${serial} is on the USB of this machine.`);
  const authorize = (value: '0' | '1'): Promise<void> => {
    writeFileSync(`${DEVICES}/${device}/authorized`, value);
    return Promise.resolve();
  };
  return {
    what: `the board ${serial} on USB ${device}`,
    serial,
    agents: builtAgents((machine) => `${ROOT}.build/${machine}`),
    plug: () => authorize('1'),
    unplug: () => authorize('0'),
    adb: adbOfSystem(),
    close: () => authorize('1'),
  };
}
