import { parentPort, workerData } from 'node:worker_threads';
import { Heavy } from './heavy.ts';
import type { HeavyReply, HeavyRequest } from './thread.ts';

// Entry of the thread that works on whole runs.
if (!parentPort) throw new Error('this is the entry of a thread');
const port = parentPort;
const heavy = new Heavy((workerData as { readonly storePath: string }).storePath);

port.on('message', (request: HeavyRequest) => void answer(request));

async function answer({ id, name, args }: HeavyRequest): Promise<void> {
  port.postMessage({ id, ...(await attempt(() => heavy.do(name, args))) } satisfies HeavyReply);
}

async function attempt(
  work: () => Promise<NonNullable<HeavyReply['outcome']>>,
): Promise<Omit<HeavyReply, 'id'>> {
  try {
    return { outcome: await work(), bug: null };
  } catch (error) {
    return { outcome: null, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
