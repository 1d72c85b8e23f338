import { EventEmitter } from 'node:events';

type Send = (data: unknown) => void;

/** One end of a channel. It is used here, or was handed to a page or a process, and then what comes out of it goes there. */
export class StandInPort extends EventEmitter {
  #peer: StandInPort | null = null;
  #started = false;
  #waiting: unknown[] = [];
  #forward: { readonly data: Send; readonly closed: () => void } | null = null;
  #closed = false;

  static pair(): readonly [StandInPort, StandInPort] {
    const [a, b] = [new StandInPort(), new StandInPort()];
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  postMessage(data: unknown): void {
    const copy: unknown = structuredClone(data);
    queueMicrotask(() => this.#peer?.take(copy));
  }

  start(): void {
    this.#started = true;
    for (const data of this.#waiting.splice(0)) this.take(data);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer?.ended();
  }

  /** It was handed on: what the peer says goes there from now on. */
  handOn(data: Send, closed: () => void): void {
    this.#forward = { data, closed };
    this.start();
  }

  private take(data: unknown): void {
    if (this.#closed) return;
    if (!this.#started) this.#waiting.push(data);
    else if (this.#forward) this.#forward.data(data);
    else this.emit('message', { data, ports: [] });
  }

  private ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#forward?.closed();
    this.emit('close');
  }
}

export class MessageChannelMain {
  readonly port1: StandInPort;
  readonly port2: StandInPort;
  constructor() {
    [this.port1, this.port2] = StandInPort.pair();
  }
}
