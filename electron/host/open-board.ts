import type { Target } from '../link/interfaces/link.ts';
import type { AccelNode, Identity } from '../model/board.ts';
import { fail, ok, type Outcome, type Problem } from '../model/outcome.ts';
import { openSession, type OpenOptions } from '../session/open.ts';
import type { Session } from '../session/session.ts';
import { chooseBoard } from './boards.ts';
import type { Lab } from './compose.ts';

export { GENERATIONS, type DeployOptions } from '../link/interfaces/link.ts';

/** A board with our agent on it. Closing its session ends the agent; nothing of it is left behind. */
export interface OpenBoard {
  readonly target: Target;
  readonly session: Session;
  readonly identity: Identity;
  /** What came up on the way there and does not stop it: not root, another host's agent. Each run is told. */
  readonly notices?: readonly Problem[];
}

/** Puts the agent on the board of that id (the only board, where none is named) and asks who it is. */
export async function openBoard(
  lab: Lab,
  id: string | undefined,
  options: OpenOptions,
): Promise<Outcome<OpenBoard>> {
  const target = await chooseBoard(lab, id);
  return target.ok ? await openTarget(target.value, options) : target;
}

/** The same of a board that was chosen already. */
export async function openTarget(target: Target, options: OpenOptions): Promise<Outcome<OpenBoard>> {
  const notices: Problem[] = [];
  const onNotice = (notice: Problem): void => {
    notices.push(notice);
    options.onNotice?.(notice);
  };
  const opened = await openSession(target, { ...options, onNotice });
  if (!opened.ok) return opened;
  const session = opened.value;
  const identity = await session.identity();
  if (identity.ok) return ok({ target, session, identity: identity.value, notices });
  await session.close();
  return identity;
}

/** The node of that DSP, its driver proven. Fails with 'no-node', naming what is there and why it does not serve. */
export function nodeOf(identity: Identity, dsp: string): Outcome<AccelNode> {
  const node = identity.nodes.find((row) => row.dsp === dsp && row.generation !== null);
  if (node) return ok(node);
  if (identity.nodes.length === 0) {
    return fail(
      'no-node',
      'The board has no accel node of the QDA driver and no node of FastRPC.',
      'See what was looked at with: qda-lab check',
    );
  }
  const seen = identity.nodes.map(
    (row) => `${row.path} (${row.dsp || 'DSP unknown'}): ${row.generation ?? 'refused'}, ${row.proof}`,
  );
  return fail(
    'no-node',
    `No usable node of the DSP "${dsp}". ${seen.join('; ')}`,
    'Name another DSP (--dsp) or the driver generation (--generation).',
  );
}

/** Runs `work` on an open board and closes it, whatever comes. */
export async function withBoard<T>(
  lab: Lab,
  id: string | undefined,
  options: OpenOptions,
  work: (board: OpenBoard) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const board = await openBoard(lab, id, options);
  if (!board.ok) return board;
  try {
    return await work(board.value);
  } finally {
    await board.value.session.close();
  }
}
