import type { AdbPacketData } from '@yume-chan/adb';
import type { Problem } from '../../model/outcome.ts';
import { HEADER_BYTES, readHeader, type PacketHeader } from '../adb/packet.ts';
import { takeRoom } from '../adb/rooms.ts';
import { PacketRules } from '../adb/rules.ts';

const NOTHING = new Uint8Array();

/** Cuts a stream of bytes into packets, which share no memory with the bytes. No byte of a payload is made room for before its header was found to be in order. */
export class PacketParser {
  readonly #rules = new PacketRules();
  readonly #head = Buffer.alloc(HEADER_BYTES);
  #headBytes = 0;
  #header: PacketHeader | null = null;
  #payload: Uint8Array = NOTHING;
  #payloadBytes = 0;

  /** Takes the next bytes and hands every packet on that is whole. A problem: the stream is not worth another byte. */
  take(bytes: Uint8Array, packet: (packet: AdbPacketData) => void): Problem | null {
    for (let at = 0; at < bytes.length || this.#whole();) {
      if (this.#header === null) at += this.#takeHead(bytes.subarray(at));
      else at += this.#takePayload(bytes.subarray(at), this.#header);
      const problem = this.#next(packet);
      if (problem) return problem;
    }
    return null;
  }

  /** Bytes are left of a packet that has not come whole. */
  get inside(): boolean {
    return this.#headBytes > 0;
  }

  #whole(): boolean {
    return this.#header !== null && this.#payloadBytes === this.#header.payloadLength;
  }

  #takeHead(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, HEADER_BYTES - this.#headBytes);
    this.#head.set(taken, this.#headBytes);
    this.#headBytes += taken.length;
    return taken.length;
  }

  #takePayload(bytes: Uint8Array, { payloadLength }: PacketHeader): number {
    if (this.#payloadBytes === 0) this.#payload = takeRoom(payloadLength);
    const taken = bytes.subarray(0, payloadLength - this.#payloadBytes);
    this.#payload.set(taken, this.#payloadBytes);
    this.#payloadBytes += taken.length;
    return taken.length;
  }

  #next(packet: (packet: AdbPacketData) => void): Problem | null {
    if (this.#header === null && this.#headBytes === HEADER_BYTES) {
      const header = readHeader(this.#head);
      if (!header.ok) return header.problem;
      this.#header = header.value;
    }
    return this.#header !== null && this.#whole() ? this.#give(this.#header, packet) : null;
  }

  #give(header: PacketHeader, packet: (packet: AdbPacketData) => void): Problem | null {
    const payload = header.payloadLength === 0 ? NOTHING : this.#payload;
    const problem = this.#rules.broken(header, payload);
    this.#header = null;
    this.#headBytes = this.#payloadBytes = 0;
    this.#payload = NOTHING;
    if (problem) return problem;
    const { command, arg0, arg1 } = header;
    packet({ command, arg0, arg1, payload });
    return null;
  }
}
