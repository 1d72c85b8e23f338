import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  boardIds,
  NativeLook,
  nativeDevice,
  type SeenDevice,
} from '../../../../electron/link/usb/discover.ts';
import { Holders } from '../../../../electron/link/usb/holder.ts';
import { loadUsb, type UsbModule } from '../../../../electron/link/usb/native.ts';
import { lookAtSysfs } from '../../../../electron/link/usb/sysfs.ts';
import { watchNodes } from '../../../../electron/link/usb/watch.ts';
import { FakeUsb } from './fake-usb.ts';
import { FakeMachine } from './machine.ts';

let machines: FakeMachine[] = [];
const machine = (): FakeMachine => {
  const made = new FakeMachine();
  machines.push(made);
  return made;
};
afterEach(() => {
  for (const each of machines) each.remove();
  machines = [];
});

function seen(of: FakeMachine): readonly SeenDevice[] {
  const look = lookAtSysfs(of.roots);
  if (!look.ok) throw new Error(look.problem.message);
  return look.value.devices;
}

describe('what sysfs shows', () => {
  test('no USB is no board, and no error', () => {
    expect(seen(machine())).toEqual([]);
    expect(seen(machine().withUsb())).toEqual([]);
  });

  test('adb interfaces are found among others, with their endpoints', () => {
    const of = machine().withUsb();
    of.plug({ path: '1-1', address: 3, interfaces: ['080650', '030101'], serial: 'STICK' });
    of.plug({
      path: '1-2.4',
      address: 9,
      interfaces: ['060101', 'ff4201'],
      serial: 'ab c\u{e9}',
      product: 'QCS 6490',
    });
    expect(seen(of)).toEqual([
      {
        bus: 1,
        address: 9,
        path: '1-2.4',
        vendorId: 0x18d1,
        productId: 0x4ee7,
        serial: 'ab c\u{e9}',
        product: 'QCS 6490',
        adb: { number: 1, in: { number: 2, packetSize: 512 }, out: { number: 1, packetSize: 512 } },
        access: 'open',
        driver: null,
        node: of.node(1, 9),
      },
    ]);
  });

  test('fastboot and a broken interface are none', () => {
    const of = machine().withUsb();
    of.plug({ path: '1-1', address: 3, interfaces: ['ff4203'] });
    of.plug({ path: '1-2', address: 4, packetSize: '0000' });
    expect(seen(of)).toEqual([]);
  });

  test('a device without interfaces yet is waited for', () => {
    const of = machine().withUsb();
    of.plug({ path: '1-1', interfaces: [] });
    expect(lookAtSysfs(of.roots)).toMatchObject({ ok: true, value: { devices: [], unsettled: true } });
    of.plug({ path: '1-1' });
    expect(lookAtSysfs(of.roots)).toMatchObject({ ok: true, value: { unsettled: false } });
  });

  test('one without its node below /dev is seen all the same', () => {
    const of = machine().withUsb().plug({ path: '1-1', serial: 'A' });
    rmSync(of.node(1, 2));
    expect(seen(of)).toMatchObject([{ serial: 'A', access: 'no-node' }]);
  });

  test.skipIf(process.getuid?.() === 0)('one that may not be opened is seen all the same', () => {
    const of = machine().withUsb().plug({ path: '1-1', serial: 'A' }).deny(1, 2);
    expect(seen(of)).toMatchObject([{ serial: 'A', access: 'denied' }]);
  });
});

describe('ids', () => {
  test('are serials; places where there is none, or the same twice', () => {
    const of = machine().withUsb();
    of.plug({ path: '1-1', address: 2, serial: 'ONE' });
    of.plug({ path: '1-2', address: 3 });
    of.plug({ path: '1-3', address: 4, serial: '0123456789ABCDEF' });
    of.plug({ path: '1-4', address: 5, serial: '0123456789ABCDEF' });
    of.plug({ path: '1-5', address: 6, serial: 'x\u{1b}[2Jy' });
    expect([...boardIds(seen(of)).values()].sort()).toEqual([
      '0123456789ABCDEF@usb:1-3',
      '0123456789ABCDEF@usb:1-4',
      'ONE',
      'usb:1-2',
      'x\u{fffd}[2Jy',
    ]);
  });
});

