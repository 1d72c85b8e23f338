import { ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice, AdbWay } from './device.ts';
import { printable } from './printable.ts';
import type { Ways } from './ways.ts';

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

/**
 * Ids of boards that are reached over a network: a board's id is the serial that it has over USB, so that it is one board however it is
 * reached. What was found out is kept by the boards' boot ids.
 */
export class Identities {
  readonly #ways: Ways;
  readonly #byBoot = new Map<string, readonly Learnt[]>();

  constructor(ways: Ways) {
    this.#ways = ways;
  }

  /** That board runs with that boot id, and gives itself those serials. */
  learn(board: string, boot: string, serials: readonly string[] = []): void {
    const others = (this.#byBoot.get(boot) ?? []).filter((one) => one.board !== board);
    this.#byBoot.set(boot, [...others, { board, serials }]);
  }

  /** The id of the board behind a way whose serial is an address, and its boot id. Where it does not tell, the address. */
  async idOf(
    way: AdbWay,
    signal?: AbortSignal,
  ): Promise<{ readonly id: string; readonly boot: string | null }> {
    const identity = await askThrough(way, signal);
    if (identity === null) return { id: way.serial, boot: null };
    const { serials, boot } = identity;
    const cabled = this.#cabled();
    const id =
      cabled.find((board) => serials.some((serial) => sameSerial(board, serial))) ??
      (boot === null ? undefined : await this.#withBoot(boot, serials, signal)) ??
      serials[0] ??
      way.serial;
    if (boot !== null) this.learn(id, boot, serials);
    return { id, boot };
  }

  async #withBoot(
    boot: string,
    serials: readonly string[],
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const known = this.#byBoot.get(boot)?.find((one) => mayBeOne(one.serials, serials));
    return known?.board ?? (await this.#cabledWith(boot, signal));
  }

  /** Boards that a way goes to by their serial, and not by an address. */
  #cabled(): readonly string[] {
    const isCable = ({ serial, transport }: AdbWay, board: string): boolean =>
      serial === board && transport !== 'tcp' && !isAddress(serial);
    return this.#ways.boards().filter((board) => this.#ways.to(board).some((way) => isCable(way, board)));
  }

  /** A board in an adb server whose serial over USB is none that it says itself. USB itself is not opened for this: that needs the interface. */
  async #cabledWith(boot: string, signal?: AbortSignal): Promise<string | undefined> {
    for (const board of this.#cabled()) {
      const way = this.#ways
        .to(board)
        .find(({ transport, usable }) => transport === 'adb' && usable !== false);
      const identity = way === undefined ? null : await askThrough(way, signal);
      if (identity?.boot === boot) return board;
    }
    return undefined;
  }
}

/** A number that one writes with zeros before it, or in capitals, and another does not. */
const sameSerial = (a: string, b: string): boolean => bareSerial(a) === bareSerial(b);

const bareSerial = (serial: string): string => serial.toLowerCase().replace(/^(0x)?0*(?=.)/, '');

interface Learnt {
  readonly board: string;
  readonly serials: readonly string[];
}

/** Daemons that share a kernel, as in containers, are boards of their own where they say so. */
const mayBeOne = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === 0 || b.length === 0 || a.some((serial) => b.includes(serial));

/** null: it could not be asked. */
async function askThrough(way: AdbWay, signal?: AbortSignal): Promise<BoardIdentity | null> {
  const device = await way.open(signal);
  if (!device.ok) return null;
  const identity = await askIdentity(device.value, signal);
  await device.value.close();
  return identity.ok ? identity.value : null;
}
