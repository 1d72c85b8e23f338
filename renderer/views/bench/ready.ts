import type { BoardState } from '../../../electron/model/board.ts';
import type { BoardView } from '../../../electron/model/desk.ts';

/** What a board that is not ready says of itself: a sentence. */
export function stateText(state: BoardState): string {
  switch (state.kind) {
    case 'absent':
      return 'Nobody has connected to it yet.';
    case 'offline':
      return `It is offline: ${state.reason}`;
    case 'unauthorized':
      return `It does not let this machine in. ${state.remedy}`;
    case 'busy':
      return `It is in use by ${state.holder}.`;
    case 'connecting':
      return `It is being connected: ${state.step}.`;
    case 'ready':
      return 'It is ready.';
    case 'running':
      return 'A run goes on.';
    case 'lost':
      return 'It does not answer.';
    case 'rebooted':
      return 'It was rebooted.';
    case 'dsp-restarted':
      return `Its DSP ${state.dsp} restarted.`;
    case 'failed':
      return `${state.reason} ${state.remedy}`.trim();
  }
}

/** Whether it can run something now, as far as this face knows. */
export const isReady = (board: BoardView): boolean =>
  board.state.kind === 'ready' || board.state.kind === 'dsp-restarted' || board.state.kind === 'running';

/** Why nothing can be started; empty: it can. */
export function blockedBy(board: BoardView | null, running: boolean): string {
  if (board === null) return 'No board is chosen.';
  if (running || board.state.kind === 'running') return 'A run goes on.';
  return isReady(board) ? '' : stateText(board.state);
}
