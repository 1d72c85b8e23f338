import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { knownKeys, refusing } from './refuse.ts';
import type { StandInPort } from './ports.ts';

/** Between here and the child: ports are numbers there. */
export type ChannelMessage =
  | { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'port-closed'; readonly port: number };

/** Processes that were forked and have not ended; a test that leaves one behind fails. */
export const alive = new Set<StandInUtility>();

export class StandInUtility extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, StandInPort>();
  #next = 1;

  constructor(entry: string) {
    super();
    const shim = join(import.meta.dirname, 'parent-port.ts');
    this.#child = fork(entry, [], {
      execArgv: ['--import', shim],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    alive.add(this);
    this.#child.once('spawn', () => this.emit('spawn'));
    this.#child.once('exit', (code) => {
      alive.delete(this);
      for (const port of this.#ports.values()) port.close();
      this.emit('exit', code ?? 1);
    });
    this.#child.on('message', (message) => {
      this.#took(message as ChannelMessage);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(data: unknown, ports: readonly StandInPort[] = []): void {
    this.#send({ kind: 'message', data, ports: ports.map((port) => this.#handOver(port)) });
  }

  kill(): boolean {
    return this.#child.kill('SIGKILL');
  }

  #handOver(port: StandInPort): number {
    const id = this.#next++;
    this.#ports.set(id, port);
    port.handOn(
      (data) => {
        this.#send({ kind: 'port', port: id, data });
      },
      () => {
        this.#ports.delete(id);
        this.#send({ kind: 'port-closed', port: id });
      },
    );
    return id;
  }

  #took(message: ChannelMessage): void {
    if (message.kind === 'port') this.#ports.get(message.port)?.postMessage(message.data);
    else if (message.kind === 'port-closed') this.#ports.get(message.port)?.close();
    else this.emit('message', message.data);
  }

  #send(message: ChannelMessage): void {
    // A process that was killed takes nothing any more, which is told by its exit.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

export const utilityProcess = refusing('utilityProcess', {
  fork(entry: string, args: readonly string[], options: object): StandInUtility {
    knownKeys('utilityProcess.fork', options, ['serviceName', 'stdio']);
    if (args.length > 0)
      throw new Error('the stand-in for Electron passes no arguments to a utility process');
    return new StandInUtility(entry);
  },
});
