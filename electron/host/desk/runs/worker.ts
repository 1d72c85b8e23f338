import { parentPort, workerData } from 'node:worker_threads';
import { Heavy } from './heavy.ts';
import type { HeavyReply, HeavyRequest } from './thread.ts';

// Entry of the thread that works on whole runs: one request after the other.
if (!parentPort) throw new Error('this is the entry of a thread');
const port = parentPort;
const heavy = new Heavy((workerData as { readonly storePath: string }).storePath);

port.on('message', ({ id, name, args }: HeavyRequest) => {
  port.postMessage({ id, ...attempt(() => heavy.do(name, args)) } satisfies HeavyReply);
});

function attempt(work: () => NonNullable<HeavyReply['outcome']>): Omit<HeavyReply, 'id'> {
  try {
    return { outcome: work(), bug: null };
  } catch (error) {
    return { outcome: null, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
