import { AdbCommand, type AdbPacketInit } from '@yume-chan/adb';
import { readHeader, writeHeader, type PacketHeader } from '../../../../electron/link/adb/packet.ts';
import type { AdbInterface } from '../../../../electron/link/usb/interface.ts';
import type { TransferResult, UsbConfiguration, UsbDevice } from '../../../../electron/link/usb/native.ts';

export const ADB: AdbInterface = {
  number: 1,
  in: { number: 2, packetSize: 512 },
  out: { number: 1, packetSize: 512 },
};

const EP = (address: number): UsbConfiguration['interfaces'][0]['alternates'][0]['endpoints'][0] => ({
  endpointNumber: address & 0x7f,
  direction: address & 0x80 ? 'in' : 'out',
  type: 'bulk',
  packetSize: 512,
});

export const ADB_CONFIGURATION: UsbConfiguration = {
  configurationValue: 1,
  interfaces: [
    {
      interfaceNumber: 0,
      alternates: [
        { alternateSetting: 0, interfaceClass: 6, interfaceSubclass: 1, interfaceProtocol: 1, endpoints: [] },
      ],
    },
    {
      interfaceNumber: 1,
      alternates: [
        {
          alternateSetting: 0,
          interfaceClass: 255,
          interfaceSubclass: 66,
          interfaceProtocol: 1,
          endpoints: [EP(1), EP(0x82)],
        },
      ],
    },
  ],
};

/** What npm usb throws, word by word. */
export const generic = (message: string): Error =>
  Object.assign(new Error(message), { code: 'GenericFailure' });

export const BORROWED = 'The same native value cannot be borrowed mutably while another borrow is active';

interface Pending {
  readonly length: number;
  readonly resolve: (result: TransferResult) => void;
  readonly reject: (error: Error) => void;
}

/** A device as npm usb 3.1 gives it, with its oddities; `board` sees what was written, and gives what is read. */
export class FakeUsb implements UsbDevice {
  readonly bus = '001';
  readonly address: number;
  readonly ports = [2];
  readonly vendorId = 0x18d1;
  readonly productId = 0x4ee7;
  readonly deviceClass = 0;
  readonly productName = 'Board';
  readonly serial: string | null = 'SER1';
  /** Operations in order: 'open', 'claim 1', 'halt in 2', ... */
  readonly log: string[] = [];
  /** Thrown by the operation of that name. */
  readonly failing = new Map<string, string>();
  /** Transfers that stall next, per direction. */
  readonly stalls = { in: 0, out: 0 };
  /** Called with each OUT transfer. */
  onWrite: (bytes: Uint8Array) => void = () => undefined;
  timeouts: number[] = [];
  detachable = true;
  /** A write takes a while, and longer where the cable is pulled in it. */
  slowWrites = false;
  /** What was asked for while a transfer was under way. */
  readonly refused: string[] = [];
  #in: Uint8Array[] = [];
  #pending: Pending | null = null;
  #writing = false;
  #gone = false;

  constructor(address = 7) {
    this.address = address;
  }

  get serialNumber(): string | null {
    this.#getter();
    return this.serial;
  }

  get configurations(): readonly UsbConfiguration[] {
    this.#getter();
    return [ADB_CONFIGURATION];
  }

