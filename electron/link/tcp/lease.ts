import type { Outcome } from '../../model/outcome.ts';
import type { AdbDevice, ConnectOptions, PushOptions, RunOptions, ShellResult } from '../adb/device.ts';
import { bounded, Fate } from '../adb/fate.ts';
import { closedByUs, commandText } from '../adb/problems.ts';
import type { Connection } from '../interfaces/link.ts';

/** One device for several users. */
export class SharedDevice {
  readonly device: AdbDevice;
  /** Of the device: it is listened to once, however many leases come and go. */
  readonly #fate = new Fate();

  constructor(device: AdbDevice) {
    this.device = device;
    void device.gone.then((problem) => {
      this.#fate.end(problem);
    });
  }

  /** The same device for one of them: `close` ends what was begun through it, and leaves the others theirs. */
  lease(): AdbDevice {
    return new LeasedDevice(this.device, this.#fate);
  }
}

class LeasedDevice implements AdbDevice {
  readonly features: AdbDevice['features'];
  readonly banner: AdbDevice['banner'];
  readonly gone: AdbDevice['gone'];
  readonly #device: AdbDevice;
  readonly #fate = new Fate();
  readonly #leave: () => void;
  readonly #streams = new Set<Connection>();

  constructor(device: AdbDevice, fate: Fate) {
    this.#device = device;
    this.features = device.features;
    this.banner = device.banner;
    this.gone = this.#fate.promise;
    this.#leave = fate.on((problem) => {
      this.#fate.end(problem);
    });
  }

  run(command: string, options: RunOptions = {}): Promise<Outcome<ShellResult>> {
    return this.#during(commandText(command), options.signal, (signal) =>
      this.#device.run(command, { ...options, signal }),
    );
  }

  push(path: string, content: Uint8Array, options: PushOptions): Promise<Outcome<undefined>> {
    return this.#during(`Pushing ${path}`, options.signal, (signal) =>
      this.#device.push(path, content, { ...options, signal }),
    );
  }

  connect(abstractName: string, options?: ConnectOptions): Promise<Outcome<Connection>> {
    return this.#during(`Connecting to ${abstractName} on the board`, undefined, async () => {
      const stream = await this.#device.connect(abstractName, options);
      if (!stream.ok) return stream;
      const { value } = stream;
      if (this.#fate.problem === null) {
        this.#streams.add(value);
        value.onClose(() => this.#streams.delete(value));
      } else value.close(); // Nobody waits for it any more.
      return stream;
    });
  }

  close(): Promise<void> {
    this.#leave();
    this.#fate.end(closedByUs);
    for (const stream of [...this.#streams]) stream.close();
    return Promise.resolve();
  }

  /** Work for as long as the lease lasts and the caller (`signal`) wants it. */
  #during<T>(
    what: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const fate = this.#fate;
    if (fate.problem !== null) return Promise.resolve({ ok: false, problem: fate.problem });
    const abort = new AbortController();
    return bounded(work(abort.signal), { what, fate, signal }, () => {
      abort.abort();
    });
  }
}
