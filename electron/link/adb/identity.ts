import { ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice, AdbWay } from './device.ts';
import { printable } from './printable.ts';

/** Who a board is, as it says itself by its shell. */
export interface BoardIdentity {
  /** What may be its serial over USB, the likeliest first. */
  readonly serials: readonly string[];
  /** Another one after every start; null: it does not tell. */
  readonly boot: string | null;
}

/**
 * Where boards keep their serial: Android's property (which its USB gadget uses), the kernel's command line that it comes from, the SoC's
 * own number (Documentation/ABI/testing/sysfs-devices-soc; Qualcomm's gadgets use it in hexadecimal), the device tree. A banner of the
 * shell does no harm: only lines that begin with our word count.
 */
const QUESTION = [
  'echo "qda-lab boot $(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"',
  'echo "qda-lab prop $(getprop ro.serialno 2>/dev/null)"',
  `echo "qda-lab line $(sed -n 's/.*androidboot.serialno=\\([^ ]*\\).*/\\1/p' /proc/cmdline 2>/dev/null)"`,
  'echo "qda-lab soc0 $(cat /sys/devices/soc0/serial_number 2>/dev/null)"',
  'echo "qda-lab tree $(cat /proc/device-tree/serial-number 2>/dev/null)"',
].join('; ');

const ASK_MS = 5_000;

/** "10.0.0.7:5555", or a name that an adb server found by mDNS, in place of a serial. */
export const isAddress = (serial: string): boolean =>
  /^.+:\d{1,5}$/.test(serial) || /\._adb(-tls-connect)?\._tcp\.?$/.test(serial);

/** Asks an open board who it is. Changes nothing there. */
export async function askIdentity(device: AdbDevice, signal?: AbortSignal): Promise<Outcome<BoardIdentity>> {
  const said = await device.run(QUESTION, { timeoutMs: ASK_MS, ...(signal === undefined ? {} : { signal }) });
  return said.ok ? ok(identityIn(said.value.out)) : said;
}

export function identityIn(text: string): BoardIdentity {
  const of = (key: string): string | null => {
    const line = new RegExp(`^qda-lab ${key} (.*)$`, 'm').exec(text)?.[1] ?? '';
    const word = printable(line.replaceAll('\0', '').trim());
    return word === '' || /^(0+|unknown|none)$/i.test(word) ? null : word;
  };
  const soc = of('soc0');
  const hex = soc !== null && /^\d{1,20}$/.test(soc) ? BigInt(soc).toString(16) : null;
  const serials = [of('prop'), of('line'), hex, soc, of('tree')].filter((one) => one !== null);
  return { serials: [...new Set(serials)], boot: of('boot') };
}

/** Opens a way to ask; null: it could not be asked. */
export async function askThrough(way: AdbWay, signal?: AbortSignal): Promise<BoardIdentity | null> {
  const device = await way.open(signal);
  if (!device.ok) return null;
  const identity = await askIdentity(device.value, signal);
  await device.value.close();
  return identity.ok ? identity.value : null;
}
