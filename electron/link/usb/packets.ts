import {
  ADB_DAEMON_VERSION_OMIT_CHECKSUM as ADB_VERSION,
  AdbCommand,
  calculateChecksum,
  type AdbPacketData,
  type AdbPacketInit,
} from '@yume-chan/adb';
import { Consumable, ReadableStream } from '@yume-chan/stream-extra';
import type { Problem } from '../../model/outcome.ts';
import type { PacketPipe } from '../adb/daemon.ts';
import {
  HEADER_BYTES,
  LinkError,
  MAX_PAYLOAD,
  readHeader,
  writeHeader,
  type PacketHeader,
} from '../adb/packet.ts';
import { badAnswer, closedByUs } from '../adb/problems.ts';
import { PacketRules } from '../adb/rules.ts';
import { usbProblem, type FaultContext, type UsbFault } from './errors.ts';
import { NO_TIMEOUT, within, WRITE_TIMEOUT_MS, type UsbPort } from './port.ts';

/** Transfers that an earlier session left behind are there at once. */
const DRAIN_MS = 100;
/** More than one session may leave: adb lets a daemon send 32 MiB unacknowledged. */
const MAX_STALE = 64 * 1024 * 1024;
/** What still comes in after that is a packet at most. */
const MAX_SKIPPED = 2 * MAX_PAYLOAD;
/** An honest device sends one empty packet after a payload, if any. */
const MAX_EMPTY = 64;
/** One read of a payload: all of it, as adb does. The system's limit for all transfers of a process is 16 MiB on Linux. */
const READ_CHUNK = MAX_PAYLOAD;
/** How long a board has to answer so that the connection ends between two packets. */
const FAREWELL_MS = 300;
/** Nothing came for so long. A packet that is under way is there within a frame or two, but a laptop may be busy. */
const QUIET_MS = 250;
/** A packet and its end for each stream that a session may have open at a time, by far. */
const MAX_UNDER_WAY = 1000;

const EMPTY = new Uint8Array(0);

type PacketRead = AdbPacketData | { readonly problem: Problem };

/**
 * The packets of the adb protocol over one claimed interface, as Tango's daemon transport wants them. Differs from TCP in that the header and the payload
 * are transfers of their own, and that a payload which fills its last USB packet is followed by an empty one (adb's usb_write does so;
 * without it the daemon waits for more).
 *
 * What a write fails with ends the reader and shows in `broken`: Tango leaves the promises of packets that failed to be written without a handler.
 */
export class UsbPackets implements PacketPipe {
  readonly pair: PacketPipe['pair'];
  readonly broken: Promise<Problem>;
  /** Resolves when the interface is free after that. false: the device holds on to a read, and the interface with it. */
  readonly released: Promise<boolean>;

  readonly #port: UsbPort;
  readonly #context: FaultContext;
  readonly #end: (problem: Problem) => void;
  #controller: ReadableStreamDefaultController<AdbPacketData> | null = null;
  #writing: Promise<unknown> = Promise.resolve();
  #reading: Promise<PacketRead> = Promise.resolve({ problem: closedByUs });
  readonly #rules = new PacketRules();
  #problem: Problem | null = null;
  /** The other side answered to this session: from now on every byte counts. */
  #live = false;
  /** Bytes that came where a header should, before the session was live. */
  #stale = 0;

