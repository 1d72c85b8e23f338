import { Ways } from '../../electron/link/adb/ways.ts';
import { preflightOf } from '../../electron/link/checks/preflight.ts';
import { boardTarget } from '../../electron/link/deploy/board-target.ts';
import type { Agents } from '../../electron/link/deploy/agents.ts';
import type { Provider, Target } from '../../electron/link/interfaces/link.ts';
import { userKeys } from '../../electron/link/keys/store.ts';
import { usbProvider, type UsbParts } from '../../electron/link/usb/provider.ts';
import { valueOf } from '../board/session-lab.ts';

/** Our own provider of boards on the USB, with a listener, so that it watches the bus. */
export class UsbLab {
  readonly provider: Provider;
  readonly #serial: string;
  readonly #stop: () => void;
  /** How often it told of a change. */
  told = 0;

  /** `login`: in place of this user's keys, and of how long an answer on the board's screen is waited for. */
  constructor(serial: string, agents: Agents, login: Partial<Pick<UsbParts, 'keys' | 'answerMs'>> = {}) {
    const ways = new Ways();
    this.#serial = serial;
    this.provider = usbProvider({
      ways,
      keys: userKeys(),
      ...login,
      targetOf: (summary) =>
        boardTarget(summary, { ways, agents, preflight: preflightOf(summary.id, ways, agents) }),
    });
    this.#stop = this.provider.onChange?.(() => (this.told += 1)) ?? (() => undefined);
  }

  /** The board as the provider lists it now. */
  async find(): Promise<Target | undefined> {
    const targets = valueOf(await this.provider.list());
    return targets.find(({ summary }) => summary.id === this.#serial);
  }

  async target(): Promise<Target> {
    const found = await this.find();
    if (found === undefined) throw new Error(`${this.#serial} is not listed`);
    return found;
  }

  async close(): Promise<void> {
    this.#stop();
    await this.provider.close?.();
  }
}
