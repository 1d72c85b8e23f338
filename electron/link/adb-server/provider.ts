import type { BoardSummary, Check } from '../../model/board.ts';
import { ok, type Outcome } from '../../model/outcome.ts';
import type { AdbWay } from '../adb/device.ts';
import type { Identities, Who } from '../adb/identities.ts';
import type { Ways } from '../adb/ways.ts';
import { serverCheck } from '../checks/server.ts';
import type { Provider, Target } from '../interfaces/link.ts';
import type { ServerAddress } from './address.ts';
import { isNetwork, type ListedDevice } from './devices.ts';
import { ServerFollower, type FollowOptions } from './follow.ts';
import { boardsIn, summaryOf, type ListedBoard } from './listed.ts';
import { serverWay } from './way.ts';

export interface ServerParts {
  readonly ways: Ways;
  readonly identities: Identities;
  readonly targetOf: (summary: BoardSummary) => Target;
}

/** Boards that the adb server at that address sees; none where no server is. */
export const adbServerProvider = (
  address: Outcome<ServerAddress>,
  parts: ServerParts,
  options: FollowOptions = {},
): Provider =>
  address.ok
    ? new AdbServerProvider(new ServerFollower(address.value, options), parts)
    : { transport: 'adb', list: () => Promise.resolve(address) };

/** Who is behind an address, by the number of the transport; `serial` as it was asked. */
interface Known {
  readonly serial: string;
  readonly way: AdbWay;
  readonly who: Who | null;
}

class AdbServerProvider implements Provider {
  readonly transport = 'adb';
  readonly #follower: ServerFollower;
  readonly #parts: ServerParts;
  readonly #listeners = new Set<() => void>();
  /** Keys of our two lists in the book of ways: a board may be here by cable and by network. */
  readonly #cable = {};
  readonly #network = {};
  readonly #known = new Map<string, Known>();
  #asking: Promise<void> = Promise.resolve();
  #abort = new AbortController();
  #boards: readonly ListedBoard[] = [];
  #off: (() => void) | null = null;

  constructor(follower: ServerFollower, parts: ServerParts) {
    this.#follower = follower;
    this.#parts = parts;
  }

  async list(): Promise<Outcome<readonly Target[]>> {
    const first = this.#off === null || this.#follower.state.kind === 'starting';
    this.#start();
    await this.#follower.settled();
    if (first) await this.#asking;
    await this.#again();
    const { state, address } = this.#follower;
    const told = state.kind === 'broken' || (state.kind === 'absent' && address.named);
    if (told && !(address.local && !address.named && state.problem.code === 'adb-server-unreachable'))
      return { ok: false, problem: state.problem };
    return ok(this.#boards.map((board) => this.#parts.targetOf(summaryOf(board, address.name))));
  }

  async *preflight(): AsyncGenerator<Check> {
    this.#start();
    await this.#follower.settled();
    yield serverCheck(this.#follower.address, this.#follower.state);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#start();
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#off?.();
    this.#off = null;
    this.#abort.abort();
    this.#follower.close();
    await this.#asking;
    this.#known.clear();
    this.#see([]);
  }

  #start(): void {
    if (this.#off !== null) return;
    this.#abort = new AbortController();
    const offs = [
      this.#follower.onChange(() => {
        this.#look();
      }),
      this.#parts.identities.onCable(() => {
        void this.#again();
      }),
    ];
    this.#off = () => {
      for (const off of offs) off();
    };
    this.#follower.start();
  }

  /** The list as it is now; boards behind addresses nobody asked yet are asked first. */
  #look(): void {
    const { state } = this.#follower;
    const devices = state.kind === 'following' ? state.devices : [];
    if (state.kind !== 'following') this.#known.clear();
    for (const device of devices)
      if (isNetwork(device) && device.state === 'device' && !this.#known.has(keyOf(device)))
        this.#ask(device);
    const whoIs = (device: ListedDevice): Pick<Who, 'id' | 'boot'> | undefined =>
      device.state === 'device' ? (this.#known.get(keyOf(device))?.who ?? undefined) : this.#before(device);
    this.#see(boardsIn(devices, (device) => whoIs(device) ?? undefined));
  }

  /** Who an address was that cannot be asked now. */
  #before({ serial }: ListedDevice): { readonly id: string; readonly boot: null } {
    const before = [...this.#known.values()].findLast((known) => known.serial === serial);
    return { id: before?.who?.id ?? serial, boot: null };
  }

  #ask(device: ListedDevice): void {
    const { signal } = this.#abort;
    const key = keyOf(device);
    const way = serverWay(this.#follower, device);
    const { serial } = device;
    this.#known.set(key, { serial, way, who: null });
    const asked = async (): Promise<void> => {
      const who = await this.#parts.identities.idOf(way, signal);
      if (signal.aborted || !this.#known.has(key)) return;
      this.#known.set(key, { serial, way, who });
      this.#look();
    };
    const before = this.#asking;
    this.#asking = Promise.all([before, asked()]).then(() => undefined);
  }

  /** Boards whose cable has come since have its id now. */
  async #again(): Promise<void> {
    const { signal } = this.#abort;
    const renamed = [...this.#known].map(async ([key, known]) => {
      if (known.who === null) return false;
      const who = await this.#parts.identities.again(known.way, known.who, signal);
      if (who === known.who || signal.aborted || this.#known.get(key) !== known) return false;
      this.#known.set(key, { ...known, who });
      return true;
    });
    if ((await Promise.all(renamed)).includes(true)) this.#look();
  }

  #see(boards: readonly ListedBoard[]): void {
    this.#boards = boards;
    const waysTo = (network: boolean): Map<string, ReturnType<typeof serverWay>> =>
      new Map(
        boards
          .filter(({ device }) => isNetwork(device) === network)
          .map(({ id, device }) => [id, serverWay(this.#follower, device)]),
      );
    this.#parts.ways.put(this.#cable, waysTo(false));
    this.#parts.ways.put(this.#network, waysTo(true));
    for (const listener of [...this.#listeners]) listener();
  }
}

const keyOf = ({ serial, transportId }: ListedDevice): string => `${transportId ?? ''} ${serial}`;
