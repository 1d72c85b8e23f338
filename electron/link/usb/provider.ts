import type { AdbCredentialStore } from '@yume-chan/adb';
import type { BoardSummary } from '../../model/board.ts';
import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { AdbWay } from '../adb/device.ts';
import { printable } from '../adb/printable.ts';
import type { Ways } from '../adb/ways.ts';
import type { Provider, Target } from '../interfaces/link.ts';
import { systemBus, type UsbBus } from './bus.ts';
import { boardIds, type SeenDevice } from './discover.ts';
import { usbProblem } from './errors.ts';
import type { Stop } from './watch.ts';
import { accessProblem, boardText, usbWay, type WayParts } from './way.ts';

export interface UsbParts {
  readonly ways: Ways;
  readonly targetOf: (summary: BoardSummary) => Target;
  readonly keys: AdbCredentialStore;
  /** How long the answer on a board's screen may take, ms. */
  readonly answerMs?: number;
  /** Left out: the USB of this machine. */
  readonly bus?: UsbBus;
}

/** Boards on this machine's own USB. */
export const usbProvider = (parts: UsbParts): Provider => new UsbProvider(parts);

interface ListedBoard {
  readonly id: string;
  readonly seen: SeenDevice;
  /** null: it can be used. */
  readonly problem: Problem | null;
}

class UsbProvider implements Provider {
  readonly transport = 'usb';
  readonly #parts: UsbParts;
  readonly #bus: UsbBus;
  readonly #wayParts: WayParts;
  readonly #listeners = new Set<() => void>();
  /** Boards that are open through us, and what opening the others came to, until they are plugged in anew. */
  readonly #fates = new Map<string, { readonly key: string; readonly problem: Problem | null }>();
  #told = '';
  #stop: Stop | null = null;

  constructor(parts: UsbParts) {
    this.#parts = parts;
    this.#bus = parts.bus ?? systemBus();
    const opened: WayParts['opened'] = (id, seen, problem) => {
      this.#fates.set(id, { key: keyOf(seen), problem });
      this.#lookAgain();
    };
    const closed: WayParts['closed'] = (id) => {
      // What it could not be opened for is worth more than that it was given back.
      if (this.#fates.get(id)?.problem === null) this.#fates.delete(id);
      this.#lookAgain();
    };
    const { keys, answerMs } = parts;
    this.#wayParts = { bus: this.#bus, keys, answerMs, sessions: new Map(), opened, closed };
  }

  async list(): Promise<Outcome<readonly Target[]>> {
    const looked = await this.#look();
    if (!looked.ok) return looked;
    return ok(looked.value.map((board) => this.#parts.targetOf(summaryOf(board))));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#stop ??= this.#bus.watch(() => {
      this.#lookAgain();
    });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#unwatch();
    };
  }

  close(): Promise<void> {
    this.#listeners.clear();
    this.#unwatch();
    this.#parts.ways.put(this, new Map());
    // Sessions are ended by who opened them.
    const ending = [...this.#wayParts.sessions.values()].filter(({ over }) => over);
    return Promise.all(ending.map(({ released }) => released)).then(() => undefined);
  }

  #unwatch(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #lookAgain(): void {
    void this.#look();
  }

  /** What is there now, written into the book of ways; tells the listeners where it changed. */
  async #look(): Promise<Outcome<readonly ListedBoard[]>> {
    const looked = await this.#bus.look();
    const ids = boardIds(looked.ok ? looked.value : []);
    for (const [id, { key }] of this.#fates)
      if (![...ids].some(([seen, other]) => other === id && keyOf(seen) === key)) this.#fates.delete(id);
    const boards = [...ids].map(([seen, id]) => ({ id, seen, problem: this.#problemOf(id, seen) }));
    const told = looked.ok ? JSON.stringify(boards) : looked.problem.message;
    if (told !== this.#told) {
      this.#told = told;
      this.#parts.ways.put(this, new Map(boards.map((board) => [board.id, this.#wayTo(board)])));
      for (const listener of [...this.#listeners]) listener();
    }
    return looked.ok ? ok(boards) : looked;
  }

  #wayTo({ id, seen, problem }: ListedBoard): AdbWay {
    return usbWay(id, seen, problem === null, this.#wayParts);
  }

  #problemOf(id: string, seen: SeenDevice): Problem | null {
    const context = { board: boardText(id, seen), platform: this.#bus.platform, holder: null };
    if (seen.access !== 'open') return accessProblem(seen, context);
    const fate = this.#fates.get(id);
    // Held by us, or by whoever was found out when we tried.
    if (fate?.problem === null) return null;
    if (seen.driver !== null) return usbProblem('busy', { ...context, holder: this.#bus.holder(seen) }, '');
    return fate?.problem.code === 'busy' ? null : (fate?.problem ?? null);
  }
}

/** The same device, plugged in once. */
const keyOf = ({ bus, address, serial }: SeenDevice): string =>
  `${String(bus)} ${String(address)} ${serial ?? ''}`;

/** What a problem of a way makes of the board. */
const STATES: Readonly<Record<string, BoardSummary['state']>> = {
  busy: 'busy',
  unauthorized: 'unauthorized',
  offline: 'offline',
};

function summaryOf({ id, seen, problem }: ListedBoard): BoardSummary {
  const label = seen.product === null ? `board ${id}` : printable(seen.product);
  const via = `USB ${seen.path}`;
  const summary = { id, transport: 'usb', label, simulated: false, via } as const;
  if (problem === null) return { ...summary, state: 'ready', detail: via };
  const { code, message, remedy } = problem;
  return { ...summary, state: STATES[code] ?? 'failed', detail: message, remedy };
}
