import { MemoryModel } from '../memory/model.ts';
import type { MemoryPicture } from '../model/memory.ts';
import { ok, type Outcome } from '../model/outcome.ts';
import type { Session } from '../session/session.ts';

/** Milliseconds of trace events that one picture waits for. */
export const LOOK_MS = 1000;

/**
 * Looks at the memory managers for a while: a snapshot, the trace events of `lookMs`, and a second snapshot. What was mapped
 * before and did not change in that time is not in the dma tier. A board without that tier is looked at all the same.
 */
export async function takePicture(
  session: Session,
  lookMs: number,
  signal: AbortSignal,
): Promise<Outcome<MemoryPicture>> {
  const model = new MemoryModel();
  const stop = await follow(session, model);
  try {
    const first = await addSnapshot(session, model);
    if (!first.ok) return first;
    await pause(lookMs, signal);
    const second = await addSnapshot(session, model);
    return second.ok ? ok(model.picture()) : second;
  } finally {
    await stop();
  }
}

/** Calls `show` with a fresh picture every `everyMs` until the signal. */
export async function watchMemory(
  session: Session,
  everyMs: number,
  show: (picture: MemoryPicture) => void,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const model = new MemoryModel();
  const stop = await follow(session, model);
  try {
    while (!signal.aborted) {
      const taken = await addSnapshot(session, model);
      if (!taken.ok) return taken;
      show(model.picture());
      await pause(everyMs, signal);
    }
    return ok(undefined);
  } finally {
    await stop();
  }
}

/** Feeds trace events into the model; the result ends that. Without the dma tier there are none, and its status says why. */
async function follow(session: Session, model: MemoryModel): Promise<() => Promise<void>> {
  const off = session.on('memory', (batch) => {
    model.apply({ kind: 'events', events: batch.events, lost: batch.lost });
  });
  const started = await session.startEvents();
  return async () => {
    off();
    if (started.ok) await session.stopEvents();
  };
}

async function addSnapshot(session: Session, model: MemoryModel): Promise<Outcome<void>> {
  const snapshot = await session.memory();
  if (!snapshot.ok) return snapshot;
  model.apply({ kind: 'snapshot', snapshot: snapshot.value });
  return ok(undefined);
}

/** Waits, or less where the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', end);
  });
}
