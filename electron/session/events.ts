import type { BoardState } from '../model/board.ts';
import type { Problem } from '../model/outcome.ts';
import type { PlanEvent } from '../model/plan-events.ts';
import type { Gap } from '../model/run.ts';
import type { Heartbeat, LogLine } from '../model/stream.ts';
import type { MemoryEvents } from './replies.ts';

/** What a session tells its listeners, by name. */
export interface SessionEvents {
  readonly state: BoardState;
  /** The running plan: started, samples, done, plan-done; each block once, in order. */
  readonly plan: PlanEvent;
  /** The stream was away, or blocks of the plan are missing for good. */
  readonly gap: Gap;
  /** The run ends here without its plan-done. Comes at most once a run, and never after plan-done. */
  readonly aborted: { readonly runId: string; readonly problem: Problem };
  /** DMA events, after startEvents. They stop with the connection: start them again when the board is back. */
  readonly memory: MemoryEvents;
  readonly heartbeat: Heartbeat;
  readonly log: LogLine;
  /** Something went wrong and was mended, or concerns no request. */
  readonly notice: Problem;
}
