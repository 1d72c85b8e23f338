import type { Check } from '../../../electron/model/board.ts';
import type { BoardView } from '../../../electron/model/desk.ts';
import { canConnect, stateRemedy, stateSentence } from '../../app/board-words.ts';

/** What a board that is not ready says of itself: sentences. */
export const stateText = (board: BoardView): string =>
  [stateSentence(board), stateRemedy(board)].filter((one) => one !== '').join(' ');

/** Whether it can run something now, as far as this face knows. */
export const isReady = (board: BoardView): boolean =>
  board.open && ['ready', 'running', 'dsp-restarted'].includes(board.state.kind);

/** Why the board cannot be connected to now; empty: it can. */
export function connectBlocked(board: BoardView, connecting: boolean): string {
  if (connecting) return 'It is being connected.';
  if (board.open) return 'It is waited for.';
  return canConnect(board) ? '' : 'It is not seen now.';
}

/** Why nothing can be started; empty: it can. */
export function blockedBy(board: BoardView | null, running: boolean): string {
  if (board === null) return 'No board is chosen.';
  if (running || board.state.kind === 'running') return 'A run goes on.';
  return isReady(board) ? '' : stateText(board);
}

/** Why no run makes sense while these checks fail; empty: it can be run anyway. */
export function fatalText(failing: readonly Check[]): string {
  const fatal = failing.find((check) => check.fatal === true);
  if (fatal === undefined) return '';
  return `The check ${fatal.name} fails: ${fatal.read}.${fatal.remedy === '' ? '' : ` To mend it: ${fatal.remedy}`}`;
}
