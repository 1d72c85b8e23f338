import type { CallArgs } from '../../electron/contract/calls.ts';
import type { Check } from '../../electron/model/board.ts';
import type { DoctorFile } from '../../electron/contract/link-calls.ts';
import type { AppInfo, BoardsView, BoardView, ChecksView, KnownAddress } from '../../electron/model/desk.ts';
import type { Outcome, Problem } from '../../electron/model/outcome.ts';
import type { Host } from './host.svelte.ts';
import { recall, remember } from './remembered.ts';

export type Generation = NonNullable<CallArgs<'boards.open'>['generation']>;

/** The checks of a board as last asked for. */
export interface BoardChecks {
  readonly checks: readonly Check[];
  /** Why the newest try gave none. */
  readonly problem: Problem | null;
  readonly asking: boolean;
  /** What they stand on, in the asker's words. */
  readonly ground: string;
}

const NOTHING: BoardsView = { boards: [], problems: [], looked: false };

/** Something keeps us from these: what it is can be looked at without an agent. */
const IN_THE_WAY: readonly BoardView['state']['kind'][] = ['unauthorized', 'busy', 'offline', 'failed'];

/** It is there, and nothing is measured on it: looking at it disturbs nobody. */
const isAtRest = ({ kind }: BoardView['state']): boolean => kind === 'ready' || kind === 'dsp-restarted';

/** Of what a board shows, what its checks stand on. null: nothing is checked by itself. */
function seenGround({ state, open, identity, ways }: BoardView): string | null {
  if (open && isAtRest(state)) return JSON.stringify([true, identity?.nodes.map(({ path }) => path)]);
  return !open && IN_THE_WAY.includes(state.kind)
    ? JSON.stringify([state.kind, ways.map((way) => [way.via, way.state])])
    : null;
}

const isId = (value: unknown): value is string | null => value === null || typeof value === 'string';

/** The boards that are seen, the one in front of the user, and what can be asked of them. */
export class BoardsState {
  view = $state.raw<BoardsView>(NOTHING);
  info = $state.raw<AppInfo | null>(null);
  /** The board in front of the user; it stays so when it goes away. */
  selectedId = $state<string | null>(recall('board', null, isId));
  selected = $derived(this.view.boards.find((board) => board.id === this.selectedId) ?? this.#kept());

  /** By board. */
  checksOf = $state.raw<ReadonlyMap<string, BoardChecks>>(new Map());

  /** Boards that the host was asked to connect to and has not answered for yet. */
  opening = $state.raw<ReadonlySet<string>>(new Set());

  readonly #host: Host;
  /** The selected board as it was last seen. */
  #last: BoardView | null = null;
  /** Boards that were connected to without being asked for since they were last seen, or that the user disconnected. */
  readonly #settled = new Set<string>();
  readonly #closed = new Set<string>();
  /** How often each board has come to rest: connected to, back after it was lost, at the end of a run. */
  readonly #rests = new Map<string, number>();

  constructor(host: Host) {
    this.#host = host;
    host.on('boards', (view) => {
      this.#take(view);
    });
    host.on('checks', (checks) => {
      this.#takeChecks(checks);
    });
    host.onOpen(() => {
      this.#settled.clear();
      // Another host may be met: what was checked through the one before counts no more.
      for (const [id, times] of this.#rests) this.#rests.set(id, times + 1);
      void this.#loadInfo();
    });
  }

  byId(id: string): BoardView | undefined {
    return this.view.boards.find((board) => board.id === id);
  }

  /** Puts a board in front of the user, and connects to it where that needs nothing else. */
  select(id: string): void {
    this.selectedId = id;
    remember('board', id);
    const board = this.byId(id);
    if (board !== undefined && connects(board)) void this.open(id);
  }

  /** Puts our agent on the board; `generation`: which driver it has, where that cannot be proven there. */
  async open(id: string, generation?: Generation): Promise<Outcome<undefined>> {
    this.#settled.add(id);
    this.#closed.delete(id);
    this.opening = new Set(this.opening).add(id);
    const outcome = await this.#host.call('boards.open', {
      board: id,
      ...(generation === undefined ? {} : { generation }),
    });
    this.opening = new Set([...this.opening].filter((one) => one !== id));
    return outcome;
  }

  close(id: string): Promise<Outcome<undefined>> {
    this.#closed.add(id);
    return this.#host.call('boards.close', { board: id });
  }

  look(): Promise<Outcome<undefined>> {
    return this.#host.call('boards.look', {});
  }

  label(id: string, label: string): Promise<Outcome<undefined>> {
    return this.#host.call('boards.label', { board: id, label });
  }

