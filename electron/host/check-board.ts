import type { DeployOptions, Target } from '../link/interfaces/link.ts';
import type { BoardSummary, Check } from '../model/board.ts';
import { ok, type Outcome } from '../model/outcome.ts';
import { openSession } from '../session/open.ts';
import { chooseBoard, findBoards } from './boards.ts';
import { boardChecks, wayChecks, type AgentChecks } from './checks.ts';
import type { Lab } from './compose.ts';

export type { Target } from '../link/interfaces/link.ts';

/** The ways to the board of that id (of the only board, where none is named), the best first. */
export async function waysToBoard(lab: Lab, id: string | undefined): Promise<Outcome<readonly Target[]>> {
  const chosen = await chooseBoard(lab, id);
  if (!chosen.ok) return chosen;
  const { targets } = await findBoards(lab);
  const ways = targets.filter(({ summary }) => summary.id === chosen.value.summary.id);
  return ok(ways.length > 0 ? ways : [chosen.value]);
}

/** What its ways say of themselves, then of the board; an agent is put there, asked, and ended again. */
export const checkBoard = (
  lab: Lab,
  targets: readonly Target[],
  options: DeployOptions,
): AsyncGenerator<Check> => checksWith(lab, targets, () => askAgent(targets[0], options), options);

/**
 * The same on a board that others may be measuring on: where an agent of this tool runs already, none is put there, and the last check says
 * so.
 */
export async function* checkQuietly(
  lab: Lab,
  targets: readonly Target[],
  options: DeployOptions,
): AsyncGenerator<Check> {
  const others = await targets[0]?.agents?.(options);
  const found = others?.ok === true ? others.value : [];
  if (found.length === 0) {
    yield* checkBoard(lab, targets, options);
    return;
  }
  yield* checksWith(lab, targets, null, options);
  yield inUse(found);
}

const inUse = (found: readonly string[]): Check => ({
  name: 'agent',
  state: 'unknown',
  read:
    `an agent of this tool runs on the board already (${found.join(', ')}): a window, a command or another computer uses it, or a session before ` +
    'this one has not reached the end of its grace. No agent was put there, and none was ended, so that no measurement is disturbed; what only ' +
    'an agent reads is not here',
  why: 'the agent looks closer than a shell can, and would cost time inside the calls that are being measured',
  remedy:
    'end that session, or wait for its end, and make the file again; where nobody uses the board, qda-lab clean ends what runs there',
});

async function* checksWith(
  lab: Lab,
  targets: readonly Target[],
  ask: AgentChecks,
  options: DeployOptions,
): AsyncGenerator<Check> {
  const transports = new Set(targets.map(({ summary }) => summary.transport));
  const reached = targets.some(({ summary }) => summary.state === 'ready');
  for await (const check of waysThat(lab, (transport) => transports.has(transport), options))
    yield reached ? ofOthers(check) : check;
  yield* boardChecks(targets, ask, options);
}

/** What fails of a way is about other boards where this one is reached. */
const ofOthers = ({ fatal: _, ...check }: Check): Check =>
  check.state === 'fail' ? { ...check, state: 'warn' } : check;

/** What the ways say of themselves where no board is to be had. */
export const checkWays = (lab: Lab, options: DeployOptions): AsyncGenerator<Check> =>
  waysThat(lab, () => true, options);

const waysThat = (
  { providers }: Lab,
  wanted: (transport: BoardSummary['transport']) => boolean,
  options: DeployOptions,
): AsyncGenerator<Check> =>
  wayChecks({ providers: providers.filter(({ transport }) => wanted(transport)) }, options);

async function askAgent(
  target: Target | undefined,
  options: DeployOptions,
): Promise<Outcome<readonly Check[]>> {
  if (target === undefined) return ok([]);
  const session = await openSession(target, options);
  if (!session.ok) return session;
  try {
    return await session.value.checks();
  } finally {
    await session.value.close();
  }
}
