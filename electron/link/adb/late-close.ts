import { AdbCommand, type AdbPacketData, type AdbPacketInit } from '@yume-chan/adb';
import {
  ReadableStream,
  WritableStream,
  type Consumable,
  type ReadableWritablePair,
} from '@yume-chan/stream-extra';

export type PacketPair = ReadableWritablePair<AdbPacketData, Consumable<AdbPacketInit>>;

/**
 * Tango drops bytes that nobody has read yet when the other side closes (PushReadableStream.close wakes a waiting `enqueue`, which then
 * ignores its bytes). A daemon sends the last bytes and CLSE in one go, so a slow reader would lose the end of a stream. Here CLSE waits
 * until Tango has acknowledged (OKAY) everything that came before it on that stream.
 */
class LateClose {
  readonly #open = new Map<number, number>();
  readonly #held = new Map<number, AdbPacketData>();

  /** A packet of the daemon: true where it may go on to Tango now. */
  incoming(packet: AdbPacketData): boolean {
    const id = packet.arg1;
    if (packet.command === AdbCommand.Write) this.#open.set(id, (this.#open.get(id) ?? 0) + 1);
    if (packet.command !== AdbCommand.Close || !this.#open.has(id)) return true;
    this.#held.set(id, packet);
    return false;
  }

  /** A packet of Tango's; gives the packet that may follow it now. */
  outgoing({ command, arg0 }: AdbPacketInit): AdbPacketData | undefined {
    const count = command === AdbCommand.Okay ? this.#open.get(arg0) : undefined;
    if (count === undefined) return undefined;
    if (count > 1) {
      this.#open.set(arg0, count - 1);
      return undefined;
    }
    this.#open.delete(arg0);
    const held = this.#held.get(arg0);
    this.#held.delete(arg0);
    return held;
  }
}

/** The same packets, with each CLSE after the bytes before it were taken. `onCancel`: Tango wants no more packets, and why. */
export function withLateClose(pair: PacketPair, onCancel: (reason: unknown) => void): PacketPair {
  const gate = new LateClose();
  const reader = pair.readable.getReader();
  const writer = pair.writable.getWriter();
  reader.closed.catch(() => undefined);
  writer.closed.catch(() => undefined);
  let passOn: (packet: AdbPacketData) => void = () => undefined;
  const readable = new ReadableStream<AdbPacketData>({
    start(controller) {
      passOn = (packet) => {
        try {
          controller.enqueue(packet);
        } catch {
          // The stream is over: nobody waits for it any more.
        }
      };
    },
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        if (!gate.incoming(value)) continue;
        controller.enqueue(value);
        return;
      }
    },
    cancel(reason) {
      onCancel(reason);
      return reader.cancel(reason);
    },
  });
  const writable = new WritableStream<Consumable<AdbPacketInit>>({
    async write(chunk) {
      await writer.write(chunk);
      const next = gate.outgoing(chunk.value);
      if (next !== undefined) passOn(next);
    },
    close: () => writer.close(),
    abort: (reason) => writer.abort(reason),
  });
  return { readable, writable };
}
