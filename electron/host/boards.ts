import type { Target } from '../link/interfaces/link.ts';
import { fail, ok, type Outcome, type Problem } from '../model/outcome.ts';
import type { Lab } from './compose.ts';

export interface Seen {
  readonly targets: readonly Target[];
  /** Ways to boards that could not be looked at. */
  readonly problems: readonly Problem[];
}

/** Boards on every way that is known. */
export async function findBoards(lab: Lab): Promise<Seen> {
  const lists = await Promise.all(lab.providers.map((provider) => provider.list()));
  return {
    targets: lists.flatMap((list) => (list.ok ? list.value : [])),
    problems: lists.flatMap((list) => (list.ok ? [] : [list.problem])),
  };
}

/** The board of that id, or the only one. Fails with 'unknown-board', 'no-board' or 'several-boards'. */
export async function chooseBoard(lab: Lab, id: string | undefined): Promise<Outcome<Target>> {
  const { targets, problems } = await findBoards(lab);
  const names = targets.map((target) => target.summary.id);
  if (id !== undefined) {
    const found = targets.find((target) => target.summary.id === id);
    const remedy = names.length > 0 ? 'Name one that is seen, or start it: qda-lab board start NAME' : START;
    return found ? ok(found) : fail('unknown-board', `There is no board "${id}". ${seenText(names)}`, remedy);
  }
  const [only, other] = targets;
  if (only && !other) return ok(only);
  if (only)
    return fail('several-boards', `There are several boards: ${names.join(', ')}.`, 'Name one with --board.');
  return problems[0] ? { ok: false, problem: problems[0] } : fail('no-board', 'No board is seen.', START);
}

const START = 'A virtual board starts with: qda-lab board start';

const seenText = (names: readonly string[]): string =>
  names.length > 0 ? `Seen: ${names.join(', ')}.` : 'No board is seen.';