describe('who holds an interface', () => {
  const held = (): FakeMachine => machine().withUsb().plug({ path: '1-1', serial: 'A', driver: 'usbfs' });
  const holder = (of: FakeMachine): string | null => {
    const [device] = seen(of);
    return device === undefined ? 'none' : new Holders(of.roots).of(device);
  };

  test('an adb server, by its name and number, before others that have the device open', () => {
    expect(holder(held().holds(31, 'ModemManager', 1, 2).holds(1234, 'adb', 1, 2))).toBe(
      'adb (process 1234)',
    );
  });
  test('another program', () => {
    expect(holder(held().holds(31, 'scrcpy', 1, 2).holds(32, 'adb', 1, 3))).toBe('scrcpy (process 31)');
  });
  test('this program', () => {
    expect(holder(held().holds(process.pid, 'node', 1, 2))).toContain('which is this program');
  });
  test('one whose files this user may not see', () => {
    expect(holder(held())).toBeNull();
  });
  test("a driver of the kernel's", () => {
    expect(holder(machine().withUsb().plug({ path: '1-1', driver: 'option' }))).toBe(
      "the kernel's driver option",
    );
  });
});

describe('a holder that was found', () => {
  let now = 0;
  const watched = (of: FakeMachine): (() => string | null) => {
    now = 0;
    const holders = new Holders(of.roots, () => now);
    const [device] = seen(of);
    if (device === undefined) throw new Error('no device');
    return () => holders.of(device);
  };
  const held = (): FakeMachine => machine().withUsb().plug({ path: '1-1', serial: 'A', driver: 'usbfs' });

  test('is not looked for again while it is an adb server that has the device open', () => {
    const of = held().holds(300, 'adb', 1, 2);
    const holder = watched(of);
    expect(holder()).toBe('adb (process 300)');
    // Whoever looked again would see this.
    writeFileSync(join(of.roots.proc, '300/comm'), 'other');
    now = 1e9;
    expect(holder()).toBe('adb (process 300)');
    of.letsGo(300).holds(100, 'adb', 1, 2);
    expect(holder()).toBe('adb (process 100)');
    rmSync(join(of.roots.proc, '100'), { recursive: true });
    expect(holder()).toBeNull();
  });

  test('is looked for again after seconds where it may be another', () => {
    const of = held().holds(300, 'ModemManager', 1, 2);
    const holder = watched(of);
    expect(holder()).toBe('ModemManager (process 300)');
    of.holds(400, 'adb', 1, 2);
    now = 2_999;
    expect(holder()).toBe('ModemManager (process 300)');
    now = 3_001;
    expect(holder()).toBe('adb (process 400)');
  });

  test('and one that cannot be seen, too', () => {
    const of = held();
    const holder = watched(of);
    expect(holder()).toBeNull();
    of.holds(300, 'adb', 1, 2);
    expect(holder()).toBeNull();
    now = 3_001;
    expect(holder()).toBe('adb (process 300)');
  });
});

