import type { BoardState } from '../../model/board.ts';
import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { Clock } from '../../session/clock.ts';
import { stateOfProblem } from '../../session/transition.ts';
import type { Lab } from '../compose.ts';
import { openBoard, type OpenBoard } from '../open-board.ts';
import type { BoardEntry } from './board-entry.ts';
import { stateWords } from './board-words.ts';
import type { Log } from './log.ts';

export interface SessionsParts {
  readonly lab: Lab;
  readonly log: Log;
  readonly clock: Clock;
  /** Something about that board is other than before. */
  readonly changed: (id: string) => void;
}

/** Our sessions on boards: begun, listened to, ended. What becomes of them stands in the entry of the board. */
export class BoardSessions {
  readonly #parts: SessionsParts;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** The session that stands, or a new one; two that ask at once get the same. One that was called off is not waited for as one's own. */
  async open(entry: BoardEntry): Promise<Outcome<OpenBoard>> {
    while (entry.opening !== null && entry.abort.signal.aborted) await entry.opening;
    await entry.ending;
    if (entry.closed) return CALLED_OFF;
    if (entry.open !== null) return ok(entry.open);
    entry.opening ??= this.#open(entry).finally(() => {
      entry.opening = null;
      this.#parts.changed(entry.id);
    });
    return await entry.opening;
  }

  /** Ends the session and leaves the board in that state. What the session still says does not count. */
  async end(entry: BoardEntry, state: BoardState | null, why?: Problem): Promise<void> {
    entry.attempt += 1;
    entry.state = state;
    this.#over(entry, why);
    this.#parts.changed(entry.id);
    await entry.ending;
  }

  /** Asks an open board who it is, again: nodes come and go. Not while a plan runs. */
  async refresh(entry: BoardEntry): Promise<Outcome<undefined>> {
    const { open } = entry;
    if (open === null || open.session.state.kind === 'running') return ok(undefined);
    const identity = await open.session.identity();
    if (!identity.ok) return identity;
    entry.identity = identity.value;
    if (entry.open === open) entry.open = { ...open, identity: identity.value };
    this.#heard(entry);
    return ok(undefined);
  }

  async #open(entry: BoardEntry): Promise<Outcome<OpenBoard>> {
    entry.abort = new AbortController();
    entry.attempt += 1;
    const { attempt } = entry;
    const opened = await openBoard(this.#parts.lab, entry.id, {
      signal: entry.abort.signal,
      ...(entry.generation === undefined ? {} : { generation: entry.generation }),
      onState: (state) => {
        if (entry.attempt === attempt) this.#stateIs(entry, state);
      },
      onNotice: (notice) => {
        this.#parts.log.problem(entry.id, notice);
      },
    });
    if (opened.ok) {
      this.#adopt(entry, opened.value);
      return opened;
    }
    const cancelled = opened.problem.code === 'cancelled';
    entry.state = cancelled ? null : stateOfProblem(opened.problem);
    if (!cancelled) this.#parts.log.problem(entry.id, opened.problem, 'error');
    return opened;
  }

  #adopt(entry: BoardEntry, board: OpenBoard): void {
    const { log } = this.#parts;
    entry.open = board;
    entry.known = true;
    entry.identity = board.identity;
    board.session.on('heartbeat', () => {
      this.#heard(entry);
    });
    board.session.on('log', (line) => {
      log.heard(entry.id, line);
    });
    board.session.on('notice', (problem) => {
      log.noticed(entry.id, problem);
    });
    board.session.on('gap', ({ reason, droppedBlocks }) => {
      if (droppedBlocks > 0)
        log.say('warn', `${droppedBlocks} blocks of samples were lost. ${reason}`, entry.id);
    });
    this.#heard(entry);
  }

  #heard(entry: BoardEntry): void {
    entry.heardMs = this.#parts.clock.nowMs();
    this.#parts.changed(entry.id);
  }

  #stateIs(entry: BoardEntry, state: BoardState): void {
    entry.state = state;
    const [level, words] = stateWords(state);
    this.#parts.log.say(level, words, entry.id, 'remedy' in state ? state.remedy : '');
    if (isOver(state)) this.#over(entry);
    this.#parts.changed(entry.id);
  }

  /** There is no session any more; what is left of it is waited for before another one begins. */
  #over(entry: BoardEntry, why?: Problem): void {
    const { open } = entry;
    entry.open = null;
    if (open === null) return;
    const ending = open.session.close(why).finally(() => {
      if (entry.ending === ending) entry.ending = null;
      this.#parts.changed(entry.id);
    });
    entry.ending = ending;
  }
}

const CALLED_OFF = fail('cancelled', 'The board was closed before it was open.');

/** The session of a board in this state is no more. */
export const isOver = ({ kind }: BoardState): boolean =>
  !['connecting', 'ready', 'running', 'lost', 'dsp-restarted'].includes(kind);