  private constructor(port: UsbPort, context: FaultContext) {
    this.#port = port;
    this.#context = context;
    const { promise, resolve } = Promise.withResolvers<Problem>();
    this.broken = promise;
    this.#end = resolve;
    this.released = promise.then((problem) => this.#release(problem));
    this.pair = { readable: this.#readable(), writable: this.#writable() };
  }

  /** Throws away what an earlier session left in the device (a stale AUTH would be signed in vain), and takes over the port. */
  static async over(port: UsbPort, context: FaultContext): Promise<UsbPackets> {
    for (let stale = 0; stale < MAX_STALE;) {
      const left = await port.read(READ_CHUNK, DRAIN_MS);
      if (!left.ok) break;
      stale += Math.max(left.value.length, 1024);
    }
    return new UsbPackets(port, context);
  }

  /** `broken` is told, or about to be. */
  get over(): boolean {
    return this.#problem !== null;
  }

  close(): void {
    this.#finish(closedByUs);
  }

  #finish(problem: Problem): void {
    if (this.#problem !== null) return;
    this.#problem = problem;
    this.#end(problem);
    // Tango waits for its write first, and only then for what it reads: nobody would catch this before the write has ended (#send).
    setImmediate(() => this.#controller?.error(new LinkError(problem)));
  }

  #readable(): ReadableStream<AdbPacketData> {
    return new ReadableStream<AdbPacketData>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        this.close();
      },
    });
  }

  #writable(): PacketPipe['pair']['writable'] {
    return new Consumable.WritableStream<AdbPacketInit>({
      write: (packet) => this.#send(packet),
      close: () => {
        this.close();
      },
      abort: () => {
        this.close();
      },
    });
  }

  async #release(problem: Problem): Promise<boolean> {
    if (problem === closedByUs) await this.#farewell();
    return await this.#port.close(FAREWELL_MS);
  }

  /**
   * A new CNXN: the daemon closes everything that this session opened, which it would not notice otherwise as long as the cable is in, and its answer
   * ends the read that is under way between two packets. A daemon that still has something to send takes it back then, takes that for a broken
   * cable and may hang (Debian's adbd 34.0.5: "cancelling pending write", "UsbFfsConnection being destroyed"), so everything is taken first.
   */
  async #farewell(): Promise<void> {
    if (!this.#live || !(await this.#quiet())) return;
    const payload = Buffer.from('host::');
    const checksum = calculateChecksum(payload);
    const hello = { command: AdbCommand.Connect, arg0: ADB_VERSION, arg1: MAX_PAYLOAD, checksum, magic: 0 };
    const sent = this.#serial(() => this.#write({ ...hello, payload }, FAREWELL_MS));
    await within(
      sent.then(() => this.#answered()),
      2 * FAREWELL_MS,
    );
  }

  /** Reads on until a read waits in vain: nobody acknowledges what comes, so that is soon. false: there is nobody to read from. */
  async #quiet(): Promise<boolean> {
    for (let packets = 0; packets < MAX_UNDER_WAY && (await within(this.#reading, QUIET_MS)); packets++) {
      if ('problem' in (await this.#reading)) return false;
      this.#reading = this.#packet();
    }
    return true;
  }

  /** Reads on until the daemon has answered to the new CNXN. */
  async #answered(): Promise<void> {
    for (;;) {
      const packet = await this.#reading;
      if ('problem' in packet || packet.command === AdbCommand.Connect) return;
      this.#reading = this.#packet();
    }
  }

  async #send(packet: AdbPacketInit): Promise<void> {
    if (this.#problem !== null) return;
    const sent = this.#serial(() => this.#write(packet, WRITE_TIMEOUT_MS)).then((failed) => {
      if (failed !== null) this.#finish(failed);
    });
    await Promise.race([sent, this.broken]);
  }

  /** One packet after the other. */
  #serial<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#writing.then(action);
    this.#writing = result;
    return result;
  }

  async #write(packet: AdbPacketInit, timeoutMs: number): Promise<Problem | null> {
    const { payload } = packet;
    const transfers = [writeHeader(packet)];
    if (payload.length > 0) transfers.push(payload);
    if (payload.length > 0 && payload.length % this.#port.adb.out.packetSize === 0) transfers.push(EMPTY);
    for (const transfer of transfers) {
      const written = await this.#port.write(transfer, timeoutMs);
      if (!written.ok) return this.#told(written.fault, written.words);
    }
    return null;
  }

  async #pull(controller: ReadableStreamDefaultController<AdbPacketData>): Promise<void> {
    const reading = this.#packet();
    this.#reading = reading;
    const packet = await reading;
    if (this.#problem !== null) return;
    if ('problem' in packet) this.#finish(packet.problem);
    else controller.enqueue(packet);
  }

  /** The next packet of this session. */
  async #packet(): Promise<PacketRead> {
    let header = await this.#header(null);
    while (!('problem' in header)) {
      if (!this.#live) this.#live = isAnswer(header.command);
      const payload = await this.#payload(header);
      if ('problem' in payload) return payload;
      if (this.#live && payload.next === null) return this.#checked(header, payload.bytes);
      if (this.#problem !== null) return { problem: this.#problem };
      header = await this.#header(payload.next);
    }
    return header;
  }

  #checked(header: PacketHeader, payload: Uint8Array): AdbPacketData | { readonly problem: Problem } {
    const { command, arg0, arg1 } = header;
    const problem = this.#rules.broken(header, payload);
    return problem === null ? { command, arg0, arg1, payload } : { problem };
  }

  /** The next header; before the session is live, what is none is skipped. */
  async #header(first: Uint8Array | null): Promise<PacketHeader | { readonly problem: Problem }> {
    let bytes = first;
    for (let empty = 0; empty < MAX_EMPTY;) {
      if (bytes === null) {
        const read = await this.#port.read(HEADER_BYTES, NO_TIMEOUT);
        if (!read.ok) return { problem: this.#told(read.fault, read.words) };
        bytes = read.value;
      }
      const header = bytes.length === 0 ? null : readHeader(bytes);
      if (header?.ok === true) return header.value;
      if (header === null) empty += 1;
      else if (!this.#skip(bytes)) return { problem: header.problem };
      bytes = null;
    }
    return { problem: badAnswer('it sent nothing but empty packets') };
  }

  /** Whether these bytes may be of an earlier session. */
  #skip(bytes: Uint8Array): boolean {
    this.#stale += bytes.length;
    return !this.#live && this.#stale < MAX_SKIPPED;
  }

  /** Its payload, whichever transfers it comes in; `next`: a header came instead of the rest, which an earlier session had taken. */
  async #payload(
    header: PacketHeader,
  ): Promise<{ bytes: Uint8Array; next: Uint8Array | null } | { readonly problem: Problem }> {
    const bytes = new Uint8Array(header.payloadLength);
    let at = 0;
    for (let empty = 0; at < bytes.length && empty < MAX_EMPTY;) {
      const read = await this.#port.read(Math.min(bytes.length - at, READ_CHUNK), NO_TIMEOUT);
      if (!read.ok) return { problem: this.#told(read.fault, read.words) };
      const part = read.value;
      if (!this.#live && part.length === HEADER_BYTES && readHeader(part).ok)
        return { bytes: EMPTY, next: part };
      if (at + part.length > bytes.length)
        return {
          problem: badAnswer(
            `it sent ${String(at + part.length)} bytes where ${String(bytes.length)} were announced`,
          ),
        };
      bytes.set(part, at);
      at += part.length;
      if (part.length === 0) empty += 1;
    }
    return at === bytes.length
      ? { bytes, next: null }
      : { problem: badAnswer('it sent nothing but empty packets') };
  }

  #told(fault: UsbFault, words: string): Problem {
    return usbProblem(fault, this.#context, words);
  }
}

/** What a daemon answers to our CNXN. */
const isAnswer = (command: number): boolean => command === AdbCommand.Connect || command === AdbCommand.Auth;
