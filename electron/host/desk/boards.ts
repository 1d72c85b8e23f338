import type { Generation, Provider, Target } from '../../link/interfaces/link.ts';
import type { BoardState } from '../../model/board.ts';
import type { BoardsView } from '../../model/desk.ts';
import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { Clock } from '../../session/clock.ts';
import { Emitter } from '../../session/emitter.ts';
import { findBoards } from '../boards.ts';
import type { Lab } from '../compose.ts';
import type { OpenBoard } from '../open-board.ts';
import { isKept, newEntry, stateOf, viewOf, type BoardEntry } from './board-entry.ts';
import { BoardSessions } from './board-sessions.ts';
import type { KnownAddresses } from './addresses.ts';
import type { Labels } from './labels.ts';
import type { Log } from './log.ts';
import { endedBy, saidBy, unknownBoard } from './seen-boards.ts';

interface BoardsEvents {
  /** Something about that board is other than before; empty: about all of them. */
  readonly changed: string;
}

export interface BoardsParts {
  readonly lab: Lab;
  readonly log: Log;
  readonly labels: Labels;
  /** Left out: there are none. */
  readonly addresses?: Pick<KnownAddresses, 'list'>;
  readonly clock: Clock;
}

/** All boards that can be seen, and our sessions on them: at most one a board. */
export class Boards {
  readonly events = new Emitter<BoardsEvents>();
  readonly #parts: BoardsParts;
  readonly #sessions: BoardSessions;
  readonly #entries = new Map<string, BoardEntry>();
  readonly #told = new Set<() => void>();
  /** Ways that we listen to, and how that is ended. */
  readonly #heard = new Map<Provider, (() => void) | undefined>();
  #problems: readonly Problem[] = [];
  #looked = false;
  /** All are closed, for good. */
  #over = false;
  #looking: Promise<void> | null = null;
  #again: Promise<void> | null = null;

