import type { AdbSocket } from '@yume-chan/adb';
import { MaybeConsumable, ReadableStream } from '@yume-chan/stream-extra';

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** The board's end of a socket of Tango, without any adb below it. */
export class FakeSocket {
  readonly written: Uint8Array[] = [];
  closes = 0;
  /** While set, writes wait. */
  hold: Promise<void> | null = null;
  broken = false;
  readonly socket: AdbSocket;
  #controller!: Controller;
  #closed!: () => void;

  constructor() {
    const closed = new Promise<undefined>((resolve) => {
      this.#closed = () => {
        resolve(undefined);
      };
    });
    this.socket = {
      service: 'test:',
      closed,
      readable: new ReadableStream<Uint8Array>({
        start: (controller) => void (this.#controller = controller),
      }),
      writable: new MaybeConsumable.WritableStream<Uint8Array>({
        write: async (bytes) => {
          await this.hold;
          if (this.broken) throw new Error('broken');
          this.written.push(bytes);
        },
      }),
      close: () => {
        this.closes += 1;
        this.#closed();
      },
    };
  }

  says(bytes: Uint8Array | string): void {
    this.#controller.enqueue(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  ends(): void {
    this.#controller.close();
    this.#closed();
  }

  /** As the stream of an adb server that breaks: closed, and the readable never ends. */
  onlyCloses(): void {
    this.#closed();
  }
}
