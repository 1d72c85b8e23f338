import type { BoardView, LogEntry } from '../../../model/desk.ts';
import type { LiveRunChange } from '../../../model/live-run.ts';
import type { MemoryDelta } from '../../../model/memory-delta.ts';
import { fail, ok, type Outcome, type Problem } from '../../../model/outcome.ts';
import type { RecordedEvent, RecordingHeader, RecordingState } from '../../../model/recording.ts';
import { headerLine, MAX_MOMENTS, momentLine } from '../../../report/recording-lines.ts';
import type { Clock } from '../../../session/clock.ts';
import { BOUNDS, RecordingWriter } from '../../../store/recording-file.ts';
import type { RecordingsFolder } from '../../../store/recordings-folder.ts';
import type { DeskContext } from '../context.ts';
import { notSaved } from './library.ts';

/** What a recording holds at most; what comes then is counted, not kept. A reader takes somewhat more. */
const MOST = { text: BOUNDS.text * 0.9, line: BOUNDS.line, moments: MAX_MOMENTS } as const;
/** Bytes that may wait for the disk; memory steps are left out then, and made up for by a whole picture. */
const WAITING = 16 * 2 ** 20;
const FLUSH_MS = 2_000;

export interface RecorderParts {
  readonly desk: Pick<DeskContext, 'lab' | 'boards' | 'memory' | 'benches' | 'log'>;
  readonly clock: Clock;
  readonly folder: RecordingsFolder;
  /** Something of `state` is other than before. */
  readonly changed: () => void;
}