  constructor(parts: BoardsParts) {
    this.#parts = parts;
    this.#sessions = new BoardSessions({
      ...parts,
      changed: (id) => {
        this.#changed(id);
      },
    });
  }

  view(): BoardsView {
    const rows = [...this.#entries.values()].filter((entry) => entry.listed || isKept(entry));
    const boards = rows.map(viewOf).sort((a, b) => (a.id < b.id ? -1 : 1));
    const addresses = this.#parts.addresses?.list() ?? [];
    return { boards, problems: this.#problems, addresses, looked: this.#looked };
  }

  /** Something that every face shows of all boards is other than before. */
  tell(): void {
    this.#changed('');
  }

  entry(id: string): BoardEntry | undefined {
    return this.#entries.get(id);
  }

  state(id: string): BoardState {
    const entry = this.#entries.get(id);
    return entry ? stateOf(entry) : { kind: 'absent' };
  }

  /** The session on that board; null where there is none. */
  opened(id: string): OpenBoard | null {
    return this.#entries.get(id)?.open ?? null;
  }

  /** A session stands on one of them. */
  get anyOpen(): boolean {
    return [...this.#entries.values()].some((entry) => entry.open !== null);
  }

  /** A plan runs on one of them. */
  get anyRunning(): boolean {
    return [...this.#entries.values()].some((entry) => entry.open?.session.state.kind === 'running');
  }

  /** Calls the listener when a way tells by itself that its boards may be others; the result ends that. */
  onTold(listener: () => void): () => void {
    this.#told.add(listener);
    this.#listen();
    return () => {
      this.#told.delete(listener);
      if (this.#told.size === 0) this.#listen();
    };
  }

  /** To the ways that there are now; they come and go with the addresses that the user names. */
  #listen(): void {
    const now = new Set(this.#told.size === 0 ? [] : this.#parts.lab.providers);
    for (const [provider, off] of this.#heard) {
      if (now.has(provider)) continue;
      this.#heard.delete(provider);
      off?.();
    }
    const tell = (): void => {
      for (const listener of this.#told) listener();
    };
    for (const provider of now)
      if (!this.#heard.has(provider)) this.#heard.set(provider, provider.onChange?.(tell));
  }

  /** Looks at every way to boards. Two that ask at once get one look, but never one that began before they asked. */
  look(): Promise<void> {
    if (this.#looking === null) {
      this.#looking = this.#once().finally(() => {
        this.#looking = null;
      });
      return this.#looking;
    }
    this.#again ??= this.#looking.then(() => {
      this.#again = null;
      return this.look();
    });
    return this.#again;
  }

  /** The board with our agent on it. `asked`: by the user, which opens a board that the user closed, too. */
  async open(id: string, asked: boolean, generation?: Generation): Promise<Outcome<OpenBoard>> {
    if (!this.#entries.has(id)) await this.look();
    const entry = this.#entries.get(id);
    if (entry === undefined || (!entry.listed && !asked && entry.open === null)) return unknownBoard(id);
    if (entry.closed && !asked) return fail('closed', 'The board was closed.', 'Open it in the Boards view.');
    const other = generation !== undefined && generation !== entry.generation;
    if (entry.open !== null && other) {
      if (entry.open.session.state.kind === 'running') return RUNNING;
      await this.close(id);
    }
    if (this.#over) return fail('closed', 'The host is closing.', 'Start it again.');
    entry.closed = false;
    entry.generation = generation ?? entry.generation;
    return await this.#sessions.open(entry);
  }

  /** A board that the user closed and started anew is opened again by whoever needs it. */
  startedAnew(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.closed = false;
    this.#changed(id);
  }

  /** Ends the session, or the opening of one. */
  async close(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.closed = true;
    entry.abort.abort();
    await entry.opening;
    entry.known = false;
    entry.identity = null;
    if (entry.open !== null) this.#parts.log.say('info', 'The board was closed.', id);
    await this.#sessions.end(entry, null);
    this.#forget(entry);
    this.#changed(id);
  }

  /** None is opened any more, by whoever asked before. */
  async closeAll(): Promise<void> {
    this.#over = true;
    await Promise.all([...this.#entries.keys()].map((id) => this.close(id)));
    await this.#looking;
  }

  /** Asks an open board who it is, again: nodes come and go. */
  async refresh(id: string): Promise<Outcome<undefined>> {
    const entry = this.#entries.get(id);
    return entry ? await this.#sessions.refresh(entry) : ok(undefined);
  }

  label(id: string, label: string): Outcome<undefined> {
    const entry = this.#entries.get(id);
    if (!entry) return unknownBoard(id);
    const kept = this.#parts.labels.put(id, label);
    if (!kept.ok) return kept;
    entry.label = label;
    this.#forget(entry);
    this.#changed(id);
    return ok(undefined);
  }

  #forget(entry: BoardEntry): void {
    if (!entry.listed && !isKept(entry)) this.#entries.delete(entry.id);
  }

  #changed(id: string): void {
    this.events.emit('changed', id);
  }

  async #once(): Promise<void> {
    this.#listen();
    const { targets, problems } = await findBoards(this.#parts.lab);
    const byId = Map.groupBy(targets, (target) => target.summary.id);
    const first = !this.#looked;
    if (first || messages(problems) !== messages(this.#problems)) this.#changed('');
    this.#looked = true;
    this.#problems = problems;
    for (const id of byId.keys())
      if (!this.#entries.has(id)) this.#entries.set(id, newEntry(id, this.#parts.labels.of(id)));
    for (const entry of this.#entries.values()) this.#see(entry, byId.get(entry.id) ?? [], first);
  }

  /** What the transports say of it now. */
  #see(entry: BoardEntry, targets: readonly Target[], first: boolean): void {
    const { listed, targets: before } = entry;
    entry.listed = targets.length > 0;
    if (entry.listed) entry.targets = targets;
    if (!entry.listed && entry.open === null && entry.opening === null) entry.state = null;
    const other = entry.listed && saidBy(before) !== saidBy(targets);
    if (listed === entry.listed && !other) return;
    if (listed !== entry.listed && !first) {
      const word = entry.listed
        ? `The board is seen: ${(targets[0]?.summary.detail ?? '').replace(/\.$/, '')}.`
        : 'The board is gone.';
      this.#parts.log.say('info', word, entry.id);
    }
    const over = entry.open === null ? null : endedBy(entry.open.target, targets);
    if (over !== null) {
      this.#parts.log.problem(entry.id, over);
      void this.#sessions.end(entry, entry.listed ? { kind: 'rebooted' } : null, over);
    } else if (other && entry.open !== null) void this.refresh(entry.id);
    this.#forget(entry);
    this.#changed(entry.id);
  }
}

const RUNNING = fail(
  'busy',
  'A plan runs on the board through the generation that it was opened with.',
  'Wait for the end of the run, or cancel it.',
);

const messages = (problems: readonly Problem[]): string => problems.map(({ message }) => message).join();
