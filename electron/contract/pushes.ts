import type { BoardsView, ChecksView, LogBatch } from '../model/desk.ts';
import type { LiveRunChange } from '../model/live-run.ts';
import type { MemoryDelta, WatchState } from '../model/memory-delta.ts';
import type { RecordingState } from '../model/recording.ts';

/** What the host tells a face, by name. A new face gets `boards`, `log`, the live runs and recordings as they are at once. */
export interface Pushes {
  readonly boards: BoardsView;
  /** While a board is checked, to every face. */
  readonly checks: ChecksView;
  /** Only of boards that the face watches (`memory.watch`). */
  readonly memory: { readonly board: string; readonly delta: MemoryDelta };
  readonly watch: { readonly board: string; readonly state: WatchState };
  readonly bench: LiveRunChange;
  readonly log: LogBatch;
  /** The stored runs are others than before: list them again. */
  readonly runs: { readonly revision: number };
  readonly recording: RecordingState;
}

export type PushName = keyof Pushes;
export type Push = { [N in PushName]: { readonly push: N; readonly value: Pushes[N] } }[PushName];

const NAMES: Readonly<Record<PushName, true>> = {
  boards: true,
  checks: true,
  memory: true,
  watch: true,
  bench: true,
  log: true,
  runs: true,
  recording: true,
};
export const PUSH_NAMES = Object.keys(NAMES) as readonly PushName[];
