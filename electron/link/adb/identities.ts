import { leasesOf } from '../deploy/leases.ts';
import { Cables } from './cables.ts';
import type { AdbWay } from './device.ts';
import { askThrough, type BoardIdentity } from './identity.ts';
import { wayKey, type Ways } from './ways.ts';

/** Who is behind an address. */
export interface Who {
  readonly id: string;
  readonly boot: string | null;
  /** null: it could not be asked. */
  readonly said: BoardIdentity | null;
}

/**
 * Ids of boards that are reached over a network: a board's id is the serial that it has over USB, so that it is one board however it is
 * reached. What was found out is kept by the boards' boot ids.
 */
export class Identities {
  readonly #ways: Ways;
  readonly #byBoot = new Map<string, readonly Learnt[]>();
  readonly #cables: Cables;
  /** Over which way each id was given last, and the boot of the board there. */
  readonly #given = new Map<string, { readonly way: AdbWay; readonly boot: string }>();
  /** Ids that several boards would have: each of them is called by its address as well. */
  readonly #shared = new Set<string>();

  constructor(ways: Ways) {
    this.#ways = ways;
    this.#cables = new Cables(ways);
  }

  /** Calls the listener when a board came by cable, which may be one that is called by another name so far; the result ends that. */
  onCable(listener: () => void): () => void {
    return this.#cables.onNew(listener);
  }

  /** The id of the board behind a way whose serial is an address, and its boot id. Where it does not tell, the address. */
  async idOf(way: AdbWay, signal?: AbortSignal): Promise<Who> {
    const said = await askThrough(way, signal);
    if (said === null) return { id: way.serial, boot: null, said };
    const { serials, boot } = said;
    const likely =
      (await this.#cableOf(said, signal)) ?? this.#known(said)[0]?.board ?? serials[0] ?? way.serial;
    const id = (await this.#isShared(likely, way, said, signal)) ? ownId(likely, way) : likely;
    this.#learn(id, said);
    return { id, boot, said };
  }

  /** Whether another board than this one has that id, and answers. One that was started anew answers with its new boot, or not at all over its former way. */
  async #isShared(id: string, way: AdbWay, { boot }: BoardIdentity, signal?: AbortSignal): Promise<boolean> {
    if (this.#shared.has(id)) return true;
    if (boot === null) return false;
    const before = this.#given.get(id);
    this.#given.set(id, { way, boot });
    if (before === undefined || before.boot === boot || wayKey(before.way) === wayKey(way)) return false;
    const other = await askThrough(before.way, signal);
    if (other === null || other.boot === null || other.boot === boot) return false;
    this.#shared.add(id);
    return true;
  }

  /**
   * The same, where a cable of that board may have come since: its id is then that of the cable, unless somebody uses this way, who goes on with
   * the board that was chosen. The board itself is not asked again.
   */
  async again(way: AdbWay, who: Who, signal?: AbortSignal): Promise<Who> {
    const mayChange = (): boolean => !leasesOf(this.#ways).isTaken(way);
    const { id: before, said } = who;
    if (said === null || !mayChange()) return who;
    if (this.#shared.has(before)) {
      const id = ownId(before, way);
      this.#learn(id, said, before);
      return { ...who, id };
    }
    if (this.#cables.boards().includes(before) || this.#isOwn(before, way)) return who;
    const id = await this.#cableOf(said, signal);
    if (id === undefined || !mayChange()) return who;
    this.#learn(id, said, before);
    this.#ways.renamed(before, id);
    return { ...who, id };
  }

  #isOwn(id: string, way: AdbWay): boolean {
    return [...this.#shared].some((shared) => ownId(shared, way) === id);
  }

  /** That board says this of itself. `before`: what it was called. */
  #learn(board: string, { boot, serials }: BoardIdentity, before = board): void {
    if (boot === null) return;
    const others = (this.#byBoot.get(boot) ?? []).filter((one) => ![board, before].includes(one.board));
    this.#byBoot.set(boot, [...others, { board, serials }]);
  }

  /** Boards that it may be, by its boot. */
  #known({ boot, serials }: BoardIdentity): readonly Learnt[] {
    const learnt = boot === null ? [] : (this.#byBoot.get(boot) ?? []);
    return learnt.filter((one) => mayBeOne(one.serials, serials));
  }

  /** The board that says this of itself, as its cable calls it. */
  async #cableOf(said: BoardIdentity, signal?: AbortSignal): Promise<string | undefined> {
    const cabled = this.#cables.boards();
    return (
      cabled.find((board) => said.serials.some((serial) => sameSerial(board, serial))) ??
      this.#known(said).find(({ board }) => cabled.includes(board))?.board ??
      (said.boot === null ? undefined : await this.#cabledWith(said, signal))
    );
  }

  /** A board whose serial over USB is none that it says itself. */
  async #cabledWith({ boot, serials }: BoardIdentity, signal?: AbortSignal): Promise<string | undefined> {
    for (const board of this.#cables.boards()) {
      const identity = await this.#cables.ask(board, signal);
      if (identity?.boot === boot && mayBeOne(identity.serials, serials)) return board;
    }
    return undefined;
  }
}

/** As boards on one USB that have the same serial are called by their places. */
const ownId = (shared: string, { serial }: AdbWay): string => `${shared}@${serial}`;

/** A number that one writes with zeros before it, or in capitals, and another does not. */
const sameSerial = (a: string, b: string): boolean => bareSerial(a) === bareSerial(b);

const bareSerial = (serial: string): string => serial.toLowerCase().replace(/^(0x)?0*(?=.)/, '');

interface Learnt {
  readonly board: string;
  readonly serials: readonly string[];
}

/** Daemons that share a kernel, as in containers, are boards of their own where they say so. */
const mayBeOne = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === 0 || b.length === 0 || a.some((serial) => b.includes(serial));
