import { CALLS } from '../../contract/calls.ts';
import { dispatch } from '../../contract/dispatch.ts';
import type { Desk, FacePort, FaceSink, Handlers } from '../../contract/face.ts';
import { fail } from '../../model/outcome.ts';
import { systemClock, type Clock } from '../../session/clock.ts';
import type { LogLevel } from '../../model/stream.ts';
import { closeProviders, type Lab } from '../compose.ts';
import { KnownAddresses } from './addresses.ts';
import { appCalls } from './app-calls.ts';
import { benchCalls } from './bench-calls.ts';
import { Benches } from './benches.ts';
import { boardsCalls } from './boards-calls.ts';
import { BoardsFeed } from './boards-feed.ts';
import { Boards } from './boards.ts';
import { Checks } from './checks.ts';
import type { CallGroup, DeskContext } from './context.ts';
import { Face, Faces } from './face.ts';
import { Labels } from './labels.ts';
import { LogFeed } from './log-feed.ts';
import { LogFile } from './log-file.ts';
import { Log } from './log.ts';
import { memoryCalls } from './memory-calls.ts';
import { MemoryWatches } from './memory-watches.ts';
import { recordingsCalls } from './recordings-calls.ts';
import { runsCalls } from './runs-calls.ts';

/** The host behind every face of the app: Electron's window and the pages of `qda-lab serve`. */
export function createDesk(lab: Lab, shell: { readonly electron: string | null }): Desk {
  return new HostDesk(contextOf(lab, shell.electron, systemClock), systemClock);
}

function contextOf(lab: Lab, electron: string | null, clock: Clock): DeskContext {
  const faces = new Faces();
  const log = new Log(clock);
  const labels = new Labels(lab.home);
  if (labels.problem !== null) log.problem(null, labels.problem);
  const addresses = new KnownAddresses(lab);
  const boards = new Boards({ lab, log, labels, addresses, clock });
  const checks = new Checks(boards, faces);
  const memory = new MemoryWatches(boards, clock);
  let revision = 0;
  const runsChanged = (): void => {
    revision += 1;
    faces.offer('runs', () => ({ push: 'runs', value: { revision } }));
  };
  const benches = new Benches({ lab, boards, memory, checks, log, runsChanged }, clock);
  return { lab, electron, faces, log, boards, checks, addresses, memory, benches, runsChanged };
}

class HostDesk implements Desk {
  readonly #context: DeskContext;
  readonly #handlers: Handlers<Face>;
  readonly #groups: readonly Pick<CallGroup<string>, 'greet' | 'close'>[];
  readonly #boardsFeed: BoardsFeed;
  readonly #logFeed: LogFeed;
  readonly #logFile: LogFile;
  #closing: Promise<void> | null = null;

  constructor(context: DeskContext, clock: Clock) {
    this.#context = context;
    const { boards, faces, log } = context;
    this.#boardsFeed = new BoardsFeed(boards, faces, clock);
    this.#logFeed = new LogFeed(log, faces, clock);
    this.#logFile = new LogFile(log, context.lab.home, clock);
    const bench = benchCalls(context);
    const runs = runsCalls(context);
    const recordings = recordingsCalls(context);
    this.#handlers = {
      ...appCalls(context).calls,
      ...boardsCalls(context).calls,
      ...memoryCalls(context).calls,
      ...bench.calls,
      ...runs.calls,
      ...recordings.calls,
    };
    this.#groups = [bench, runs, recordings];
  }

  connect(sink: FaceSink): FacePort {
    const face = new Face(sink);
    const { faces, log } = this.#context;
    faces.add(face);
    this.#boardsFeed.greet(face);
    this.#logFeed.greet(face);
    for (const group of this.#groups) group.greet?.(face);
    return {
      handle: (message) =>
        dispatch(this.#closing === null ? this.#handlers : CLOSED, message, face, (call, error) => {
          log.say('error', `"${call}" failed inside the tool: ${stackOf(error)}`);
        }),
      drained: () => {
        face.drained();
      },
      close: () => {
        faces.remove(face);
      },
    };
  }

  say(level: LogLevel, text: string): void {
    this.#context.log.say(level, text);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Runs end first, then what is recorded of them is saved, then the watches and the sessions under them. */
  async #close(): Promise<void> {
    const { boards, checks, faces, memory, benches } = this.#context;
    checks.close();
    try {
      await benches.close();
      for (const group of this.#groups) await group.close?.();
    } finally {
      this.#boardsFeed.close();
      this.#logFeed.close();
      faces.close();
      await Promise.all([memory.close(), boards.closeAll()]);
      await closeProviders(this.#context.lab);
      this.#logFile.close();
    }
  }
}

/** After the end nothing is begun any more that nobody would end. */
const CLOSED = Object.fromEntries(
  Object.keys(CALLS).map((name) => [name, () => fail('closed', 'The host is closing.', 'Start it again.')]),
) as unknown as Handlers<Face>;

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
