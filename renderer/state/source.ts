import type { CallArgs, CallName, CallResult } from '../../electron/contract/calls.ts';
import type { PushName, Pushes } from '../../electron/contract/pushes.ts';
import type { Outcome } from '../../electron/model/outcome.ts';

/** Where state comes from: the connection to the host, or a recorded session that is played. */
export interface Source {
  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<Outcome<CallResult<N>>>;
  /** The result ends it. */
  on<N extends PushName>(push: N, listener: (value: Pushes[N]) => void): () => void;
}
