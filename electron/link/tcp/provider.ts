import type { AdbCredentialStore } from '@yume-chan/adb';
import type { BoardSummary } from '../../model/board.ts';
import { ok, type Outcome } from '../../model/outcome.ts';
import type { Identities, Who } from '../adb/identities.ts';
import type { Ways } from '../adb/ways.ts';
import type { Provider, Target } from '../interfaces/link.ts';
import type { TcpAddress } from './address.ts';
import { TcpLine, type LineState } from './line.ts';

export interface TcpParts {
  readonly ways: Ways;
  readonly identities: Identities;
  readonly keys: AdbCredentialStore;
  readonly targetOf: (summary: BoardSummary) => Target;
  /** First pause before a board that cannot be reached is tried again, ms. */
  readonly retryMs?: number;
}

/** Boards whose daemon listens at these addresses. */
export const tcpProvider = (addresses: readonly Outcome<TcpAddress>[], parts: TcpParts): Provider =>
  new TcpProvider(addresses, parts);

class TcpBoard {
  readonly line: TcpLine;
  readonly #identities: Identities;
  #who: Who | null = null;
  /** The connection that it was asked over. */
  #askedOver: LineState | null = null;
  #asking: Promise<void> = Promise.resolve();

  constructor(line: TcpLine, identities: Identities) {
    this.line = line;
    this.#identities = identities;
  }

  /** As it is known so far: the address until the board was asked. */
  get who(): Who {
    return this.#who ?? { id: this.line.serial, boot: null, said: null };
  }

  /** Asks a board that has just come who it is; `told` when that is known. */
  ask(told: () => void): void {
    const { state } = this.line;
    if (state.kind !== 'ready' || this.#askedOver === state) return;
    this.#askedOver = state;
    const asked = async (): Promise<void> => {
      this.#who = await this.#identities.idOf(this.line);
      told();
    };
    this.#asking = asked();
  }

  /** Its cable may have come since; true: it has another id now. */
  async again(): Promise<boolean> {
    const before = this.#who;
    if (before === null) return false;
    const now = await this.#identities.again(this.line, before);
    if (now === before || this.#who !== before) return false;
    this.#who = now;
    return true;
  }

  /** Resolves when there is something to say of it. */
  async settled(): Promise<void> {
    await this.line.settled();
    await this.#asking;
  }
}

class TcpProvider implements Provider {
  readonly transport = 'tcp';
  readonly #parts: TcpParts;
  readonly #bad: readonly Outcome<TcpAddress>[];
  readonly #boards: readonly TcpBoard[];
  readonly #listeners = new Set<() => void>();
  #offs: readonly (() => void)[] | null = null;

  constructor(addresses: readonly Outcome<TcpAddress>[], parts: TcpParts) {
    this.#parts = parts;
    this.#bad = addresses.filter(({ ok: good }) => !good);
    const { keys, retryMs } = parts;
    const options = retryMs === undefined ? { keys } : { keys, retryMs };
    this.#boards = addresses.flatMap((address) =>
      address.ok ? [new TcpBoard(new TcpLine(address.value, options), parts.identities)] : [],
    );
  }

  async list(): Promise<Outcome<readonly Target[]>> {
    this.#start();
    await Promise.all(this.#boards.map((board) => board.settled()));
    await this.#again();
    const [bad] = this.#bad;
    if (bad?.ok === false && this.#boards.length === 0) return bad;
    return ok(this.#each().map((board) => this.#parts.targetOf(summaryOf(board))));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#start();
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    for (const off of this.#offs ?? []) off();
    this.#offs = null;
    await Promise.all(this.#boards.map(({ line }) => line.close()));
    this.#parts.ways.put(this, new Map());
  }

  #start(): void {
    if (this.#offs !== null) return;
    const offs = this.#boards.map((board) =>
      board.line.onChange(() => {
        board.ask(() => {
          this.#told();
        });
        this.#told();
      }),
    );
    const offCable = this.#parts.identities.onCable(() => {
      void this.#again();
    });
    this.#offs = [...offs, offCable];
    for (const { line } of this.#boards) line.start();
    this.#told();
  }

  async #again(): Promise<void> {
    const others = await Promise.all(this.#boards.map((board) => board.again()));
    if (others.includes(true) && this.#offs !== null) this.#told();
  }

  /** Every board once: of several addresses of one board one that can be used. */
  #each(): readonly TcpBoard[] {
    const groups = [...Map.groupBy(this.#boards, ({ who }) => who.id).values()];
    return groups.flatMap((group) => group.find(({ line }) => line.usable) ?? group[0] ?? []);
  }

  #told(): void {
    this.#parts.ways.put(this, new Map(this.#each().map(({ line, who }) => [who.id, line])));
    for (const listener of [...this.#listeners]) listener();
  }
}

function summaryOf({ line, who }: TcpBoard): BoardSummary {
  const { id, boot } = who;
  const common = {
    id,
    transport: 'tcp',
    simulated: false,
    via: line.via,
    ...(boot === null ? {} : { boot }),
  } as const;
  const { state } = line;
  if (state.kind === 'ready') {
    const { model, product, device } = state.device.banner;
    const name = [model, product, device].find((one) => one !== '') ?? `board ${id}`;
    return { ...common, label: name.replaceAll('_', ' '), state: 'ready', detail: `through ${line.via}` };
  }
  const label = `board ${id}`;
  if (state.kind === 'connecting')
    return { ...common, label, state: 'connecting', detail: `connecting to ${line.serial}` };
  const { code, message, remedy } = state.problem;
  return { ...common, label, state: STATES[code] ?? 'failed', detail: message, remedy };
}

const STATES: Readonly<Record<string, BoardSummary['state']>> = {
  unauthorized: 'unauthorized',
  offline: 'offline',
  'connection-lost': 'offline',
};
