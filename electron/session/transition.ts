import type { BoardState } from '../model/board.ts';
import type { Problem } from '../model/outcome.ts';

/** What can happen to a board, as far as its state goes. */
export type BoardEvent =
  /** A step of the way there begins: "starting the agent". */
  | { readonly kind: 'connect'; readonly step: string }
  /** The agent has let us in; the run that goes on there, or none. */
  | { readonly kind: 'welcomed'; readonly runId: string | null }
  | { readonly kind: 'plan-started'; readonly runId: string }
  | { readonly kind: 'plan-ended' }
  /** The node of a DSP went away, or another one came in its place. */
  | { readonly kind: 'dsp-changed'; readonly dsp: string }
  /** That DSP has a node again and what is known of it is of that node. */
  | { readonly kind: 'dsp-settled' }
  /** The stream ended, and may come back. */
  | { readonly kind: 'stream-lost'; readonly atMs: number }
  /** Another start of the agent answers: the board was booted in between. */
  | { readonly kind: 'agent-changed' }
  /** It cannot go on. */
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** We leave. */
  | { readonly kind: 'closed' };

/**
 * The state after an event. What means nothing in a state leaves it as it is: the same object comes back. A board that
 * has failed, is busy and so on leaves that state only by a new attempt ('connect').
 */
export function transition(state: BoardState, event: BoardEvent): BoardState {
  switch (event.kind) {
    case 'connect':
      return isLive(state) ? state : { kind: 'connecting', step: event.step };
    case 'welcomed':
      return state.kind === 'connecting' || state.kind === 'lost' ? withRun(event.runId) : state;
    case 'plan-started':
      return state.kind === 'ready' || state.kind === 'dsp-restarted' ? withRun(event.runId) : state;
    case 'plan-ended':
      return state.kind === 'running' ? { kind: 'ready' } : state;
    case 'dsp-changed':
      return state.kind === 'ready' || state.kind === 'dsp-restarted'
        ? { kind: 'dsp-restarted', dsp: event.dsp }
        : state;
    case 'dsp-settled':
      return state.kind === 'dsp-restarted' ? { kind: 'ready' } : state;
    case 'stream-lost':
      return lost(state, event.atMs);
    case 'agent-changed':
      return state.kind === 'connecting' || state.kind === 'lost' ? { kind: 'rebooted' } : state;
    case 'problem':
      return isOver(state) ? state : stateOfProblem(event.problem);
    case 'closed':
      return state.kind === 'connecting' || isLive(state)
        ? { kind: 'offline', reason: 'The session was closed.' }
        : state;
  }
}

type LiveState = Extract<BoardState, { kind: 'ready' | 'running' | 'lost' | 'dsp-restarted' }>;

/** The agent is there, or is waited for. */
const isLive = (state: BoardState): state is LiveState =>
  state.kind === 'ready' ||
  state.kind === 'running' ||
  state.kind === 'lost' ||
  state.kind === 'dsp-restarted';

/** Has ended with a reason that a later problem shall not paint over. */
const isOver = (state: BoardState): boolean => state.kind === 'rebooted' || state.kind === 'failed';

const withRun = (runId: string | null): BoardState =>
  runId === null ? { kind: 'ready' } : { kind: 'running', runId };

function lost(state: BoardState, sinceMs: number): BoardState {
  if (!isLive(state) || state.kind === 'lost') return state;
  return { kind: 'lost', sinceMs, runId: state.kind === 'running' ? state.runId : null };
}

/** The state that a problem leaves a board in. */
export function stateOfProblem({ code, message, remedy }: Problem): BoardState {
  switch (code) {
    case 'unknown-board':
      return { kind: 'absent' };
    case 'offline':
      return { kind: 'offline', reason: message };
    case 'unauthorized':
      return { kind: 'unauthorized', remedy };
    case 'busy':
      return { kind: 'busy', holder: message, ...(remedy === '' ? {} : { remedy }) };
    default:
      return { kind: 'failed', reason: message, remedy };
  }
}
