// What a watch of memory managers says of itself.
import type { BoardState } from '../../model/board.ts';
import type { WatchState } from '../../model/memory-delta.ts';
import type { Problem } from '../../model/outcome.ts';
import type { Cadence } from './cadence.ts';

export const paused = (why: string): WatchState => ({ kind: 'paused', reason: why });

export const WHILE_RUNNING =
  'A plan runs on the board: looking at the memory managers would cost time inside the measured calls.';
export const running = paused(WHILE_RUNNING);

export const stoppedBy = ({ message, remedy }: Problem): WatchState => ({
  kind: 'stopped',
  reason: message,
  remedy,
});

/** The board is away: since when `before` says so, or now. */
export function unreachable(state: BoardState, before: WatchState, nowMs: number): WatchState {
  const sinceMs = before.kind === 'lost' ? before.sinceMs : state.kind === 'lost' ? state.sinceMs : nowMs;
  return { kind: 'lost', sinceMs, reason: awayWords(state) };
}

function awayWords(state: BoardState): string {
  switch (state.kind) {
    case 'lost':
      return 'The connection to the board is lost; it is waited for.';
    case 'rebooted':
      return 'The board was restarted.';
    case 'offline':
      return `The board is offline: ${state.reason}`;
    case 'failed':
      return state.reason;
    default:
      return 'The board is not seen; the watch goes on when it is back.';
  }
}

/** Rounded, so that it is said only where it means something. */
export const watching = ({ snapshotMs, everyMs }: Cadence): WatchState => ({
  kind: 'watching',
  snapshotMs: rounded(snapshotMs),
  everyMs: rounded(everyMs),
});

const rounded = (ms: number): number => (ms < 10 ? Math.max(1, Math.round(ms)) : Number(ms.toPrecision(1)));

/** The same but for a cadence that wavers. */
export function sameWatch(a: WatchState, b: WatchState): boolean {
  if (a.kind === 'watching' && b.kind === 'watching')
    return Math.max(a.everyMs, b.everyMs) <= 1.7 * Math.min(a.everyMs, b.everyMs);
  return JSON.stringify(a) === JSON.stringify(b);
}
