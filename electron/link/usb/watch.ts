import { readdirSync, readFileSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { UsbModule } from './native.ts';
import { ROOTS, type Roots } from './sysfs.ts';

/** Where nothing tells of changes. */
const CALM_LOOK_MS = 1500;
/** Many files come and go for one device. */
const SETTLE_MS = 40;

/** Ends a watch. */
export type Stop = () => void;

/**
 * Tells when devices may have come, gone, or changed hands on Linux: the kernel makes and removes their nodes below /dev/bus/usb itself (devtmpfs), and
 * changes of their permissions show there too. The library's own events need a running udevd, and what fails there is thrown where nobody can catch it. Where /dev is
 * none of the kernel's (a container), `look` is called every 1.5 s; it is cheap and finds out by itself whether anything changed.
 */
export function watchNodes(look: () => void, roots: Roots = ROOTS): Stop {
  if (!isKernels(roots)) return calmly(look);
  return new NodeWatch(look, roots).start();
}

/** The calm look. */
export function calmly(look: () => void): Stop {
  const timer = setInterval(look, CALM_LOOK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** By the library's events, on systems where these need nothing else. Only after `getDevices` succeeded: otherwise listening itself ends the process. */
export function watchNative(look: () => void, usb: UsbModule): Stop {
  const listener = (): void => {
    look();
  };
  usb.addEventListener('connect', listener);
  usb.addEventListener('disconnect', listener);
  return () => {
    usb.removeEventListener('connect', listener);
    usb.removeEventListener('disconnect', listener);
  };
}

function isKernels({ dev, proc }: Roots): boolean {
  try {
    return readFileSync(join(proc, 'self/mounts'), 'utf8')
      .split('\n')
      .some((line) => line.split(' ')[1] === dev && line.split(' ')[2] === 'devtmpfs');
  } catch {
    return false;
  }
}

/** Watches /dev/bus/usb and the folder of each bus; before there is any, the nearest folder that there is. */
class NodeWatch {
  readonly #look: () => void;
  readonly #roots: Roots;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(look: () => void, roots: Roots) {
    this.#look = look;
    this.#roots = roots;
  }

  start(): Stop {
    this.#arm();
    return () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
      for (const watcher of this.#watchers.values()) watcher.close();
      this.#watchers.clear();
    };
  }

  #arm(): void {
    const { dev } = this.#roots;
    const usb = join(dev, 'bus/usb');
    const buses = foldersIn(usb).map((name) => join(usb, name));
    for (const folder of [dev, join(dev, 'bus'), usb, ...buses]) this.#watch(folder);
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        // The whole of /dev is watched for the one folder that leads to the buses.
        if (folder !== this.#roots.dev || name === 'bus') this.#changed();
      });
      this.#watchers.set(folder, watcher);
      watcher.on('error', () => {
        this.#drop(folder);
      });
    } catch {
      // It is not there; the folder above tells when it comes.
    }
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  /** All watchers are made anew: a folder that went and came again is another one, which its old watcher does not see. */
  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#stopped) return;
      for (const folder of [...this.#watchers.keys()]) this.#drop(folder);
      this.#arm();
      this.#look();
    }, SETTLE_MS);
    this.#timer.unref();
  }
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
