import type { Bridge } from '../../../electron/contract/shell.ts';
import type { Door, DoorEvents } from './door.ts';

/** The app's own window: the host is a process of the same app, started again by it where it ends. */
export class BridgeDoor implements Door {
  readonly kind = 'app';
  readonly opensItself = true;
  readonly #bridge: Bridge;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  open(events: DoorEvents): void {
    // Said once the way stands, and again each time: what is sent before is lost. First, for what the host tells comes after it stands.
    this.#bridge.onHost((there) => {
      if (there) events.opened();
      else events.closed(null);
    });
    this.#bridge.onText((text) => {
      events.text(text);
    });
  }

  send(text: string): void {
    this.#bridge.send(text);
  }
}
