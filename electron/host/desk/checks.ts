import type { Check } from '../../model/board.ts';
import type { ChecksView } from '../../model/desk.ts';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import { boardChecks, type AgentChecks } from '../checks.ts';
import type { Boards } from './boards.ts';
import type { Faces } from './face.ts';
import { unknownBoard } from './seen-boards.ts';

interface Going {
  readonly board: string;
  readonly abort: AbortController;
  readonly done: Promise<Outcome<readonly Check[]>>;
}

/** Checks of boards for faces: told as they come; two that ask at once get the same. */
export class Checks {
  readonly #boards: Boards;
  readonly #faces: Faces;
  readonly #going = new Map<string, Going>();
  /** Boards that a run is about to begin on, or goes on. */
  readonly #paused = new Set<string>();

  constructor(boards: Boards, faces: Faces) {
    this.#boards = boards;
    this.#faces = faces;
  }

  /** `agent` false: nothing is put on a board that has no agent of ours. */
  async of(board: string, agent: boolean): Promise<Outcome<readonly Check[]>> {
    if (this.#boards.entry(board) === undefined) await this.#boards.look();
    const key = `${board} ${String(agent)}`;
    const going = this.#going.get(key) ?? this.#begin(key, board, agent);
    return await going.done;
  }

  /** Gives up what is being looked at on that board, and looks at nothing more until the returned function is called. */
  async pause(board: string): Promise<() => void> {
    this.#paused.add(board);
    const going = [...this.#going.values()].filter((one) => one.board === board);
    for (const { abort } of going) abort.abort();
    await Promise.all(going.map(({ done }) => done));
    return () => {
      this.#paused.delete(board);
    };
  }

  close(): void {
    for (const { abort } of this.#going.values()) abort.abort();
  }

  #begin(key: string, board: string, agent: boolean): Going {
    const abort = new AbortController();
    const done = this.#check(board, agent, abort.signal).finally(() => this.#going.delete(key));
    const going = { board, abort, done };
    this.#going.set(key, going);
    return going;
  }

  async #check(board: string, agent: boolean, signal: AbortSignal): Promise<Outcome<readonly Check[]>> {
    const entry = this.#boards.entry(board);
    if (entry === undefined) return unknownBoard(board);
    if (this.#paused.has(board) || this.#boards.opened(board)?.session.state.kind === 'running')
      return NOT_NOW;
    const wanted = agent || entry.open !== null;
    const list: Check[] = [];
    this.#tell({ board, checks: [], asking: true });
    const askAgent = wanted ? () => this.#ofAgent(board) : null;
    for await (const check of boardChecks(entry.targets, askAgent, { signal })) {
      if (signal.aborted) break;
      list.push(check);
      this.#tell({ board, checks: [...list], asking: true });
    }
    this.#tell({ board, checks: list, asking: false });
    return signal.aborted ? NOT_NOW : ok(list);
  }

  readonly #ofAgent = async (board: string): ReturnType<NonNullable<AgentChecks>> => {
    const opened = await this.#boards.open(board, true);
    if (!opened.ok) return opened;
    const { session } = opened.value;
    return session.state.kind === 'running' ? NOT_NOW : await session.checks();
  };

  #tell(value: ChecksView): void {
    this.#faces.offer(`checks ${value.board}`, () => ({ push: 'checks', value }));
  }
}

export const NOT_NOW = fail(
  'busy',
  'A plan runs on the board: reading it now would cost time inside the measured calls.',
  'Wait for the end of the run, or cancel it.',
);
