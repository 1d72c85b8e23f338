import type { DeployOptions, Target } from '../link/interfaces/link.ts';
import type { BoardState } from '../model/board.ts';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import { defaultLimits, systemClock, type Clock, type Limits } from './clock.ts';
import { Session } from './session.ts';
import { transition, type BoardEvent } from './transition.ts';

export interface OpenOptions extends DeployOptions {
  /** Hears every state from the first on, also those before there is a session. */
  readonly onState?: (state: BoardState) => void;
  readonly clock?: Clock;
  readonly limits?: Partial<Limits>;
}

/** Starts an agent on the board and shakes hands. Comes back with a session that is ready, or leaves nothing behind. */
export async function openSession(target: Target, options: OpenOptions = {}): Promise<Outcome<Session>> {
  const tell = options.onState ?? (() => undefined);
  let state: BoardState = { kind: 'absent' };
  const happened = (event: BoardEvent): void => {
    state = transition(state, event);
    tell(state);
  };
  happened({ kind: 'connect', step: 'starting the agent' });
  const onStep = (step: string): void => {
    happened({ kind: 'connect', step });
    options.onStep?.(step);
  };
  const deployment = await target.deploy({ ...options, onStep });
  if (!deployment.ok) {
    happened({ kind: 'problem', problem: deployment.problem });
    return deployment;
  }
  happened({ kind: 'connect', step: 'greeting the agent' });
  const { graceMs = defaultLimits.graceMs } = deployment.value;
  const limits = { ...defaultLimits, graceMs, ...options.limits };
  const session = new Session(deployment.value, options.clock ?? systemClock, limits);
  session.on('state', tell);
  const started = await session.start();
  if (!started.ok) return started;
  if (options.signal?.aborted === true) {
    await session.close();
    return fail('cancelled', 'Connecting was cancelled.');
  }
  return ok(session);
}
