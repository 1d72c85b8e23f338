import type { Cleaned } from '../link/interfaces/link.ts';
import { ok, type Outcome } from '../model/outcome.ts';
import { chooseBoard } from './boards.ts';
import type { Lab } from './compose.ts';

export type { Cleaned } from '../link/interfaces/link.ts';

/** What was taken away of us from a board. */
export interface CleanedBoard extends Cleaned {
  readonly board: string;
}

/** Ends every agent of this tool on the board and removes its files. On a virtual board nothing is ever left. */
export async function cleanBoard(
  lab: Lab,
  id: string | undefined,
  signal: AbortSignal,
): Promise<Outcome<CleanedBoard>> {
  const target = await chooseBoard(lab, id);
  if (!target.ok) return target;
  const board = target.value.summary.id;
  const cleaned = await target.value.clean?.({ signal });
  if (cleaned === undefined) return ok({ board, removed: [], ended: 0 });
  return cleaned.ok ? ok({ board, ...cleaned.value }) : cleaned;
}

/** "Ended 1 agent and removed /tmp/qda-lab-0 from 1234abcd." */
export function cleanedText({ board, removed, ended }: CleanedBoard): string {
  if (removed.length === 0 && ended === 0) return `Nothing of ours was on ${board}.`;
  const agents = ended === 0 ? '' : `Ended ${ended} agent${ended === 1 ? '' : 's'}`;
  const files =
    removed.length === 0 ? '' : `${agents === '' ? 'Removed' : ' and removed'} ${removed.join(', ')}`;
  return `${agents}${files} from ${board}.`;
}
