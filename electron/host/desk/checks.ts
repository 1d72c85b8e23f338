import type { Check } from '../../model/board.ts';
import type { ChecksView } from '../../model/desk.ts';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import { boardChecks, type AgentChecks } from '../checks.ts';
import type { Boards } from './boards.ts';
import type { Faces } from './face.ts';
import { unknownBoard } from './seen-boards.ts';

/** Checks of boards for faces: told as they come; two that ask at once get the same. */
export class Checks {
  readonly #boards: Boards;
  readonly #faces: Faces;
  readonly #going = new Map<string, Promise<Outcome<readonly Check[]>>>();
  readonly #abort = new AbortController();

  constructor(boards: Boards, faces: Faces) {
    this.#boards = boards;
    this.#faces = faces;
  }

  /** `agent` false: nothing is put on a board that has no agent of ours. */
  async of(board: string, agent: boolean): Promise<Outcome<readonly Check[]>> {
    if (this.#boards.entry(board) === undefined) await this.#boards.look();
    const key = `${board} ${String(agent)}`;
    const going = this.#going.get(key) ?? this.#check(board, agent).finally(() => this.#going.delete(key));
    this.#going.set(key, going);
    return await going;
  }

  close(): void {
    this.#abort.abort();
  }

  async #check(board: string, agent: boolean): Promise<Outcome<readonly Check[]>> {
    const entry = this.#boards.entry(board);
    if (entry === undefined) return unknownBoard(board);
    if (this.#boards.opened(board)?.session.state.kind === 'running') return NOT_NOW;
    const wanted = agent || entry.open !== null;
    const list: Check[] = [];
    this.#tell({ board, checks: [], asking: true });
    const askAgent = wanted ? () => this.#ofAgent(board) : null;
    for await (const check of boardChecks(entry.targets, askAgent, { signal: this.#abort.signal })) {
      list.push(check);
      this.#tell({ board, checks: [...list], asking: true });
    }
    this.#tell({ board, checks: list, asking: false });
    return ok(list);
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
