import { join } from 'node:path';
import { resourceRoot } from '../../link/deploy/built.ts';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { RecordingState } from '../../model/recording.ts';
import { systemClock } from '../../session/clock.ts';
import { RecordingsFolder } from '../../store/recordings-folder.ts';
import type { CallGroup, DeskContext } from './context.ts';
import { RecordingLibrary } from './recordings/library.ts';
import { beginRecording, type Recorder } from './recordings/recorder.ts';
import { unknownBoard } from './seen-boards.ts';

/** Between two words on how a recording goes. */
const TOLD_MS = 500;

type Parts = Pick<DeskContext, 'lab' | 'faces' | 'log' | 'boards' | 'memory' | 'benches'>;

/** Recordings: made of a board, and those that were saved. `shipped`: the folder of those that came with the app. */
export function recordingsCalls(
  desk: Parts,
  shipped = join(resourceRoot(), 'recordings'),
): CallGroup<'recordings'> {
  const own = new RecordingsFolder(join(desk.lab.home, 'recordings'));
  const library = new RecordingLibrary(own, new RecordingsFolder(shipped));
  const making = new Making(desk, own);
  library.recover().then(
    (said) => {
      for (const text of said) desk.log.say('warn', text);
    },
    (error: unknown) => {
      desk.log.say('error', `What broke off of recordings could not be looked at: ${String(error)}`);
    },
  );
  return {
    calls: {
      'recordings.start': ({ board }) => making.start(board),
      'recordings.stop': ({ board }) => making.stop(board),
      'recordings.list': () => library.list(),
      'recordings.open': ({ name }) => library.open(name),
      'recordings.import': ({ path }) => library.import(path),
      'recordings.export': ({ name }) => library.export(name),
      'recordings.delete': ({ name }) => library.delete(name),
    },
    greet: (face) => {
      for (const state of making.states())
        face.offer(`recording/${state.board}`, () => ({ push: 'recording', value: state }));
    },
    close: () => making.close(),
  };
}

/** The recordings that are being made: one a board. */
class Making {
  readonly #desk: Parts;
  readonly #folder: RecordingsFolder;
  readonly #recorders = new Map<string, Recorder>();
  readonly #telling = new Map<string, () => void>();

  constructor(desk: Parts, folder: RecordingsFolder) {
    this.#desk = desk;
    this.#folder = folder;
  }

  states(): readonly RecordingState[] {
    return [...this.#recorders.values()].map((recorder) => recorder.state);
  }

  async start(board: string): Promise<Outcome<undefined>> {
    const { boards } = this.#desk;
    if (boards.entry(board) === undefined) await boards.look();
    if (boards.entry(board) === undefined) return unknownBoard(board);
    if (this.#recorders.has(board))
      return fail('recording', 'This board is being recorded already.', 'End that recording first.');
    const parts = {
      desk: this.#desk,
      clock: systemClock,
      folder: this.#folder,
      changed: () => this.#tellSoon(board),
    };
    const begun = beginRecording(parts, board);
    if (!begun.ok) return begun;
    this.#recorders.set(board, begun.value);
    this.#tell(board);
    return ok(undefined);
  }

  async stop(board: string): Promise<Outcome<{ readonly name: string }>> {
    const recorder = this.#recorders.get(board);
    if (!recorder) return fail('not-recording', 'This board is not being recorded.');
    const saved = await recorder.stop();
    if (this.#recorders.get(board) !== recorder) return saved; // another face asked first
    this.#tell(board);
    this.#recorders.delete(board);
    return saved;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#recorders.keys()].map((board) => this.stop(board)));
    for (const cancel of this.#telling.values()) cancel();
  }

  #tellSoon(board: string): void {
    if (this.#telling.has(board)) return;
    const cancel = systemClock.after(TOLD_MS, () => {
      this.#tell(board);
    });
    this.#telling.set(board, cancel);
  }

  #tell(board: string): void {
    this.#telling.get(board)?.();
    this.#telling.delete(board);
    const state = this.#recorders.get(board)?.state;
    if (state) this.#desk.faces.offer(`recording/${board}`, () => ({ push: 'recording', value: state }));
  }
}
