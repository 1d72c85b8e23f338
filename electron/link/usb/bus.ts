import { ok, type Outcome } from '../../model/outcome.ts';
import { NativeLook, type SeenDevice } from './discover.ts';
import { Holders } from './holder.ts';
import { loadUsb, type UsbModule } from './native.ts';
import { lookAtSysfs, ROOTS, type Roots } from './sysfs.ts';
import { calmly, watchNative, watchNodes, type Stop } from './watch.ts';

/** A device that was just plugged in gets its interfaces within that time; looked at that often meanwhile. */
const SETTLE_TRIES = 10;
const SETTLE_MS = 150;

/** The USB of this machine. */
export interface UsbBus {
  readonly platform: NodeJS.Platform;
  /** Devices with an adb interface. None where there is no USB. */
  look(): Promise<Outcome<readonly SeenDevice[]>>;
  /** Tells when `look` may give something else. */
  watch(changed: () => void): Stop;
  /** The library that opens devices, loaded at its first use. */
  library(): Promise<Outcome<UsbModule>>;
  /** Who has the adb interface, in words; null: nobody that can be seen. */
  holder(device: SeenDevice): string | null;
}

export const systemBus = (
  platform: NodeJS.Platform = process.platform,
  roots: Roots = ROOTS,
  load: typeof loadUsb = loadUsb,
): UsbBus => (platform === 'linux' ? new LinuxBus(roots, load) : new NativeBus(platform, load));

/** Everything but opening is done by sysfs: it works for devices that may not be opened, and without the native module. */
class LinuxBus implements UsbBus {
  readonly platform = 'linux';
  readonly library: UsbBus['library'];
  readonly #roots: Roots;
  readonly #holders: Holders;

  constructor(roots: Roots, load: typeof loadUsb) {
    this.#roots = roots;
    this.#holders = new Holders(roots);
    this.library = () => load();
  }

  look(): Promise<Outcome<readonly SeenDevice[]>> {
    const look = lookAtSysfs(this.#roots);
    return Promise.resolve(look.ok ? ok(look.value.devices) : look);
  }

  watch(changed: () => void): Stop {
    let timer: NodeJS.Timeout | undefined;
    const again = (tries: number): void => {
      changed();
      clearTimeout(timer);
      const look = lookAtSysfs(this.#roots);
      if (tries === 0 || !look.ok || !look.value.unsettled) return;
      timer = setTimeout(again, SETTLE_MS, tries - 1);
      timer.unref();
    };
    const stop = watchNodes(() => {
      again(SETTLE_TRIES);
    }, this.#roots);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }

  holder(device: SeenDevice): string | null {
    return this.#holders.of(device);
  }
}

/** Windows and macOS, by what the library tells. Never run so far. */
class NativeBus implements UsbBus {
  readonly platform: NodeJS.Platform;
  readonly library: UsbBus['library'];
  readonly #native = new NativeLook();

  constructor(platform: NodeJS.Platform, load: typeof loadUsb) {
    this.platform = platform;
    this.library = () => load();
  }

  async look(): Promise<Outcome<readonly SeenDevice[]>> {
    const usb = await this.library();
    return usb.ok ? await this.#native.look(usb.value) : usb;
  }

  watch(changed: () => void): Stop {
    let stop: Stop = () => undefined;
    let stopped = false;
    void this.library().then(async (usb) => {
      // Without the native part nothing will ever change.
      if (!usb.ok) return;
      // Listening ends the process where listing fails.
      const listed = await this.#native.look(usb.value);
      if (!stopped) stop = listed.ok ? watchNative(changed, usb.value) : calmly(changed);
    });
    return () => {
      stopped = true;
      stop();
    };
  }

  holder(): string | null {
    return null;
  }
}