describe('the library', () => {
  const withDevices = (...devices: FakeUsb[]): UsbModule => ({
    getDevices: () => Promise.resolve(devices),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  });

  test('gives the device that sysfs showed by bus, number and ids, whichever object that is', async () => {
    const of = machine().withUsb().plug({ path: '1-1', address: 7, serial: 'A' });
    const [device] = seen(of);
    const right = new FakeUsb(7);
    expect(device && (await nativeDevice(withDevices(new FakeUsb(6), right), device))).toBe(right);
    expect(device && (await nativeDevice(withDevices(new FakeUsb(6)), device))).toBeNull();
  });

  test('one device that may not be opened hides no other', async () => {
    const locked = new FakeUsb(3);
    locked.failing.set('open', 'open error: failed to open device (error 0xe00002e2)');
    const look = await new NativeLook().look(withDevices(locked, new FakeUsb(7)));
    expect(look).toMatchObject({ ok: true, value: [{ address: 7, serial: 'SER1', adb: { number: 1 } }] });
  });

  test('a device is asked once, and one that did not answer again', async () => {
    const usb = new FakeUsb(7);
    const native = new NativeLook();
    usb.failing.set('open', 'open error: failed to open device (error 5)');
    expect(await native.look(withDevices(usb))).toMatchObject({ ok: true, value: [] });
    usb.failing.clear();
    expect(await native.look(withDevices(usb))).toMatchObject({ ok: true, value: [{ address: 7 }] });
    usb.failing.set('open', 'open error: failed to open device (error 5)');
    expect(await native.look(withDevices(usb))).toMatchObject({ ok: true, value: [{ address: 7 }] });
    expect(await native.look(withDevices())).toEqual({ ok: true, value: [] });
  });

  test('no USB is no board there either', async () => {
    const without: UsbModule = {
      ...withDevices(),
      getDevices: () =>
        Promise.reject(new Error('getDevices error: /sys/bus/usb/devices/ not found (errno 2)')),
    };
    expect(await new NativeLook().look(without)).toEqual({ ok: true, value: [] });
  });

  test('a machine without the native module gets a sentence', async () => {
    const missing = (): Promise<never> => Promise.reject(new Error('Cannot find native binding.\nmore'));
    const loaded = await loadUsb(missing);
    expect(loaded).toMatchObject({ ok: false, problem: { code: 'no-usb' } });
    expect(loaded.ok || loaded.problem.message).toContain('(Cannot find native binding.)');
  });

  test('loads here', async () => {
    const loaded = await loadUsb();
    expect(loaded.ok && typeof loaded.value.getDevices).toBe('function');
  });
});

describe('hot plug by the nodes below /dev', () => {
  const kernels = (): FakeMachine => {
    const of = machine();
    mkdirSync(join(of.roots.proc, 'self'));
    writeFileSync(join(of.roots.proc, 'self/mounts'), `udev ${of.roots.dev} devtmpfs rw 0 0\n`);
    return of;
  };
  const next = (of: FakeMachine, act: () => void): Promise<void> =>
    new Promise((resolve) => {
      const stop = watchNodes(() => {
        stop();
        resolve();
      }, of.roots);
      act();
    });

  test('a device comes and goes', async () => {
    const of = kernels().withUsb();
    await next(of, () => of.plug({ path: '1-1' }));
    await next(of, () => {
      of.unplug('1-1', 1, 2);
    });
  });

  test('a device is given to whoever sits at the machine', async () => {
    const of = kernels().withUsb().plug({ path: '1-1' });
    await next(of, () => of.deny(1, 2));
  });

  test('a bus comes to a machine without any', async () => {
    const of = kernels();
    await next(of, () => of.withUsb());
  });

  test('a bus goes and comes again', async () => {
    const of = kernels().withUsb();
    let looks = 0;
    let looked: () => void = () => undefined;
    const stop = watchNodes(() => {
      looks += 1;
      looked();
    }, of.roots);
    const after = (act: () => void): Promise<void> =>
      new Promise((resolve) => {
        looked = resolve;
        act();
      });
    const bus = dirname(of.node(1, 1));
    await after(() => {
      rmSync(bus, { recursive: true });
      mkdirSync(bus);
    });
    await after(() => of.plug({ path: '1-1' }));
    expect(looks).toBeGreaterThanOrEqual(2);
    stop();
  });

  test('where /dev is not the kernel, it is looked at calmly', async () => {
    const of = machine();
    await next(of, () => undefined);
  });
});
