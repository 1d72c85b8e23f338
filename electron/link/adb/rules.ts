import { AdbCommand, calculateChecksum } from '@yume-chan/adb';
import type { Problem } from '../../model/outcome.ts';
import { commandName, type PacketHeader } from './packet.ts';
import { badAnswer, wantsTls } from './problems.ts';

/** A_VERSION_SKIP_CHECKSUM of adb.h: from here on nobody computes checksums. */
const NO_CHECKSUM = 0x01000001;

/** STLS of protocol.txt: the daemon goes on in TLS only. */
const STLS = 0x534c5453;

/** Packets before the daemon's CNXN: one AUTH a key, and what an earlier client left in the pipe. */
const MOST_BEFORE_LOGIN = 256;

/** What packets a daemon may send when. One object a connection; every packet goes through it once, in order. */
export class PacketRules {
  #version: number | null = null;
  #before = 0;

  /** null: it is in order. */
  broken(header: PacketHeader, payload: Uint8Array): Problem | null {
    const { command } = header;
    if (command === STLS) return wantsTls;
    if (this.#version === null) {
      if (command === AdbCommand.Connect) this.#version = header.arg0;
      else if (++this.#before > MOST_BEFORE_LOGIN)
        return badAnswer('it goes on talking before it says who it is (CNXN)');
    } else if (command === AdbCommand.Connect || command === AdbCommand.Auth)
      return badAnswer(
        `it begins anew in the middle (${commandName(command)}), as a daemon does that was restarted`,
      );
    return this.#checksumBroken(header, payload);
  }

  /** Before the version is known a daemon of the new protocol says 0, and one of the old the sum. */
  #checksumBroken({ command, checksum }: PacketHeader, payload: Uint8Array): Problem | null {
    if (this.#version !== null && this.#version >= NO_CHECKSUM) return null;
    if (this.#version === null && checksum === 0) return null;
    if (payload.length === 0 || calculateChecksum(payload) >>> 0 === checksum) return null;
    return badAnswer(`a ${commandName(command)} packet whose checksum does not fit its bytes`);
  }
}
