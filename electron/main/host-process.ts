// The host in a process of its own (Electron's utility process): it goes on when a window crashes.
import type { MessagePortMain } from 'electron';
import { decode, encode, encodeReply } from '../contract/codec.ts';
import type { Desk, FacePort } from '../contract/face.ts';
import { compose } from '../host/compose.ts';
import { createDesk } from '../host/desk/desk.ts';
import { Credit } from './credit.ts';

/** Characters on their way to a window before the host holds back. */
const IN_FLIGHT = 4 * 1024 * 1024;

/** A port becomes a face: text is a message, a number says how many messages the window has handed on. */
export function attach(desk: Desk, port: MessagePortMain): void {
  const credit = new Credit(IN_FLIGHT);
  const send = (text: string): void => {
    credit.sent(text.length);
    port.postMessage(text);
  };
  const face: FacePort = desk.connect({
    push: (message) => {
      send(encode(message));
    },
    get congested() {
      return credit.congested;
    },
  });
  port.on('message', ({ data }: { data: unknown }) => {
    if (typeof data === 'number') {
      if (credit.handedOn(data)) face.drained();
      return;
    }
    void face.handle(typeof data === 'string' ? decoded(data) : data).then((reply) => {
      send(encodeReply(reply));
    });
  });
  port.on('close', () => {
    face.close();
  });
  port.start();
}

/** Text that is no message of the contract becomes none: the contract's own check then refuses it. */
function decoded(text: string): unknown {
  try {
    return decode(text);
  } catch {
    return null;
  }
}

/** What the shell's main process says. */
export type ShellMessage = { readonly kind: 'face' } | { readonly kind: 'close' };

function main(): void {
  const desk = createDesk(compose(), { electron: process.versions['electron'] ?? null });
  process.parentPort.on('message', ({ data, ports }) => {
    const { kind } = data as ShellMessage;
    const port = ports[0];
    if (kind === 'face' && port) attach(desk, port);
    if (kind === 'close')
      void desk.close().then(() => {
        process.exit(0);
      });
  });
}

main();
