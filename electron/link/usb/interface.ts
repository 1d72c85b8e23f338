import type { UsbAlternate } from './native.ts';

export interface Endpoint {
  /** Without the direction bit. */
  readonly number: number;
  /** wMaxPacketSize: 64, 512 or 1024. */
  readonly packetSize: number;
}

/** An adb interface of a device. */
export interface AdbInterface {
  readonly number: number;
  readonly in: Endpoint;
  readonly out: Endpoint;
}

/** ADB_CLASS, ADB_SUBCLASS and ADB_PROTOCOL of adb (adb.h). */
export const ADB_CLASS = { class: 0xff, subclass: 0x42, protocol: 0x01 } as const;

/** The adb interface that this alternate setting is; null where it is none, or lacks a pair of bulk endpoints. */
export function adbInterface(number: number, alternate: UsbAlternate): AdbInterface | null {
  const { interfaceClass, interfaceSubclass, interfaceProtocol, endpoints } = alternate;
  if (interfaceClass !== ADB_CLASS.class || interfaceSubclass !== ADB_CLASS.subclass) return null;
  if (interfaceProtocol !== ADB_CLASS.protocol) return null;
  const bulk = (direction: 'in' | 'out'): Endpoint | null => {
    const found = endpoints.find(
      (each) => each.type === 'bulk' && each.direction === direction && each.packetSize > 0,
    );
    return found === undefined ? null : { number: found.endpointNumber, packetSize: found.packetSize };
  };
  const pair = { in: bulk('in'), out: bulk('out') };
  return pair.in === null || pair.out === null ? null : { number, in: pair.in, out: pair.out };
}
