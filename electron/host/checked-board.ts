import type { Target } from '../link/interfaces/link.ts';
import type { Check } from '../model/board.ts';
import { fail, type Outcome } from '../model/outcome.ts';
import type { OpenOptions } from '../session/open.ts';
import { waysToBoard } from './check-board.ts';
import { boardChecks } from './checks.ts';
import type { Lab } from './compose.ts';
import { openTarget, type OpenBoard } from './open-board.ts';

/**
 * Looks at a board (the only one, where none is named), then runs `work` on it, and closes it, whatever comes. Fails with 'check-failed' where
 * one check is fatal: nothing is measured then. `work` gets the others: they can be run with.
 */
export async function withCheckedBoard<T>(
  lab: Lab,
  id: string | undefined,
  options: OpenOptions,
  work: (board: OpenBoard, checks: readonly Check[]) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const ways = await waysToBoard(lab, id);
  if (!ways.ok) return ways;
  const looked = new Looked(ways.value, options);
  try {
    const board = await looked.board();
    if (options.signal?.aborted === true) return CANCELLED;
    return board.ok ? await work(board.value, looked.checks) : board;
  } finally {
    await looked.close();
  }
}

/** The checks of a board, and the session that its agent was asked through. */
class Looked {
  readonly checks: Check[] = [];
  readonly #ways: readonly Target[];
  readonly #options: OpenOptions;
  #opened: Outcome<OpenBoard> | null = null;

  constructor(ways: readonly Target[], options: OpenOptions) {
    this.#ways = ways;
    this.#options = options;
  }

  async board(): Promise<Outcome<OpenBoard>> {
    const { signal } = this.#options;
    const asking = async (): Promise<Outcome<readonly Check[]>> => {
      const opened = await this.#open();
      return opened.ok ? await opened.value.session.checks() : opened;
    };
    for await (const check of boardChecks(this.#ways, asking, signal === undefined ? {} : { signal })) {
      // What kept the agent away says more than the check that is made of it.
      if (this.#opened?.ok === false) break;
      if (check.fatal === true) return checkFailed(check);
      this.checks.push(check);
    }
    return await this.#open();
  }

  async close(): Promise<void> {
    if (this.#opened?.ok === true) await this.#opened.value.session.close();
  }

  async #open(): Promise<Outcome<OpenBoard>> {
    const [target] = this.#ways;
    if (target === undefined) return fail('no-board', 'No board is seen.');
    this.#opened ??= await openTarget(target, this.#options);
    return this.#opened;
  }
}

const CANCELLED = fail('cancelled', 'Cancelled before the plan began: nothing was measured.');

const checkFailed = ({ name, read, remedy }: Check): Outcome<never> =>
  fail(
    'check-failed',
    `The check ${name} fails: ${sentence(read)} Nothing can be measured before that is mended.`,
    remedy === '' ? 'Look at all checks: qda-lab check' : `To mend it: ${sentence(remedy)}`,
  );

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
