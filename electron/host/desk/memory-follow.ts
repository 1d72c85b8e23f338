import { MemoryModel } from '../../memory/model.ts';
import type { MemoryInput, MemoryPicture } from '../../model/memory.ts';
import type { Problem } from '../../model/outcome.ts';
import type { Clock } from '../../session/clock.ts';
import type { Session } from '../../session/session.ts';
import { Ticker, type Cadence } from './cadence.ts';

export type WatchedSession = Pick<Session, 'on' | 'memory' | 'startEvents' | 'stopEvents' | 'state'>;

export interface Following {
  readonly clock: Clock;
  readonly cadence: Cadence;
  /** It shall go on. */
  readonly may: () => boolean;
  /** Waits, or less where something changed. */
  readonly rest: (ms: number) => Promise<void>;
  readonly show: (picture: MemoryPicture) => void;
  /** A snapshot was taken: the cadence is as it says. */
  readonly taken: () => void;
}

/**
 * Shows the memory managers of a session as long as it may: a snapshot each time the cadence says, the DMA events between them as
 * they come. null: it was told to end; else what went wrong. Nothing traces afterwards.
 */
export async function followMemory(session: WatchedSession, following: Following): Promise<Problem | null> {
  const model = new GuardedModel();
  let seen = false;
  let newestNs = 0;
  const ticker = new Ticker(following.clock, () => {
    const picture = model.picture();
    if (picture !== null) following.show({ ...picture, takenNs: Math.max(picture.takenNs, newestNs) });
  });
  const off = session.on('memory', (batch) => {
    for (const { timeNs } of batch.events) newestNs = Math.max(newestNs, timeNs);
    model.apply({ kind: 'events', events: batch.events, lost: batch.lost });
    if (seen) ticker.ask();
  });
  const events = await session.startEvents();
  try {
    while (following.may()) {
      const problem = (await look(session, model, following)) ?? model.problem;
      if (problem !== null) return following.may() ? problem : null;
      seen = true;
      ticker.ask();
      following.taken();
      await pauseOf(following);
    }
    return null;
  } finally {
    off();
    ticker.stop();
    if (events.ok) await session.stopEvents();
  }
}

/** A defect of ours over what a board said ends its watch, which then begins anew; the host and its other boards go on. */
class GuardedModel {
  problem: Problem | null = null;
  readonly #model = new MemoryModel();

  apply(input: MemoryInput): void {
    this.#guarded(() => {
      this.#model.apply(input);
    });
  }

  picture(): MemoryPicture | null {
    return this.#guarded(() => this.#model.picture());
  }

  #guarded<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.problem ??= { code: 'bug', message: `The watch failed inside the tool: ${text}`, remedy: REPORT };
      return null;
    }
  }
}

const REPORT = 'This is a defect of the tool: report this text. The watch begins anew by itself.';

async function look(
  session: WatchedSession,
  model: GuardedModel,
  { clock, cadence }: Following,
): Promise<Problem | null> {
  const began = clock.steadyMs();
  const snapshot = await session.memory();
  if (!snapshot.ok) return snapshot.problem;
  cadence.took(clock.steadyMs() - began);
  model.apply({ kind: 'snapshot', snapshot: snapshot.value });
  return null;
}

/** Until the next snapshot, or until it may not go on. */
async function pauseOf({ clock, cadence, may, rest }: Following): Promise<void> {
  const until = clock.steadyMs() + cadence.everyMs - cadence.snapshotMs;
  for (;;) {
    const left = until - clock.steadyMs();
    if (left <= 0 || !may()) return;
    await rest(left);
  }
}