  #getter(): void {
    const failing = this.failing.get('open');
    if (failing !== undefined) throw generic(failing);
    if (this.busy) throw generic(BORROWED);
  }

  /** A transfer is under way. */
  get busy(): boolean {
    return this.#pending !== null || this.#writing;
  }

  #call(name: string): Promise<void> {
    this.log.push(name);
    const word = name.split(' ')[0] ?? '';
    const failing = this.failing.get(word);
    if (failing !== undefined) return Promise.reject(generic(failing));
    const exclusive = ['open', 'close', 'claim', 'release'].includes(word);
    if (!exclusive || !this.busy) return Promise.resolve();
    this.refused.push(name);
    return Promise.reject(generic(BORROWED));
  }

  open = (): Promise<void> => this.#call('open');
  close = (): Promise<void> => this.#call('close');
  claimInterface = (number: number): Promise<void> => this.#call(`claim ${String(number)}`);
  releaseInterface = (number: number): Promise<void> => this.#call(`release ${String(number)}`);
  clearHalt = (direction: 'in' | 'out', endpoint: number): Promise<void> =>
    this.#call(`halt ${direction} ${String(endpoint)}`);

  detachKernelDriver = async (): Promise<void> => {
    await this.#call('detach');
    if (!this.detachable) throw generic('detachKernelDriver error: unsupported');
    this.#pending?.reject(generic('transferIn error: Cancelled'));
  };

  transferIn(endpoint: number, length: number, timeoutMs = 1000): Promise<TransferResult> {
    this.timeouts.push(timeoutMs);
    if (this.#gone) return Promise.reject(generic('transferIn error: Disconnected'));
    if (this.#pending !== null || endpoint !== ADB.in.number)
      return Promise.reject(generic('transferIn error: endpoint not found'));
    if (this.stalls.in > 0) {
      this.stalls.in -= 1;
      return Promise.reject(generic('transferIn error: Stall'));
    }
    return new Promise<TransferResult>((resolve, reject) => {
      const late = setTimeout(() => this.#pending?.reject(generic('transferIn error: Cancelled')), timeoutMs);
      const over = (): void => {
        clearTimeout(late);
        this.#pending = null;
      };
      this.#pending = {
        length,
        resolve: (result) => (over(), resolve(result)),
        reject: (error) => (over(), reject(error)),
      };
      this.#deliver();
    });
  }

  async transferOut(endpoint: number, data: Uint8Array, timeoutMs = 1000): Promise<TransferResult> {
    this.timeouts.push(timeoutMs);
    if (this.#gone) throw generic('transferOut error: Disconnected');
    if (this.#writing || endpoint !== ADB.out.number) throw generic('transferOut error: endpoint not found');
    if (this.stalls.out > 0) {
      this.stalls.out -= 1;
      throw generic('transferOut error: Stall');
    }
    const failing = this.failing.get('write');
    if (failing !== undefined) throw generic(failing);
    this.#writing = true;
    await (this.slowWrites ? new Promise((resolve) => setTimeout(resolve, 60)) : Promise.resolve());
    this.#writing = false;
    if (this.#gone) throw generic('transferOut error: Disconnected');
    this.onWrite(new Uint8Array(data));
    return { status: 'ok', bytesWritten: data.length };
  }

  /** The board sends one transfer. */
  give(...transfers: Uint8Array[]): void {
    this.#in.push(...transfers);
    this.#deliver();
  }

  /** How much nobody has read. */
  get left(): number {
    return this.#in.length;
  }

  #deliver(): void {
    const next = this.#in[0];
    if (next === undefined || this.#pending === null) return;
    const { length, resolve } = this.#pending;
    const part = new Uint8Array(next.subarray(0, length));
    if (part.length === next.length) this.#in.shift();
    else this.#in[0] = next.subarray(length);
    resolve({ status: 'ok', data: new DataView(part.buffer) });
  }

  /** The cable is pulled. */
  unplug(words = 'Disconnected'): void {
    this.#gone = true;
    this.#pending?.reject(generic(`transferIn error: ${words}`));
  }
}

export const packet = (command: number, arg0: number, arg1: number, payload = ''): AdbPacketInit => ({
  command,
  arg0,
  arg1,
  payload: Buffer.from(payload),
  checksum: 0,
  magic: ~command,
});

/** The transfers that a daemon sends for a packet. */
export const transfers = (packet: AdbPacketInit): Uint8Array[] =>
  packet.payload.length === 0 ? [writeHeader(packet)] : [writeHeader(packet), packet.payload];

export const BANNER =
  'device::ro.product.name=bench;ro.product.model=Bench;ro.product.device=bench;features=shell_v2,cmd';

/** As strict as adbd: a payload that fills its packets has to be followed by an empty one. */
export class FakeDaemon {
  readonly usb: FakeUsb;
  /** Packets in order, by what came of them. */
  readonly packets: { readonly header: PacketHeader; readonly payload: string }[] = [];
  readonly wrong: string[] = [];
  /** What it answers; null: nothing. */
  answer: (header: PacketHeader, payload: Buffer) => AdbPacketInit | null = (header) =>
    header.command === AdbCommand.Connect ? packet(AdbCommand.Connect, 0x01000001, 1 << 20, BANNER) : null;
  #header: PacketHeader | null = null;
  #payload: Buffer = Buffer.alloc(0);

  constructor(usb: FakeUsb) {
    this.usb = usb;
    usb.onWrite = (bytes) => {
      this.#take(bytes);
    };
  }

  #take(bytes: Uint8Array): void {
    if (this.#header === null) {
      const header = readHeader(bytes);
      if (!header.ok) this.wrong.push(`no header: ${String(bytes.length)} bytes`);
      else this.#header = header.value;
      this.#payload = Buffer.alloc(0);
      if (header.ok && header.value.payloadLength === 0) this.#whole(header.value);
      return;
    }
    this.#payload = Buffer.concat([this.#payload, bytes]);
    const short = bytes.length % 512 !== 0 || bytes.length === 0;
    if (this.#payload.length > this.#header.payloadLength) this.wrong.push('too many bytes');
    if (short) this.#whole(this.#header);
  }

  #whole(header: PacketHeader): void {
    if (this.#payload.length !== header.payloadLength)
      this.wrong.push(`${String(this.#payload.length)} of ${String(header.payloadLength)} bytes`);
    this.packets.push({ header, payload: this.#payload.toString() });
    this.#header = null;
    const answer = this.answer(header, this.#payload);
    if (answer !== null) this.usb.give(...transfers(answer));
  }
}
