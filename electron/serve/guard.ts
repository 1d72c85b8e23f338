import { createHash, timingSafeEqual } from 'node:crypto';

/** Name of the WebSocket's protocol; the token stands in a second one, because a page cannot set other headers. */
export const PROTOCOL = 'qda-lab.1';
const TOKEN_PROTOCOL = 'token.';

/** Why somebody is not let in: the status of the answer and a sentence for the log. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly why: string;
}

/** What a request says of itself; absent headers are undefined. */
export interface Claims {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly token: string | undefined;
}

/** Decides who may talk to the host: programs of this machine's user that were given the token, from a page of this host. */
export class Guard {
  private readonly hosts: ReadonlySet<string>;
  private readonly digest: Buffer;

  /** `token` is the secret in the printed address. */
  constructor(port: number, token: string) {
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
    this.digest = digestOf(token);
  }

  /**
   * A foreign name in the Host header means DNS rebinding: a web page whose own name was made to point at this machine. null: it is
   * one of ours.
   */
  refuseHost(host: string | undefined): Refusal | null {
    if (host !== undefined && this.hosts.has(host.toLowerCase())) return null;
    return { status: 403, why: `the Host header names ${shown(host)}, which is not this program` };
  }

  /** null: host, origin and token are right. The origin has to belong to the same name as the host. */
  refuse({ host, origin, token }: Claims): Refusal | null {
    const wrongHost = this.refuseHost(host);
    if (wrongHost) return wrongHost;
    if (origin === undefined || origin !== `http://${host?.toLowerCase()}`)
      return { status: 403, why: `it comes from ${shown(origin)}, not from a page of this program` };
    if (token === undefined || !timingSafeEqual(digestOf(token), this.digest))
      return {
        status: 401,
        why: token === undefined ? 'it brings no token' : 'its token is not the right one',
      };
    return null;
  }
}

/** Of equal length whatever was sent, so that the comparison takes the same time for all. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** A header as the log may show it: short, on one line. */
const shown = (text: string | undefined): string =>
  text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 80));

/** The token among the protocols that a WebSocket asks for. */
export function tokenOfProtocols(header: string | undefined): string | undefined {
  const asked = (header ?? '').split(',').map((one) => one.trim());
  if (!asked.includes(PROTOCOL)) return undefined;
  return asked.find((one) => one.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length);
}

export function tokenOfAuthorization(header: string | undefined): string | undefined {
  return header?.startsWith('Bearer ') ? header.slice('Bearer '.length) : undefined;
}
