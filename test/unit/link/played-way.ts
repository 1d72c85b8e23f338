import type { AdbDevice, AdbWay } from '../../../electron/link/adb/device.ts';
import { ok, type Outcome, type Problem } from '../../../electron/model/outcome.ts';

const lost: Problem = { code: 'connection-lost', message: 'pulled', remedy: '' };

/** A way whose opening a test decides. */
export class PlayedWay implements AdbWay {
  readonly transport: AdbWay['transport'];
  readonly serial = 's';
  readonly via: string;
  opened = 0;
  closed = 0;
  /** The last opening was called off. */
  givenUp = false;
  next: Promise<Outcome<undefined>> = Promise.resolve(ok(undefined));
  lose: () => void = () => undefined;

  constructor(transport: AdbWay['transport'] = 'usb') {
    this.transport = transport;
    this.via = `${transport} played`;
  }

  async open(signal?: AbortSignal): Promise<Outcome<AdbDevice>> {
    this.opened += 1;
    signal?.addEventListener('abort', () => {
      this.givenUp = true;
    });
    const may = await this.next;
    if (!may.ok) return may;
    let lose: () => void = () => undefined;
    const gone = new Promise<Problem>((resolve) => {
      lose = () => {
        resolve(lost);
      };
    });
    this.lose = lose;
    return ok({
      features: [],
      banner: { product: '', model: '', device: '' },
      run: () => Promise.resolve({ ok: false, problem: lost }),
      push: () => Promise.resolve({ ok: false, problem: lost }),
      connect: () => Promise.resolve({ ok: false, problem: lost }),
      gone,
      close: () => {
        this.closed += 1;
        lose();
        return Promise.resolve();
      },
    });
  }
}
