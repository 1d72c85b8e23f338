import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '../adb/printable.ts';
import type { SeenDevice } from './discover.ts';
import { OURSELVES } from './errors.ts';
import { ROOTS, type Roots } from './sysfs.ts';

/** A holder that may not be the right one, or none, is remembered for so long. */
const REMEMBER_MS = 3_000;

/** An open file of a process. */
interface Holder {
  readonly pid: number;
  /** Its link in /proc. */
  readonly fd: string;
  readonly name: string;
}

interface Remembered {
  readonly holder: Holder | null;
  readonly until: number;
}

/**
 * Who holds the adb interfaces of devices. Finding out means looking at every open file of every process, so an adb server is remembered for as
 * long as it has the device open; anybody else, and that nobody can be seen, for a few seconds.
 */
export class Holders {
  readonly #roots: Roots;
  readonly #now: () => number;
  /** By the device's file. */
  readonly #known = new Map<string, Remembered>();

  constructor(roots: Roots = ROOTS, now: () => number = () => performance.now()) {
    this.#roots = roots;
    this.#now = now;
  }

  /**
   * In words: "adb (process 1234)", "the kernel's driver usb-storage". null: nobody, or somebody whom this user may not see (/proc shows the
   * open files of one's own processes, and those of everybody to root).
   */
  of(device: SeenDevice): string | null {
    if (device.driver !== null && device.driver !== 'usbfs') return `the kernel's driver ${device.driver}`;
    if (device.node === null) return null;
    const holder = this.#remembered(device.node) ?? this.#look(device.node);
    if (holder === null || holder === 'nobody') return null;
    const own = holder.pid === process.pid ? `, ${OURSELVES}` : '';
    return `${holder.name} (process ${String(holder.pid)}${own})`;
  }

  /** null: not known any more. */
  #remembered(node: string): Holder | 'nobody' | null {
    const known = this.#known.get(node);
    if (known === undefined || known.until < this.#now()) return null;
    if (known.holder === null) return 'nobody';
    return linkOf(known.holder.fd) === node ? known.holder : null;
  }

  #look(node: string): Holder | null {
    const holders = processesWith(node, this.#roots);
    // Whoever looks after another interface of the device has it open too; an adb server is the likely one.
    const server = holders.find(({ name }) => name.includes('adb'));
    const holder = server ?? holders[0] ?? null;
    this.#known.set(node, { holder, until: server === undefined ? this.#now() + REMEMBER_MS : Infinity });
    return holder;
  }
}

/** Processes that have a file open, as far as they can be seen. */
function processesWith(path: string, { proc }: Roots): readonly Holder[] {
  const pids = list(proc).filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const fds = list(join(proc, pid, 'fd')).map((fd) => join(proc, pid, 'fd', fd));
    const fd = fds.find((one) => linkOf(one) === path);
    return fd === undefined ? [] : [{ pid: Number(pid), fd, name: nameOf(join(proc, pid)) }];
  });
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
