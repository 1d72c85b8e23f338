import type { AdbSocket } from '@yume-chan/adb';

/** How long the last bytes of a stream may take after its other end was closed. */
const LAST_BYTES_MS = 1_000;

type Reader = ReturnType<AdbSocket['readable']['getReader']>;
type Writer = ReturnType<AdbSocket['writable']['getWriter']>;

/**
 * One socket of Tango, tamed: nothing rejects without somebody who listens, and its end is always noticed, also where Tango's own
 * readable never ends (the stream of an adb server that breaks only closes).
 */
export class TamedSocket {
  readonly #socket: AdbSocket;
  readonly #reader: Reader;
  readonly #writer: Writer;
  #closed = false;
  #otherEndClosed = false;
  #waiting: ((bytes: Uint8Array | null) => void) | null = null;

  constructor(socket: AdbSocket) {
    this.#socket = socket;
    this.#reader = socket.readable.getReader();
    this.#writer = socket.writable.getWriter();
    this.#reader.closed.catch(() => undefined);
    this.#writer.closed.catch(() => undefined);
    this.#writer.ready.catch(() => undefined);
    const noticed = (): void => {
      this.#otherEndClosed = true;
      if (this.#waiting !== null) giveUpLater(this.#waiting);
    };
    socket.closed.then(noticed, noticed);
  }

  /** The next bytes; null: there are no more. One at a time. Never rejects. */
  read(): Promise<Uint8Array | null> {
    return new Promise((resolve) => {
      const give = (bytes: Uint8Array | null): void => {
        if (this.#waiting === give) this.#waiting = null;
        resolve(bytes);
      };
      this.#waiting = give;
      this.#reader.read().then(
        ({ done, value }) => {
          give(done ? null : value);
        },
        () => {
          give(null);
        },
      );
      if (this.#otherEndClosed) giveUpLater(give);
    });
  }

  /** Sends bytes; resolves when the next may follow; false: they can not be sent any more. Never rejects. */
  write(bytes: Uint8Array): Promise<boolean> {
    return this.#writer.write(bytes).then(
      () => true,
      () => false,
    );
  }

  /** Ends both directions; again: nothing. Never throws. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.cancel().catch(() => undefined);
    quietly(async () => {
      await this.#socket.close();
    });
  }
}

/** What is given up anyway may fail. */
export function quietly(work: () => Promise<unknown>): void {
  work().catch(() => undefined);
}

function giveUpLater(give: (bytes: null) => void): void {
  setTimeout(give, LAST_BYTES_MS, null).unref();
}
