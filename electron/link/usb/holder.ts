import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '../adb/printable.ts';
import type { SeenDevice } from './discover.ts';
import { OURSELVES } from './errors.ts';
import { ROOTS, type Roots } from './sysfs.ts';

/**
 * Who holds the adb interface of a device, in words: "adb (process 1234)", "the kernel's driver usb-storage". null: nobody, or somebody whom this user may not
 * see (/proc shows the open files of one's own processes, and those of everybody to root).
 */
export function holderOf(device: SeenDevice, roots: Roots = ROOTS): string | null {
  if (device.driver !== null && device.driver !== 'usbfs') return `the kernel's driver ${device.driver}`;
  if (device.node === null) return null;
  const holders = processesWith(device.node, roots);
  // Whoever looks after another interface of the device has it open too; an adb server is the likely one.
  const holder = holders.find(({ name }) => name.includes('adb')) ?? holders[0];
  if (holder === undefined) return null;
  const own = holder.pid === process.pid ? `, ${OURSELVES}` : '';
  return `${holder.name} (process ${String(holder.pid)}${own})`;
}

interface Holder {
  readonly pid: number;
  readonly name: string;
}

/** Processes that have a file open, as far as they can be seen. */
function processesWith(path: string, { proc }: Roots): readonly Holder[] {
  const pids = list(proc).filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => list(join(proc, pid, 'fd')).some((fd) => linkOf(join(proc, pid, 'fd', fd)) === path))
    .map((pid) => ({ pid: Number(pid), name: nameOf(join(proc, pid)) }));
}

function nameOf(folder: string): string {
  try {
    return printable(readFileSync(join(folder, 'comm'), 'utf8').trim()) || 'a program';
  } catch {
    return 'a program';
  }
}

/** Empty: not there, or not to be seen. */
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
