import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import { decode, encode } from '../contract/codec.ts';
import type { CallArgs, CallName, CallResult } from '../contract/calls.ts';
import type { Reply } from '../contract/face.ts';
import { fail, type Outcome } from '../model/outcome.ts';

/** A host that ends within so short a time of its start is not started a third time. */
const YOUNG_MS = 5_000;
const CLOSE_MS = 20_000;
/** One that ends more often within so long a time is not started again either: what ends it is met each time. */
const MOST_ENDS = 5;
const WITHIN_MS = 300_000;

/** The host's process as the shell sees it: started with the app, started again when it crashed, ended with the app. */
export class HostLink {
  private readonly entry: string;
  /** Gone (false), or there again (true): windows then connect again. */
  private readonly onHost: (there: boolean) => void;
  private readonly onDead: (reason: string) => void;
  private child: UtilityProcess | null = null;
  private own: MessagePortMain | null = null;
  private readonly waiting = new Map<number, (outcome: Outcome<unknown>) => void>();
  private asked = 0;
  private startedMs = 0;
  private young = 0;
  private ends: readonly number[] = [];
  private stopping = false;

  constructor(entry: string, onHost: (there: boolean) => void, onDead: (reason: string) => void) {
    this.entry = entry;
    this.onHost = onHost;
    this.onDead = onDead;
  }

  start(again = false): void {
    const child = utilityProcess.fork(this.entry, [], { serviceName: 'QDA Lab host', stdio: 'inherit' });
    this.child = child;
    this.startedMs = performance.now();
    child.once('spawn', () => {
      if (again) this.onHost(true);
    });
    child.once('exit', (code) => {
      this.ended(code);
    });
  }

  /** A port to the host, for one window. */
  face(): MessagePortMain | null {
    if (!this.child) return null;
    const { port1, port2 } = new MessageChannelMain();
    this.child.postMessage({ kind: 'face' }, [port1]);
    return port2;
  }

  /** Asks the host as a window would. Fails with 'host-gone' where it went away meanwhile. */
  async call<N extends CallName>(call: N, args: CallArgs<N>): Promise<Outcome<CallResult<N>>> {
    const port = (this.own ??= this.ownPort());
    if (!port) return HOST_GONE;
    const id = ++this.asked;
    const answered = Promise.withResolvers<Outcome<unknown>>();
    this.waiting.set(id, answered.resolve);
    port.postMessage(encode({ id, call, args }));
    return (await answered.promise) as Outcome<CallResult<N>>;
  }

  /** Lets the host end its sessions and waits for it; a host that does not end is killed. */
  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (!child) return;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    child.postMessage({ kind: 'close' });
    const late = setTimeout(() => child.kill(), CLOSE_MS);
    await gone;
    clearTimeout(late);
  }

  private ownPort(): MessagePortMain | null {
    const port = this.face();
    port?.on('message', ({ data }: { data: unknown }) => {
      port.postMessage(1);
      const message = decode(String(data)) as Partial<Reply>;
      if (message.id === undefined || !message.outcome) return;
      this.waiting.get(message.id)?.(message.outcome);
      this.waiting.delete(message.id);
    });
    port?.start();
    return port;
  }

  private ended(code: number): void {
    this.child = null;
    this.own = null;
    for (const answer of this.waiting.values()) answer(HOST_GONE);
    this.waiting.clear();
    if (this.stopping) return;
    this.onHost(false);
    const now = performance.now();
    this.young = now - this.startedMs < YOUNG_MS ? this.young + 1 : 0;
    this.ends = [...this.ends.filter((at) => now - at < WITHIN_MS), now];
    if (this.young >= 2) this.onDead(`it ended with code ${code}, right after its start, twice`);
    else if (this.ends.length > MOST_ENDS)
      this.onDead(`it ended ${this.ends.length} times within minutes, with code ${code} at last`);
    else this.start(true);
  }
}

const HOST_GONE = fail(
  'host-gone',
  'The part of the app that talks to boards ended before it answered.',
  'It is started again: try once more. What was measured is in the store.',
);