/** Writes down what happens on one board, from its making until `stop`. */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #header: RecordingHeader;
  readonly #writer: RecordingWriter;
  readonly #began: number;
  readonly #startedMs: number;
  readonly #board: string;
  #off: readonly (() => void)[] = [];
  #cancelFlush: () => void = () => undefined;
  #lastBoard = '';
  #gap = false;
  /** A step of the memory picture did not fit: those after it say nothing until the picture begins anew. */
  #cutOff = false;
  #text = 0;
  #moments = 0;
  #omitted = 0;
  #problem: Problem | null = null;
  #saved: RecordingState['saved'] = null;
  #stopped: Promise<Outcome<{ readonly name: string }>> | null = null;

  /** Throws the file system's error. */
  constructor(parts: RecorderParts, view: BoardView) {
    const { lab } = parts.desk;
    this.#parts = parts;
    this.#board = view.id;
    this.#began = parts.clock.steadyMs();
    this.#startedMs = parts.clock.nowMs();
    this.#header = {
      schema: 'qda-lab/recording/1',
      id: idOf(view.id, new Date(this.#startedMs)),
      startedAt: new Date(this.#startedMs).toISOString(),
      durationMs: 0,
      board: { id: view.id, label: view.label },
      simulated: view.simulated,
      app: { version: lab.version, buildId: lab.buildId },
      notes: '',
      omitted: 0,
    };
    parts.folder.make();
    const part = parts.folder.partOf(this.#header.id);
    this.#writer = new RecordingWriter(part, headerLine(this.#header), (error) => {
      const failed = notSaved(error);
      if (!failed.ok) this.#fail(failed.problem);
    });
    this.#begin();
  }

  get state(): RecordingState {
    return {
      board: this.#board,
      startedMs: this.#startedMs,
      moments: this.#moments,
      bytes: this.#writer.bytes,
      saved: this.#saved,
      problem: this.#problem,
    };
  }

  /**
   * Ends it and saves the file, once however often it is asked. Fails with 'recording-not-saved'; what was written stays beside, for
   * the next start.
   */
  stop(): Promise<Outcome<{ readonly name: string }>> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<Outcome<{ readonly name: string }>> {
    this.#end();
    const { id: name } = this.#header;
    const path = this.#parts.folder.fileOf(name);
    const header = { ...this.#header, durationMs: Math.round(this.#atMs()), omitted: this.#omitted };
    try {
      await this.#writer.finish(headerLine(header), path);
    } catch (error) {
      const failed = notSaved(error);
      if (!failed.ok) this.#fail(failed.problem);
      return failed;
    }
    this.#saved = { name, path };
    this.#parts.changed();
    return ok({ name });
  }

  #begin(): void {
    const { desk, clock } = this.#parts;
    const { boards, memory, benches, log } = desk;
    this.#addBoard();
    const run = benches.current(this.#board);
    if (run !== null && run.phase !== 'ended') this.#add({ kind: 'run', change: { kind: 'run', run } });
    this.#off = [
      boards.events.on('changed', (id) => {
        if (id === this.#board) this.#addBoard();
      }),
      benches.events.on('change', (change) => {
        if (boardOf(change) === this.#board) this.#add({ kind: 'run', change });
      }),
      log.events.on('entry', (entry) => {
        this.#addEntry(entry);
      }),
      memory.attach(this.#board, {
        step: (delta) => {
          this.#addDelta(delta);
        },
        state: (state) => {
          this.#add({ kind: 'watch', state });
        },
      }),
    ];
    const flush = (): void => {
      this.#writer.flush();
      this.#cancelFlush = clock.after(FLUSH_MS, flush);
    };
    flush();
  }

  #end(): void {
    for (const off of this.#off) off();
    this.#off = [];
    this.#cancelFlush();
  }

  #fail(problem: Problem): void {
    this.#end();
    this.#problem = problem;
    this.#parts.changed();
  }

  #atMs(): number {
    return Math.max(0, this.#parts.clock.steadyMs() - this.#began);
  }

  /** The board, where a view of it would show something else. */
  #addBoard(): void {
    const view = this.#parts.desk.boards.view().boards.find((board) => board.id === this.#board);
    const shown = JSON.stringify({ ...view, heardMs: null });
    if (view === undefined || shown === this.#lastBoard) return;
    this.#lastBoard = shown;
    this.#add({ kind: 'board', board: view });
  }

  #addEntry(entry: LogEntry): void {
    if (entry.board === this.#board || entry.board === null) this.#add({ kind: 'log', entry });
  }

  #addDelta(delta: MemoryDelta): void {
    this.#cutOff &&= !delta.reset;
    if (this.#cutOff || this.#writer.waiting > WAITING) {
      this.#gap = true;
      this.#omitted += 1;
      return;
    }
    const whole = this.#gap && !delta.reset ? this.#parts.desk.memory.reset(this.#board) : null;
    this.#gap = false;
    this.#add({ kind: 'memory', delta: whole ?? delta });
  }

  #add(event: RecordedEvent): void {
    const line = momentLine({ atMs: Math.round(this.#atMs()), event });
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#moments >= MOST.moments || bytes > MOST.line || this.#text + bytes > MOST.text) {
      this.#omitted += 1;
      this.#cutOff ||= event.kind === 'memory';
      return;
    }
    this.#text += bytes;
    this.#moments += 1;
    this.#writer.write(line);
    this.#parts.changed();
  }
}

/** Begins a recording. Fails with 'recording-not-saved' where its file cannot be made. */
export function beginRecording(parts: RecorderParts, board: string): Outcome<Recorder> {
  const view = parts.desk.boards.view().boards.find((one) => one.id === board);
  if (view === undefined) return fail('unknown-board', `There is no board "${board}".`);
  try {
    return ok(new Recorder(parts, view));
  } catch (error) {
    return notSaved(error);
  }
}

const boardOf = (change: LiveRunChange): string => (change.kind === 'run' ? change.run.board : change.board);

/** '20261122-101500-virtual-3f9a': sorts by time, says the board, unique. */
function idOf(board: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const name = board.replace(/[^\w.-]/g, '_').slice(0, 40);
  return `${stamp}-${name}-${crypto.randomUUID().slice(0, 4)}`;
}
