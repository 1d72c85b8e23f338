import { fail, ok, type Outcome } from '../../model/outcome.ts';

/**
 * What is used of npm `usb` 3.1 (node-usb-rs 3.1.0 over nusb 0.2.7), with what its types do not say:
 * - A transfer without a time-out ends after 1000 ms, and one with 0 at once.
 * - One transfer per endpoint and direction at a time: a second one fails with "endpoint not found".
 * - `serialNumber` and `configurations` open the device, and throw where it may not be opened.
 * - While a transfer is under way, these getters, `close`, `open`, `claimInterface` and `releaseInterface` throw "The same native value
 *   cannot be borrowed mutably while another borrow is active".
 * - Every error is a plain Error with the code "GenericFailure" (errors.ts tells them apart).
 */
export interface UsbDevice {
  /** "001" on Linux. */
  readonly bus: string;
  readonly address: number;
  readonly ports: readonly number[];
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceClass: number;
  readonly serialNumber: string | null;
  readonly productName: string | null;
  readonly configurations: readonly UsbConfiguration[];
  open(): Promise<void>;
  close(): Promise<void>;
  claimInterface(number: number): Promise<void>;
  releaseInterface(number: number): Promise<void>;
  transferIn(endpoint: number, length: number, timeoutMs: number): Promise<TransferResult>;
  transferOut(endpoint: number, data: Uint8Array, timeoutMs: number): Promise<TransferResult>;
  clearHalt(direction: 'in' | 'out', endpoint: number): Promise<void>;
  /** Linux only. */
  detachKernelDriver(interfaceNumber: number): Promise<void>;
}

export interface TransferResult {
  readonly status: 'ok' | 'stall';
  readonly data?: DataView | undefined;
  readonly bytesWritten?: number;
}

export interface UsbConfiguration {
  readonly configurationValue: number;
  readonly interfaces: readonly {
    readonly interfaceNumber: number;
    readonly alternates: readonly UsbAlternate[];
  }[];
}

export interface UsbAlternate {
  readonly alternateSetting: number;
  readonly interfaceClass: number;
  readonly interfaceSubclass: number;
  readonly interfaceProtocol: number;
  readonly endpoints: readonly {
    readonly endpointNumber: number;
    readonly direction: 'in' | 'out';
    readonly type: string;
    readonly packetSize: number;
  }[];
}

export interface UsbModule {
  /** New objects each time; rejects where there is no /sys/bus/usb. */
  getDevices(): Promise<readonly UsbDevice[]>;
  /** Where `getDevices` rejects, this raises a rejection that nobody can catch. */
  addEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
  removeEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
}

/** Loads the native module at its first use, so that machines which it was not built for run everything else. */
export async function loadUsb(
  load: () => Promise<unknown> = () => import('usb'),
): Promise<Outcome<UsbModule>> {
  try {
    // Its own types need a browser's.
    return ok(((await load()) as { usb: UsbModule }).usb);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return fail(
      'no-usb',
      `USB cannot be used: the native part of npm "usb" for ${process.platform} ${process.arch} does not load (${why}).`,
      'Run npm ci on this machine, or reach the board through an adb server or over TCP.',
    );
  }
}
