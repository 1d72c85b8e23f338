import type { MadeFile } from '../../electron/contract/calls.ts';
import type { Outcome, Problem } from '../../electron/model/outcome.ts';
import type { RecordingLine, RecordingState } from '../../electron/model/recording.ts';
import { Playback, type SessionSink } from './playback.svelte.ts';
import { none, type Fetched } from './fetched.ts';
import type { Source } from './source.ts';

/** Recorded sessions: those that are kept, those being made, and the one that is played. */
export class RecordingsState {
  list = $state.raw<Fetched<readonly RecordingLine[]>>(none());
  /** By board: recordings that are being made, or were saved last. */
  making = $state.raw<ReadonlyMap<string, RecordingState>>(new Map());
  /** Name of the recording that is being opened. */
  opening = $state<string | null>(null);
  openProblem = $state.raw<Problem | null>(null);
  playback = $state.raw<Playback | null>(null);
  /** Name of the one that is played. */
  playedName = $state<string | null>(null);

  lines = $derived(this.list.value ?? []);

  readonly #source: Source;
  readonly #sink: () => SessionSink;
  readonly #closed: () => void;
  #revision = 0;

  /** `sink`: makes fresh states for a session that is to be played; `closed`: they are done with. */
  constructor(source: Source, sink: () => SessionSink, closed: () => void) {
    this.#source = source;
    this.#sink = sink;
    this.#closed = closed;
    source.on('recording', (state) => {
      this.making = new Map(this.making).set(state.board, state);
      if (state.saved !== null) void this.load();
    });
  }

  /** Why the last recording of a board could not be saved. */
  problemOf(board: string | null): Problem | null {
    return board === null ? null : (this.making.get(board)?.problem ?? null);
  }

  /** The recording that is being made of a board. */
  of(board: string | null): RecordingState | null {
    const state = board === null ? undefined : this.making.get(board);
    return state && state.saved === null && state.problem === null ? state : null;
  }

  /** The host is met, again or anew: it tells which are being made. */
  metHost(): void {
    const over = ({ saved, problem }: RecordingState): boolean => saved !== null || problem !== null;
    this.making = new Map([...this.making].filter(([, state]) => over(state)));
  }

  async load(): Promise<void> {
    const revision = (this.#revision += 1);
    this.list = { ...this.list, asking: true };
    const outcome = await this.#source.call('recordings.list', {});
    if (revision !== this.#revision) return;
    this.list = outcome.ok
      ? { value: outcome.value, problem: null, asking: false }
      : { value: this.list.value, problem: outcome.problem, asking: false };
  }

  async start(board: string): Promise<Problem | null> {
    const outcome = await this.#source.call('recordings.start', { board });
    return outcome.ok ? null : outcome.problem;
  }

  stop(board: string): Promise<Outcome<{ readonly name: string }>> {
    return this.#source.call('recordings.stop', { board });
  }

  async open(name: string): Promise<void> {
    this.opening = name;
    this.openProblem = null;
    const outcome = await this.#source.call('recordings.open', { name });
    if (this.opening !== name) return;
    this.opening = null;
    if (!outcome.ok) {
      this.openProblem = outcome.problem;
      return;
    }
    this.playback = new Playback(outcome.value, this.#sink());
    this.playedName = name;
  }

  /** Does not wait any longer for the one that is being opened. */
  giveUp(): void {
    this.opening = null;
  }

  /** Back to the boards. */
  close(): void {
    this.playback?.pause();
    this.playback = null;
    this.playedName = null;
    this.#closed();
  }

  async import(path: string): Promise<Outcome<{ readonly name: string }>> {
    const outcome = await this.#source.call('recordings.import', { path });
    if (outcome.ok) await this.load();
    return outcome;
  }

  exported(name: string): Promise<Outcome<MadeFile>> {
    return this.#source.call('recordings.export', { name });
  }

  async remove(name: string): Promise<Problem | null> {
    const outcome = await this.#source.call('recordings.delete', { name });
    if (!outcome.ok) return outcome.problem;
    if (this.playedName === name) this.close();
    this.list = { ...this.list, value: this.lines.filter((line) => line.name !== name) };
    return null;
  }
}
