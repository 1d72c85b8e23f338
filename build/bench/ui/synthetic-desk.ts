// A host that shows one synthetic board: the page cannot tell it from a real one. It does what it says, and refuses the rest.
import type { Desk, FacePort, FaceSink } from '../../../electron/contract/face.ts';
import { CALLS, type CallName } from '../../../electron/contract/calls.ts';
import type { BoardView } from '../../../electron/model/desk.ts';
import { fail, ok, type Outcome } from '../../../electron/model/outcome.ts';
import { SyntheticBoard } from './synthetic.ts';

export const BOARD = 'synthetic';

const VIEW: BoardView = {
  id: BOARD,
  transports: ['virtual'],
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

export interface SyntheticDesk extends Desk {
  /** Another board of that size, begun anew at every face that watches. */
  show(buffers: number): void;
  /** Steps a second; 0: none. */
  rate(hz: number): void;
  /** Steps pushed since the start. */
  readonly steps: number;
}

export function syntheticDesk(buffers: number): SyntheticDesk {
  let board = new SyntheticBoard(buffers);
  let steps = 0;
  let timer: NodeJS.Timeout | null = null;
  const watching = new Set<FaceSink>();
  const push = (sink: FaceSink, reset: boolean): void => {
    const delta = reset ? board.reset(Date.now()) : board.next(Date.now());
    sink.push({ push: 'memory', value: { board: BOARD, delta } });
  };
  const answers: Partial<Record<CallName, (sink: FaceSink) => Outcome<unknown>>> = {
    'app.info': () =>
      ok({
        version: '0',
        buildId: '0',
        node: process.version,
        electron: null,
        platform: process.platform,
        storePath: '',
        virtualBoards: { available: false, reason: 'a benchmark' },
      }),
    'boards.look': () => ok(undefined),
    'boards.open': () => ok(undefined),
    'boards.checks': () => ok([]),
    'runs.list': () => ok([]),
    'recordings.list': () => ok([]),
    'memory.watch': (sink) => {
      watching.add(sink);
      sink.push({
        push: 'watch',
        value: { board: BOARD, state: { kind: 'watching', snapshotMs: 40, everyMs: 100 } },
      });
      push(sink, true);
      return ok(undefined);
    },
    'memory.unwatch': (sink) => {
      watching.delete(sink);
      return ok(undefined);
    },
    'memory.resync': (sink) => {
      push(sink, true);
      return ok(undefined);
    },
  };
  return {
    connect(sink): FacePort {
      sink.push({ push: 'boards', value: { boards: [VIEW], problems: [], looked: true } });
      sink.push({ push: 'log', value: { entries: [], lost: 0 } });
      return {
        handle: (message) => {
          const { id, call } = message as { id: number; call: string };
          const answer = Object.hasOwn(CALLS, call) ? answers[call as CallName] : undefined;
          return Promise.resolve({
            id,
            outcome: answer?.(sink) ?? fail('not-here', 'A benchmark has no such thing.'),
          });
        },
        drained: () => undefined,
        close: () => watching.delete(sink),
      };
    },
    say: () => undefined,
    show(size) {
      board = new SyntheticBoard(size);
      for (const sink of watching) push(sink, true);
    },
    rate(hz) {
      if (timer) clearInterval(timer);
      timer =
        hz === 0
          ? null
          : setInterval(() => {
              steps += 1;
              // One face watches in a benchmark; a second would need steps of its own.
              for (const sink of watching) push(sink, false);
            }, 1000 / hz);
    },
    get steps() {
      return steps;
    },
    close() {
      if (timer) clearInterval(timer);
      return Promise.resolve();
    },
  };
}
