import type { BoardSummary, Check } from '../../model/board.ts';
import { checkOf, fatal, good, unknown, type Verdict } from './verdict.ts';

const WHY = 'the agent is put on the board through its adb daemon, over one way that lets us in';

/** How a board is reached: every way that shows it, the one that is taken first. `ways`: at least one. */
export const reachCheck = (ways: readonly BoardSummary[]): Check =>
  checkOf('transport', WHY, verdictOf(ways));

function verdictOf(ways: readonly BoardSummary[]): Verdict {
  const read = ways.map(wayText).join('; ');
  const first = ways.find(({ state }) => state === 'ready');
  if (first !== undefined) return good(read);
  const waits = ways.find(({ state }) => state === 'connecting');
  if (waits !== undefined) return unknown(read, waits.remedy ?? 'wait a moment, then check again');
  const remedy = ways.map((way) => way.remedy ?? REMEDIES[way.state] ?? '').find((text) => text !== '');
  return fatal(read, remedy ?? 'plug the board in again, or restart its adb daemon');
}

/** Said where the way itself has no remedy. */
const REMEDIES: Partial<Record<BoardSummary['state'], string>> = {
  unauthorized: "look at the board's screen and allow USB debugging for this computer",
  offline: 'plug the board in again, or restart adbd on it',
  busy: 'end the program that holds the board; where it is an adb server, the board is found through it by itself',
};

const WORDS: Partial<Record<BoardSummary['state'], string>> = { unauthorized: 'not authorised' };

function wayText({ transport, via, state, detail }: BoardSummary): string {
  const where = via ?? transport;
  const word = WORDS[state] ?? state;
  return state === 'ready'
    ? `${where}: ready`
    : `${where}: ${word}${detail === '' ? '' : `. ${detail.replace(/\.$/, '')}`}`;
}
