// A host that shows one synthetic board: the page cannot tell it from a real one. It does what it says, and refuses the rest.
import { CALLS, type CallName } from '../../../electron/contract/calls.ts';
import type { Desk, FacePort, FaceSink } from '../../../electron/contract/face.ts';
import type { AppInfo, BoardView } from '../../../electron/model/desk.ts';
import { fail, ok, type Outcome } from '../../../electron/model/outcome.ts';
import { SyntheticBoard } from './synthetic.ts';

export const BOARD = 'synthetic';

const VIEW: BoardView = {
  id: BOARD,
  transports: ['virtual'],
  ways: [],
  label: 'synthetic board',
  named: false,
  simulated: true,
  state: { kind: 'ready' },
  open: true,
  detail: 'made up for the benchmark of the window',
  identity: null,
  dsp: 'cdsp',
  driver: 'QDA v1',
  heardMs: null,
};

const INFO: AppInfo = {
  version: '0',
  buildId: '0',
  node: process.version,
  electron: null,
  platform: process.platform,
  storePath: '',
  virtualBoards: { available: false, reason: 'This is a benchmark of the window.' },
};

type Answer = (sink: FaceSink) => unknown;

/** One face watches in a benchmark: a second would need steps of its own. */
export class SyntheticDesk implements Desk {
  #board: SyntheticBoard;
  #timer: NodeJS.Timeout | null = null;
  #watching: FaceSink | null = null;
  /** Steps pushed since the start. */
  steps = 0;

  constructor(buffers: number) {
    this.#board = new SyntheticBoard(buffers);
  }

  readonly #answers: Partial<Record<CallName, Answer>> = {
    'app.info': () => INFO,
    'boards.look': () => undefined,
    'boards.open': () => undefined,
    'boards.checks': () => [],
    'runs.list': () => [],
    'recordings.list': () => [],
    'memory.watch': (sink) => {
      this.#watching = sink;
      const state = { kind: 'watching', snapshotMs: 40, everyMs: 100 } as const;
      sink.push({ push: 'watch', value: { board: BOARD, state } });
      this.#push(true);
    },
    'memory.unwatch': () => {
      this.#watching = null;
    },
    'memory.resync': () => {
      this.#push(true);
    },
  };

  connect(sink: FaceSink): FacePort {
    sink.push({ push: 'boards', value: { boards: [VIEW], problems: [], looked: true } });
    sink.push({ push: 'log', value: { entries: [], lost: 0 } });
    return {
      handle: (message) => {
        const { id, call } = message as { id: number; call: string };
        return Promise.resolve({ id, outcome: this.#answer(call, sink) });
      },
      drained: () => undefined,
      close: () => {
        this.#watching = null;
      },
    };
  }

  say(): void {
    // Nobody reads the log of a benchmark.
  }

  /** Another board of that size, begun anew. */
  show(buffers: number): void {
    this.#board = new SyntheticBoard(buffers);
    this.#push(true);
  }

  /** Steps a second; 0: none. */
  rate(hz: number): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    if (hz === 0) return;
    this.#timer = setInterval(() => {
      if (this.#watching?.congested === true) return; // as the real host: a page that is behind is not given more
      this.steps += 1;
      this.#push(false);
    }, 1000 / hz);
  }

  close(): Promise<void> {
    this.rate(0);
    return Promise.resolve();
  }

  #answer(call: string, sink: FaceSink): Outcome<unknown> {
    const answer = Object.hasOwn(CALLS, call) ? this.#answers[call as CallName] : undefined;
    return answer ? ok(answer(sink)) : fail('not-here', 'A benchmark of the window has no such thing.');
  }

  #push(reset: boolean): void {
    const delta = reset ? this.#board.reset(Date.now()) : this.#board.next(Date.now());
    this.#watching?.push({ push: 'memory', value: { board: BOARD, delta } });
  }
}
