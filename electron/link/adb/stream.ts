import type { Problem } from '../../model/outcome.ts';
import type { Connection } from '../interfaces/link.ts';
import type { Fate } from './fate.ts';
import { streamLost } from './problems.ts';
import { giveRoomBack } from './rooms.ts';
import type { TamedSocket } from './socket.ts';

/** With so many bytes on their way out, whoever sends waits. */
const HIGH_WATER = 256 * 1024;
/** What waits to be sent goes out together, up to so many bytes: one packet of adb costs a round trip, however short it is. */
const TOGETHER = 1024 * 1024;
/** What takes a while to work through: its receipt goes out before that, so that the board sends on meanwhile. */
const MUCH = 64 * 1024;
/** What was sent before `close` has so long to leave. */
const FLUSH_MS = 1_000;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A socket through adb as a stream of bytes. */
export class AdbStream implements Connection {
  readonly #socket: TamedSocket;
  #leaveFate: () => void = () => undefined;
  readonly #dataListeners: ((bytes: Uint8Array) => void)[] = [];
  readonly #closeListeners: ((problem: Problem | null) => void)[] = [];
  #end: { readonly problem: Problem | null } | null = null;
  #closing = false;

  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #sending = false;
  #drained: (() => void)[] = [];

  #reading = false;
  #paused = false;
  #resumed: () => void = () => undefined;

  /** `fate`: of the transport below. */
  constructor(socket: TamedSocket, fate: Fate) {
    this.#socket = socket;
    this.#leaveFate = fate.on((problem) => {
      this.#finish(problem);
    });
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#end !== null || this.#closing || bytes.length === 0) return Promise.resolve();
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (!this.#sending) void this.#sendAll();
    if (this.#waitingBytes < HIGH_WATER) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#dataListeners.push(listener);
    if (this.#reading) return;
    this.#reading = true;
    void this.#readAll();
  }

  onClose(listener: (problem: Problem | null) => void): void {
    if (this.#end === null) this.#closeListeners.push(listener);
    else {
      const { problem } = this.#end;
      queueMicrotask(() => {
        listener(problem);
      });
    }
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#resumed();
  }

  close(): void {
    if (this.#closing || this.#end !== null) return;
    this.#closing = true;
    if (!this.#sending) {
      this.#finish(null);
      return;
    }
    const timer = setTimeout(() => {
      this.#finish(null);
    }, FLUSH_MS);
    this.#drained.push(() => {
      clearTimeout(timer);
      this.#finish(null);
    });
  }

  /** Takes what waits in one go; nothing is sent twice, and what the caller passed is not touched. */
  #together(): Uint8Array {
    const taken: Uint8Array[] = [];
    let size = 0;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (size > 0 && size + next.length > TOGETHER) break;
      taken.push(next);
      size += next.length;
      this.#waiting.shift();
    }
    this.#waitingBytes -= size;
    const [only] = taken;
    return taken.length === 1 && only !== undefined ? only : Buffer.concat(taken, size);
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.length > 0 && this.#end === null) {
      const sent = await this.#socket.write(this.#together());
      if (!sent) {
        this.#finish(streamLost('the board does not take any more'));
        break;
      }
      if (this.#waitingBytes < HIGH_WATER && !this.#closing) this.#letGo();
    }
    this.#sending = false;
    this.#letGo();
  }

  #letGo(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }

  async #readAll(): Promise<void> {
    for (;;) {
      await this.#unpaused();
      const bytes = this.#end === null ? await this.#socket.read() : null;
      if (bytes !== null && bytes.length >= MUCH) await nextTurn();
      await this.#unpaused();
      if (this.#end !== null) return;
      if (bytes === null) break;
      for (const listener of this.#dataListeners) listener(bytes);
      giveRoomBack(bytes);
    }
    this.#finish(streamLost('the other side closed it'));
  }

  async #unpaused(): Promise<void> {
    while (this.#paused && this.#end === null)
      await new Promise<void>((resolve) => {
        this.#resumed = resolve;
      });
  }

  #finish(problem: Problem | null): void {
    if (this.#end !== null) return;
    this.#end = { problem: this.#closing ? null : problem };
    const { problem: told } = this.#end;
    this.#leaveFate();
    this.#socket.close();
    this.#resumed();
    this.#waiting = [];
    this.#letGo();
    for (const listener of this.#closeListeners) listener(told);
  }
}
