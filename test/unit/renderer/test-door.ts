import { decode, encode } from '../../../electron/contract/codec.ts';
import type { Request } from '../../../electron/contract/face.ts';
import type { Push } from '../../../electron/contract/pushes.ts';
import type { Door, DoorEvents } from '../../../renderer/state/doors/door.ts';
import { Host } from '../../../renderer/state/host.svelte.ts';

/** A door whose other end is the test. */
export class TestDoor implements Door {
  readonly kind = 'browser';
  readonly opensItself: boolean;
  opens = 0;
  sent: Request[] = [];
  events: DoorEvents | null = null;

  constructor(opensItself = false) {
    this.opensItself = opensItself;
  }

  open(events: DoorEvents): void {
    this.opens += 1;
    this.events = events;
  }

  send(text: string): void {
    this.sent.push(decode(text) as Request);
  }

  push(push: Push): void {
    this.events?.text(encode(push));
  }

  answer(at: number, outcome: unknown): void {
    this.events?.text(encode({ id: this.sent[at]?.id, outcome }));
  }
}

export function connected(): { readonly door: TestDoor; readonly host: Host } {
  const door = new TestDoor();
  const host = new Host(door);
  host.connect();
  door.events?.opened();
  return { door, host };
}
