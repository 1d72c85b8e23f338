import type { BoardState } from '../../model/board.ts';
import type { LogLevel } from '../../model/stream.ts';

/** A state of a board as a line of the log. */
export function stateWords(state: BoardState): readonly [LogLevel, string] {
  switch (state.kind) {
    case 'absent':
      return ['warn', 'The board is not seen.'];
    case 'offline':
      return ['info', `The board is offline: ${state.reason}`];
    case 'unauthorized':
      return ['warn', 'The board does not let us in yet.'];
    case 'busy':
      return ['warn', `The board is busy: ${state.holder}`];
    case 'connecting':
      return ['debug', `Connecting: ${state.step}.`];
    case 'ready':
      return ['info', 'The agent is ready.'];
    case 'running':
      return ['debug', `The run ${state.runId} goes on.`];
    case 'lost':
      return ['warn', 'The board is lost. It is waited for.'];
    case 'rebooted':
      return ['warn', 'The board was restarted.'];
    case 'dsp-restarted':
      return ['warn', `The DSP "${state.dsp}" went away or was restarted: its node is another one, or gone.`];
    case 'failed':
      return ['error', state.reason];
  }
}
