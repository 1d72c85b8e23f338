import type { Problem } from '../../../electron/model/outcome.ts';
import type { Door, DoorEvents } from './door.ts';

/** Protocols of the host's WebSocket; the token goes as a second one, because a page can set no other header. */
const PROTOCOL = 'qda-lab.1';
const tokenProtocol = (token: string): string => `token.${token}`;

const CONNECT_MS = 10_000;

const NO_TOKEN: Problem = {
  code: 'no-token',
  message: 'This address carries no token, so the host does not let this page in.',
  remedy: "Open the address that 'qda-lab serve' printed, with everything after the '#'.",
};

const REFUSED: Problem = {
  code: 'refused',
  message:
    'The host does not let this page in: the token of its address belongs to another start of the host.',
  remedy: "Open the address that the running 'qda-lab serve' printed, with everything after the '#'.",
};

/** The token of `http://host/#token=...`, or of a bare `#...`. */
export const tokenOf = (fragment: string): string => {
  const text = fragment.replace(/^#/, '');
  return new URLSearchParams(text).get('token') ?? (text.includes('=') ? '' : text);
};

/** The WebSocket of `qda-lab serve`, at the address that the page came from. */
export class SocketDoor implements Door {
  readonly kind = 'browser';
  readonly opensItself = false;
  readonly #url: URL;
  readonly token: string;
  #socket: WebSocket | null = null;

  constructor(page: Location) {
    this.#url = new URL('/face', page.href);
    this.#url.protocol = this.#url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#url.hash = '';
    this.token = tokenOf(page.hash);
  }

  open(events: DoorEvents): void {
    if (this.token === '') {
      events.closed(NO_TOKEN);
      return;
    }
    const socket = new WebSocket(this.#url, [PROTOCOL, tokenProtocol(this.token)]);
    let opened = false;
    // A host that takes the connection and never answers is given up.
    const patience = setTimeout(() => {
      socket.close();
    }, CONNECT_MS);
    socket.onopen = () => {
      clearTimeout(patience);
      opened = true;
      this.#socket = socket;
      events.opened();
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') events.text(data);
    };
    socket.onclose = () => {
      clearTimeout(patience);
      this.#socket = null;
      if (opened) events.closed(null);
      else
        void answers().then((alive) => {
          events.closed(alive ? REFUSED : null);
        });
    };
  }

  send(text: string): void {
    this.#socket?.send(text);
  }
}

/**
 * Whether the host serves its page. A browser does not tell a page why a WebSocket did not open: a host that answers and does not
 * open it has refused it.
 */
async function answers(): Promise<boolean> {
  try {
    return (await fetch('./index.html', { method: 'HEAD', cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
