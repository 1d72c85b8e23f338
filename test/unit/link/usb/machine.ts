import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Roots } from '../../../../electron/link/usb/sysfs.ts';

export interface Plugged {
  /** "1-2.4" */
  readonly path: string;
  readonly bus?: number;
  readonly address?: number;
  readonly serial?: string;
  readonly product?: string;
  /** "ff4201" */
  readonly interfaces?: readonly string[];
  readonly driver?: string;
  readonly packetSize?: string;
}

/** A machine with USB devices, in folders as Linux shows them (copied from a board behind dummy_hcd, Linux 6.12). */
export class FakeMachine {
  readonly roots: Roots;
  readonly #root = mkdtempSync(join(tmpdir(), 'qda-lab-usb-'));

  constructor() {
    this.roots = {
      sys: join(this.#root, 'sys'),
      dev: join(this.#root, 'dev'),
      proc: join(this.#root, 'proc'),
    };
    for (const folder of [this.roots.dev, this.roots.proc]) mkdirSync(folder);
  }

  get devices(): string {
    return join(this.roots.sys, 'bus/usb/devices');
  }

  /** An empty bus. */
  withUsb(): this {
    this.#folder(join(this.devices, 'usb1'), { busnum: '1', devnum: '1', serial: 'dummy_hcd.0' });
    this.#folder(join(this.devices, '1-0:1.0'), { bInterfaceClass: '09', bInterfaceSubClass: '00' });
    mkdirSync(join(this.roots.dev, 'bus/usb/001'), { recursive: true });
    return this;
  }

  plug(device: Plugged): this {
    const { path, bus = 1, address = 2, serial, product = 'Board', interfaces = ['ff4201'] } = device;
    this.#folder(join(this.devices, path), {
      busnum: String(bus),
      devnum: String(address),
      idVendor: '18d1',
      idProduct: '4ee7',
      bConfigurationValue: '1',
      product,
      ...(serial === undefined ? {} : { serial }),
    });
    interfaces.forEach((triple, index) => {
      this.#interface(`${path}:1.${String(index)}`, index, triple, device);
    });
    const folder = join(this.roots.dev, 'bus/usb', String(bus).padStart(3, '0'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(this.node(bus, address), '');
    return this;
  }

  node(bus: number, address: number): string {
    const three = (number: number): string => String(number).padStart(3, '0');
    return join(this.roots.dev, 'bus/usb', three(bus), three(address));
  }

  #interface(name: string, index: number, triple: string, { driver, packetSize = '0200' }: Plugged): void {
    const folder = join(this.devices, name);
    this.#folder(folder, {
      bInterfaceNumber: index.toString(16).padStart(2, '0'),
      bAlternateSetting: ' 0',
      bInterfaceClass: triple.slice(0, 2),
      bInterfaceSubClass: triple.slice(2, 4),
      bInterfaceProtocol: triple.slice(4, 6),
    });
    const endpoint = (address: string, direction: string): void => {
      const attributes = { bEndpointAddress: address, direction, type: 'Bulk', wMaxPacketSize: packetSize };
      this.#folder(join(folder, `ep_${address}`), attributes);
    };
    endpoint('01', 'out');
    endpoint('82', 'in');
    if (driver !== undefined) symlinkSync(`../../../bus/usb/drivers/${driver}`, join(folder, 'driver'));
  }

  /** A process that has a device open. */
  holds(pid: number, name: string, bus: number, address: number): this {
    this.#folder(join(this.roots.proc, String(pid)), { comm: name });
    mkdirSync(join(this.roots.proc, String(pid), 'fd'));
    symlinkSync('/dev/null', join(this.roots.proc, String(pid), 'fd/0'));
    symlinkSync(this.node(bus, address), join(this.roots.proc, String(pid), 'fd/7'));
    return this;
  }

  /** It has closed it. */
  letsGo(pid: number): this {
    rmSync(join(this.roots.proc, String(pid), 'fd/7'));
    return this;
  }

  unplug(path: string, bus: number, address: number): void {
    rmSync(join(this.devices, path), { recursive: true });
    rmSync(this.node(bus, address), { force: true });
  }

  deny(bus: number, address: number): this {
    chmodSync(this.node(bus, address), 0);
    return this;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #folder(path: string, attributes: Readonly<Record<string, string>>): void {
    mkdirSync(path, { recursive: true });
    for (const [name, value] of Object.entries(attributes)) writeFileSync(join(path, name), `${value}\n`);
  }
}
