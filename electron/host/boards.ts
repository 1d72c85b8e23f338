import { WAY_ORDER } from '../link/adb/ways.ts';
import type { Target } from '../link/interfaces/link.ts';
import type { BoardSummary } from '../model/board.ts';
import { fail, ok, type Outcome, type Problem } from '../model/outcome.ts';
import type { Lab } from './compose.ts';

export interface Seen {
  /** Every board on every way; of one board the best way first. */
  readonly targets: readonly Target[];
  /** Ways to boards that could not be looked at. */
  readonly problems: readonly Problem[];
}

/** Boards on every way that is known. */
export async function findBoards({ providers }: Pick<Lab, 'providers'>): Promise<Seen> {
  const lists = await Promise.all(providers.map((provider) => provider.list()));
  // A board on the network has the id of its cable, which another way may have shown only after that.
  const again = providers.map((provider, at) => {
    const list = lists[at];
    return list === undefined || provider.transport === 'tcp' ? provider.list() : Promise.resolve(list);
  });
  return seenIn(await Promise.all(again));
}

const seenIn = (lists: readonly Outcome<readonly Target[]>[]): Seen => ({
  targets: lists.flatMap((list) => (list.ok ? list.value : [])).sort((a, b) => rank(a) - rank(b)),
  problems: lists.flatMap((list) => (list.ok ? [] : [list.problem])),
});

/** So long a way that would be a better one is waited for where another can be used; those of this machine answer sooner. */
const BETTER_MS = 500;

/**
 * The same for who wants one board: once a way shows it that can be used, no address where nobody answers is waited for, nor a way that would not
 * be taken anyway.
 */
function findBoard({ providers }: Lab, id: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const lists: Outcome<readonly Target[]>[] = [];
    const waiting = new Set(providers);
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      resolve(seenIn(lists));
    };
    const look = (): void => {
      const best = seenIn(lists).targets.find(({ summary }) => summary.id === id)?.summary;
      const found = best?.state === 'ready' ? WAY_ORDER.indexOf(best.transport) : -1;
      const better = [...waiting].some(({ transport }) => WAY_ORDER.indexOf(transport) < found);
      if (waiting.size === 0 || (found >= 0 && !better)) finish();
      else if (found >= 0) timer ??= setTimeout(finish, BETTER_MS);
    };
    for (const provider of providers)
      provider.list().then((list) => {
        waiting.delete(provider);
        lists.push(list);
        look();
      }, reject);
    look();
  });
}

/** How good a way is, less is better: one that can be used first, then the order of transports. What stands here holds everywhere. */
const rank = ({ summary: { state, transport } }: Target): number =>
  WAY_ORDER.indexOf(transport) + WAY_ORDER.length * (STATES.indexOf(state) + 1 || STATES.length + 1);

/** From usable to not. A board that another program holds is nearer than one that does not answer. */
const STATES: readonly BoardSummary['state'][] = ['ready', 'connecting', 'unauthorized', 'busy', 'offline'];

/** One board, however many ways there are to it. */
export interface SeenBoard {
  /** The best way. */
  readonly target: Target;
  /** Each kind of way once, the best first. */
  readonly transports: readonly BoardSummary['transport'][];
}

/** Each board once. */
export const boardsSeen = ({ targets }: Pick<Seen, 'targets'>): readonly SeenBoard[] =>
  [...Map.groupBy(targets, ({ summary }) => summary.id).values()].flatMap(([target, ...others]) =>
    target === undefined ? [] : [{ target, transports: transportsOf([target, ...others]) }],
  );

export const transportsOf = (targets: readonly Target[]): readonly BoardSummary['transport'][] => [
  ...new Set(targets.map(({ summary }) => summary.transport)),
];

/** The board of that id, or the only one. Fails with 'unknown-board', 'no-board' or 'several-boards'. */
export async function chooseBoard(lab: Lab, id: string | undefined): Promise<Outcome<Target>> {
  const { targets: all, problems } = await (id === undefined ? findBoards(lab) : findBoard(lab, id));
  const targets = boardsSeen({ targets: all }).map(({ target }) => target);
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

const START =
  'Plug one in (qda-lab check says what is in the way), or start a virtual one: qda-lab board start';

const seenText = (names: readonly string[]): string =>
  names.length > 0 ? `Seen: ${names.join(', ')}.` : 'No board is seen.';
