import { Worker } from 'node:worker_threads';
import { fail, type Outcome } from '../../../model/outcome.ts';
import type { HeavyName, HeavyWork } from './heavy.ts';

export interface HeavyRequest {
  readonly id: number;
  readonly name: HeavyName;
  readonly args: HeavyWork[HeavyName]['args'];
}

export interface HeavyReply {
  readonly id: number;
  /** null where the work threw. */
  readonly outcome: Outcome<unknown> | null;
  readonly bug: string | null;
}

interface Waiting {
  readonly resolve: (outcome: Outcome<unknown>) => void;
  readonly reject: (error: Error) => void;
}

/** Beside the host's own bundle there is one of the thread (build/shell.ts). */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './runs-worker.js', import.meta.url);

/** More than the largest run file needs; a file that needs yet more ends the thread, never the host. */
const MOST_MIB = 3072;

/** The thread that works on whole runs, so that the host's own stays free: begun when it is needed first, and again after its end. */
export class HeavyThread {
  readonly #storePath: string;
  readonly #mostMib: number;
  #worker: Worker | null = null;
  #next = 1;
  readonly #waiting = new Map<number, Waiting>();

  constructor(storePath: string, mostMib = MOST_MIB) {
    this.#storePath = storePath;
    this.#mostMib = mostMib;
  }

  /** Rejects where the work itself is at fault: a bug of the tool. */
  do<N extends HeavyName>(name: N, args: HeavyWork[N]['args']): Promise<Outcome<HeavyWork[N]['result']>> {
    const id = this.#next;
    this.#next += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Outcome<unknown>>();
    this.#waiting.set(id, { resolve, reject });
    this.#worker ??= this.#begin();
    this.#worker.ref();
    this.#worker.postMessage({ id, name, args } satisfies HeavyRequest);
    return promise as Promise<Outcome<HeavyWork[N]['result']>>;
  }

  /** Begins the thread before it is needed: somebody looks at the list of runs. */
  warm(): void {
    if (this.#worker !== null) return;
    this.#worker = this.#begin();
    this.#worker.unref();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#failAll('store-closed', 'The tool ends.', '');
  }

  #begin(): Worker {
    const worker = new Worker(ENTRY, {
      workerData: { storePath: this.#storePath },
      resourceLimits: { maxOldGenerationSizeMb: this.#mostMib },
    });
    worker.on('message', (reply: HeavyReply) => {
      this.#settle(reply);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      this.#gone(worker, error);
    });
    return worker;
  }

  #settle({ id, outcome, bug }: HeavyReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (outcome) waiting?.resolve(outcome);
    else waiting?.reject(new Error(bug ?? 'no outcome'));
  }

  #gone(worker: Worker, error: NodeJS.ErrnoException): void {
    if (this.#worker === worker) this.#worker = null;
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      this.#failAll(
        'too-large',
        'The run needs more memory than this tool takes; nothing was changed.',
        SMALLER,
      );
      return;
    }
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #failAll(code: string, message: string, remedy: string): void {
    for (const { resolve } of this.#waiting.values()) resolve(fail(code, message, remedy));
    this.#waiting.clear();
  }
}

const SMALLER = 'Use the command line on a machine with more memory, or a run with fewer samples.';