  /**
   * What the checks of a board stand on: with another ground they are asked for again. Each time that it comes to rest is another one: a new
   * agent, a cable that was pulled, a run that heated it. null: nothing is checked by itself.
   */
  groundOf(board: BoardView): string | null {
    const ground = seenGround(board);
    return ground === null || !board.open ? ground : `${ground} ${this.#rests.get(board.id) ?? 0}`;
  }

  /** Checks a board where that was not done as it now is: one with our agent, and one that something is in the way of. */
  checkWhenNew(board: BoardView): void {
    const ground = this.groundOf(board);
    if (ground === null || this.checksOf.get(board.id)?.ground === ground) return;
    void this.check(board.id, ground, board.open);
  }

  /**
   * Asks for the checks of a board; those of before stay until others come. `agent`: one is put there where there is none and nothing is in
   * the way.
   */
  async check(id: string, ground: string, agent = true): Promise<void> {
    const before = this.checksOf.get(id)?.checks ?? [];
    this.#setChecks(id, { checks: before, problem: null, asking: true, ground });
    const outcome = await this.#host.call('boards.checks', { board: id, agent });
    const [checks, problem] = outcome.ok ? [outcome.value, null] : [before, outcome.problem];
    this.#setChecks(id, { checks, problem, asking: false, ground });
  }

  /** What the ways to boards say of themselves. */
  ways(): Promise<Outcome<readonly Check[]>> {
    return this.#host.call('boards.ways', {});
  }

  clean(id: string): Promise<Outcome<{ readonly text: string }>> {
    this.#closed.add(id);
    return this.#host.call('boards.clean', { board: id });
  }

  addAddress(address: KnownAddress): Promise<Outcome<{ readonly address: string }>> {
    return this.#host.call('boards.addAddress', address);
  }

  removeAddress({ kind, address }: KnownAddress): Promise<Outcome<undefined>> {
    return this.#host.call('boards.removeAddress', { kind, address });
  }

  /** Everything that a report of a defect needs, as a file. */
  doctor(): Promise<Outcome<DoctorFile>> {
    return this.#host.call('app.doctor', {});
  }

  startVirtual(args: CallArgs<'boards.startVirtual'>): Promise<Outcome<{ readonly board: string }>> {
    return this.#host.call('boards.startVirtual', args);
  }

  stopVirtual(id: string): Promise<Outcome<undefined>> {
    return this.#host.call('boards.stopVirtual', { board: id });
  }

  unplug(id: string, dsp: string): Promise<Outcome<undefined>> {
    return this.#host.call('boards.unplug', { board: id, dsp });
  }

  replug(id: string, dsp: string): Promise<Outcome<undefined>> {
    return this.#host.call('boards.replug', { board: id, dsp });
  }

  #setChecks(id: string, checks: BoardChecks): void {
    this.checksOf = new Map(this.checksOf).set(id, checks);
  }

  /** Those that came so far, then those of before that will come again: nothing that is read moves. */
  #takeChecks({ board, checks }: ChecksView): void {
    const known = this.checksOf.get(board);
    if (known?.asking !== true) return;
    this.#setChecks(board, { ...known, checks: [...checks, ...known.checks.slice(checks.length)] });
  }

  #take(view: BoardsView): void {
    this.#last = this.selected ?? this.#last;
    for (const board of view.boards) this.#countRest(board);
    this.view = view;
    const [only, other] = view.boards;
    if (this.selectedId === null && only !== undefined && other === undefined) this.select(only.id);
    else this.#openAgain();
  }

  #countRest(board: BoardView): void {
    const before = this.byId(board.id);
    const rests = (one: BoardView | undefined): boolean => one?.open === true && isAtRest(one.state);
    if (rests(board) && !rests(before)) this.#rests.set(board.id, (this.#rests.get(board.id) ?? 0) + 1);
  }

  /** The board in front is connected to when it is first seen, and when it is seen again after it was gone. */
  #openAgain(): void {
    const id = this.selectedId;
    if (id === null) return;
    const board = this.byId(id);
    if (board === undefined || board.state.kind === 'absent') this.#settled.delete(id);
    else if (!board.open && board.state.kind === 'ready' && !this.#settled.has(id) && !this.#closed.has(id))
      void this.open(id);
  }

  #kept(): BoardView | null {
    const last = this.#last;
    return last !== null && last.id === this.selectedId ? { ...last, state: { kind: 'absent' } } : null;
  }

  async #loadInfo(): Promise<void> {
    const outcome = await this.#host.call('app.info', {});
    if (outcome.ok) this.info = outcome.value;
  }
}

/** Whether choosing the board connects to it: it can be reached, and nobody is on it. */
const connects = ({ state, open }: BoardView): boolean =>
  !open && (state.kind === 'ready' || state.kind === 'rebooted');
