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

type PassOn = (packet: AdbPacketData) => void;

/** The same packets, with each CLSE after the bytes before it were taken. `onCancel`: Tango wants no more packets, and why. */
export function withLateClose(pair: PacketPair, onCancel: (reason: unknown) => void): PacketPair {
  const gate = new LateClose();
  let passOn: PassOn = () => undefined;
  const readable = lateReadable(pair, gate, onCancel, (made) => {
    passOn = made;
  });
  const writable = lateWritable(pair, gate, (packet) => {
    passOn(packet);
  });
  return { readable, writable };
}

function lateReadable(
  pair: PacketPair,
  gate: LateClose,
  onCancel: (reason: unknown) => void,
  onStart: (passOn: PassOn) => void,
): PacketPair['readable'] {
  const reader = pair.readable.getReader();
  reader.closed.catch(() => undefined);
  return new ReadableStream<AdbPacketData>({
    start(controller) {
      onStart((packet) => {
        try {
          controller.enqueue(packet);
        } catch {
          // The stream is over: nobody waits for it any more.
        }
      });
    },
    async pull(controller) {
      let next = await reader.read();
      while (!next.done && !gate.incoming(next.value)) next = await reader.read();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel(reason) {
      onCancel(reason);
      return reader.cancel(reason);
    },
  });
}

function lateWritable(pair: PacketPair, gate: LateClose, passOn: PassOn): PacketPair['writable'] {
  const writer = pair.writable.getWriter();
  writer.closed.catch(() => undefined);
  return new WritableStream<Consumable<AdbPacketInit>>({
    async write(chunk) {
      await writer.write(chunk);
      const next = gate.outgoing(chunk.value);
      if (next !== undefined) passOn(next);
    },
    close: () => writer.close(),
    abort: (reason) => writer.abort(reason),
  });
}
