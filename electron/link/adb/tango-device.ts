import { AdbDaemonTransport, AdbFeature, ADB_DAEMON_VERSION_OMIT_CHECKSUM, type Adb } from '@yume-chan/adb';
import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { Connection } from '../interfaces/link.ts';
import type { AdbDevice, ConnectOptions, PushOptions, RunOptions, ShellResult } from './device.ts';
import { Beat, bounded, Fate, type Bounds } from './fate.ts';
import {
  badAnswer,
  cannotRun,
  clean,
  closedByUs,
  commandText,
  connectionLost,
  lostBy,
  nobodyListens,
} from './problems.ts';
import { execService, runExec, runShell, shellService } from './shell.ts';
import { TamedSocket } from './socket.ts';
import { AdbStream } from './stream.ts';
import { pushFile } from './sync.ts';

/** A command without a limit of its own that takes longer hangs. */
const RUN_MS = 30_000;
/** A daemon that does not even answer whether a service is there hangs. */
const OPEN_MS = 10_000;
/** A push that moves nothing for so long hangs. */
const PUSH_STALL_MS = 30_000;
/** What is on its way out may take so long when we close. */
const CLOSE_MS = 1_000;

export interface TangoDeviceOptions {
  /** Why the transport ended, from below Tango, which does not tell; it comes before Tango notices. */
  readonly broken?: Promise<Problem>;
  /** Called once at the end, however that came: frees what is below Tango. */
  readonly release?: () => void;
  /** Tells errors of opening a service apart where the transport has words of its own; null: as any other. */
  readonly openFailed?: (error: unknown) => Problem | null;
}

/** An adb device over a Tango `Adb`, whatever transport that stands on. */
export const tangoDevice = (adb: Adb, options: TangoDeviceOptions = {}): AdbDevice =>
  new TangoDevice(adb, options);

class TangoDevice implements AdbDevice {
  readonly features: readonly string[];
  readonly banner: AdbDevice['banner'];
  readonly gone: Promise<Problem>;
  readonly #adb: Adb;
  readonly #fate = new Fate();
  readonly #shell2: boolean;
  readonly #openFailed: TangoDeviceOptions['openFailed'];

  constructor(adb: Adb, { broken, release, openFailed }: TangoDeviceOptions) {
    this.#adb = adb;
    this.#openFailed = openFailed;
    this.features = adb.deviceFeatures.filter((feature) => adb.clientFeatures.includes(feature));
    const { product, model, device } = adb.banner;
    this.banner = { product: clean(product ?? ''), model: clean(model ?? ''), device: clean(device ?? '') };
    this.#shell2 = adb.canUseFeature(AdbFeature.ShellV2);
    this.gone = this.#fate.promise;
    this.#fate.on(() => release?.());
    void broken?.then((problem) => {
      this.#fate.end(problem);
    });
    adb.disconnected.then(
      () => {
        this.#fate.end(connectionLost('the board closed it'));
      },
      (error: unknown) => {
        this.#fate.end(lostBy(error));
      },
    );
  }

  async run(command: string, options: RunOptions = {}): Promise<Outcome<ShellResult>> {
    const input = Buffer.from(options.input ?? '');
    const service = this.#shell2 ? shellService(command) : execService(command, input.length);
    const bounds = this.#bounds(commandText(command), options.signal);
    const timed = { ...bounds, timeoutMs: options.timeoutMs ?? RUN_MS };
    const work = (socket: TamedSocket): Promise<Outcome<ShellResult>> =>
      this.#shell2 ? runShell(socket, command, input) : runExec(socket, input);
    return this.#using(service, timed, () => cannotRun(command), work);
  }

  async push(path: string, content: Uint8Array, options: PushOptions): Promise<Outcome<undefined>> {
    const beat = new Beat();
    const bounds = { ...this.#bounds(`Pushing ${path}`, options.signal), timeoutMs: PUSH_STALL_MS, beat };
    const mtime = Math.floor(Date.now() / 1000);
    const context = { path, content, maxPayload: this.#adb.maxPayloadSize, mtime };
    const onProgress = (bytes: number): void => {
      beat.touch();
      options.onProgress?.(bytes);
    };
    const noSync = (): Problem => badAnswer('it has no service for files (sync:)');
    return this.#using('sync:', bounds, noSync, (socket) =>
      pushFile(socket, context, { ...options, onProgress }),
    );
  }

  async connect(abstractName: string, options: ConnectOptions = {}): Promise<Outcome<Connection>> {
    const bounds = this.#bounds(`Connecting to ${abstractName} on the board`);
    const refused = (): Problem => nobodyListens(abstractName);
    const socket = await this.#open(`localabstract:${abstractName}`, bounds, refused, options.timeoutMs);
    return socket.ok ? ok(new AdbStream(socket.value, this.#fate)) : socket;
  }

  async close(): Promise<void> {
    this.#fate.end(closedByUs);
    // Tango waits for what it still sends; over a transport that hangs that is for ever.
    const closed = Promise.resolve(this.#adb.close()).catch(() => undefined);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
  }

  #bounds(what: string, signal?: AbortSignal): Bounds {
    return { what, fate: this.#fate, signal };
  }

  /** Opens a service, works with it, and closes it however that ended. */
  async #using<T>(
    service: string,
    bounds: Bounds,
    refused: () => Problem,
    work: (socket: TamedSocket) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const opened = await this.#open(service, bounds, refused);
    if (!opened.ok) return opened;
    const socket = opened.value;
    const outcome = await bounded(work(socket), bounds, () => {
      socket.close();
    });
    socket.close();
    return outcome;
  }

  #open(
    service: string,
    { what, fate, signal }: Bounds,
    refused: () => Problem,
    timeoutMs = OPEN_MS,
  ): Promise<Outcome<TamedSocket>> {
    let given = true;
    const opening = this.#adb.createSocket(this.#onWire(service)).then(
      (socket): Outcome<TamedSocket> => {
        const tamed = new TamedSocket(socket);
        if (!given) tamed.close();
        return ok(tamed);
      },
      (error: unknown): Outcome<TamedSocket> => ({ ok: false, problem: this.#openProblem(error, refused) }),
    );
    return bounded(opening, { what, fate, signal, timeoutMs }, () => {
      given = false;
      // Only the daemon itself answers here, and at once: where it does not, the transport is dead and nobody has noticed.
      if (signal?.aborted !== true) fate.end(connectionLost('it does not answer any more'));
    });
  }

  /** "Socket open failed" is what Tango makes of CLSE, "closed" what an adb server answers then. */
  #openProblem(error: unknown, refused: () => Problem): Problem {
    const known = this.#openFailed?.(error);
    if (known) return known;
    const words = error instanceof Error ? error.message : String(error);
    return /^(Socket open failed|closed)$/.test(words) ? refused() : lostBy(error);
  }

  /**
   * Daemons take the name of a service as it stands in the packet, and those with protocol 0x01000001 still read on to a NUL in places
   * (localabstract: of adbd 34); adb's own client always sends one. Tango does so for older protocols only, and an adb server does it itself.
   */
  #onWire(service: string): string {
    const { transport } = this.#adb;
    const bare =
      transport instanceof AdbDaemonTransport &&
      transport.protocolVersion >= ADB_DAEMON_VERSION_OMIT_CHECKSUM;
    return bare ? `${service}\0` : service;
  }
}
