import type { UsbFault } from './errors.ts';
import { faultOf, wordsOf } from './errors.ts';
import type { AdbInterface } from './interface.ts';
import type { TransferResult, UsbDevice } from './native.ts';

/** What one USB operation came to. */
export type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: UsbFault; readonly words: string };

const done = <T>(value: T): Done<T> => ({ ok: true, value });
const failed = (
  error: unknown,
): { readonly ok: false; readonly fault: UsbFault; readonly words: string } => ({
  ok: false,
  fault: faultOf(error),
  words: wordsOf(error),
});

/** "For ever": 24 days. The library's own time-out is 1 s, which ends a connection where nothing happens, and 0 would end it at once. */
export const NO_TIMEOUT = 0x7fffffff;

/** Nobody is there to read what we write: a daemon that lives reads all the time. */
export const WRITE_TIMEOUT_MS = 20_000;

/** How long the system takes to see that a device is gone whose transfers break. */
const GONE_TRIES = 10;
const GONE_MS = 40;

/**
 * The adb interface of one device, opened and claimed. One read and one write may be under way at a time. Nothing here rejects.
 */
export class UsbPort {
  readonly adb: AdbInterface;
  readonly #device: UsbDevice;
  /** Transfers under way: the library gives nothing back while there is one. */
  readonly #pending = new Set<Promise<unknown>>();
  #closed = false;

  private constructor(device: UsbDevice, adb: AdbInterface) {
    this.#device = device;
    this.adb = adb;
  }

  static async open(device: UsbDevice, adb: AdbInterface): Promise<Done<UsbPort>> {
    try {
      await device.open();
    } catch (error) {
      return failed(error);
    }
    try {
      await device.claimInterface(adb.number);
      // An earlier holder may have left the data toggles anywhere.
      await device.clearHalt('in', adb.in.number);
      await device.clearHalt('out', adb.out.number);
      return done(new UsbPort(device, adb));
    } catch (error) {
      await quietly(() => device.releaseInterface(adb.number));
      await quietly(() => device.close());
      return failed(error);
    }
  }

  /** Reads one transfer of up to `length` bytes; fewer where the device ends it with a short packet, none for a zero-length packet. */
  async read(length: number, timeoutMs: number): Promise<Done<Uint8Array>> {
    const { number, packetSize } = this.adb.in;
    // A multiple of the packet size: what is sent beyond `length` is seen instead of being cut off, and no packet can overrun the buffer.
    const asked = Math.ceil(length / packetSize) * packetSize;
    const result = await this.#transfer('in', number, () =>
      this.#device.transferIn(number, asked, timeoutMs),
    );
    if (!result.ok) return result;
    const { data } = result.value;
    if (data === undefined) return failed(new Error('transferIn error: no data'));
    return done(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** Writes one transfer, which ends with a short packet or, where it is none, has to be followed by an empty one. */
  async write(bytes: Uint8Array, timeoutMs: number): Promise<Done<undefined>> {
    const { number } = this.adb.out;
    const transfer = await this.#transfer('out', number, () =>
      this.#device.transferOut(number, bytes, timeoutMs),
    );
    if (!transfer.ok) return transfer;
    const written = transfer.value.bytesWritten ?? 0;
    if (written === bytes.length) return done(undefined);
    return failed(
      new Error(`transferOut error: ${String(written)} of ${String(bytes.length)} bytes written`),
    );
  }

  async #transfer(
    direction: 'in' | 'out',
    endpoint: number,
    start: () => Promise<TransferResult>,
  ): Promise<Done<TransferResult>> {
    const pending = this.#mended(direction, endpoint, start);
    this.#pending.add(pending);
    const result = await pending;
    this.#pending.delete(pending);
    return result;
  }

  /** One transfer; where the endpoint stalled, once more after its halt was cleared. */
  async #mended(
    direction: 'in' | 'out',
    endpoint: number,
    start: () => Promise<TransferResult>,
  ): Promise<Done<TransferResult>> {
    const first = await attempt(start);
    if (first.ok || this.#closed) return first;
    const clear = (): Promise<void> => this.#device.clearHalt(direction, endpoint);
    if (first.fault === 'fault') return (await this.#unplugged(clear)) ?? first;
    if (first.fault !== 'stalled') return first;
    try {
      await clear();
    } catch (error) {
      return failed(error);
    }
    return await attempt(start);
  }

  /** A cable that is being pulled breaks transfers some time before the system says that the device is gone. null: it is not. */
  async #unplugged(ask: () => Promise<void>): Promise<Done<never> | null> {
    for (let tries = 0; tries < GONE_TRIES && !this.#closed; tries++) {
      await new Promise((resolve) => setTimeout(resolve, GONE_MS));
      try {
        await ask();
      } catch (error) {
        if (faultOf(error) === 'gone') return failed(error);
      }
    }
    return null;
  }

  /**
   * Gives the interface back. A transfer that is under way holds it, and the library cannot end one: on Linux the interface is taken from under it.
   * false: the device holds on to a transfer; the interface is given back when that ends.
   */
  async close(waitMs: number): Promise<boolean> {
    this.#closed = true;
    if (this.#pending.size > 0) await quietly(() => this.#device.detachKernelDriver(this.adb.number));
    const ending = Promise.all(this.#pending);
    const ended = await within(ending, waitMs);
    if (ended) await this.#release();
    else void ending.then(() => this.#release());
    return ended;
  }

  async #release(): Promise<void> {
    await quietly(() => this.#device.releaseInterface(this.adb.number));
    await quietly(() => this.#device.close());
  }
}

async function attempt(start: () => Promise<TransferResult>): Promise<Done<TransferResult>> {
  try {
    const result = await start();
    return result.status === 'ok' ? done(result) : failed(new Error('transfer error: Stall'));
  } catch (error) {
    return failed(error);
  }
}

/** For what is only given back: a device that is gone has nothing left to be released. */
async function quietly(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch {
    // Nothing depends on it.
  }
}

/** Whether it ended in time. */
export async function within(promise: Promise<unknown>, waitMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, waitMs, false);
  const ended = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}
