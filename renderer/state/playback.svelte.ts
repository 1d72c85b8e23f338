import type { LiveRunChange } from '../../electron/model/live-run.ts';
import { fail } from '../../electron/model/outcome.ts';
import type { BoardView, LogEntry } from '../../electron/model/desk.ts';
import type { MemoryDelta, WatchState } from '../../electron/model/memory-delta.ts';
import type { RecordedEvent, RecordedMoment, Recording } from '../../electron/model/recording.ts';
import type { Source } from './source.ts';

/** A source that answers nothing: a recorded session has no host to ask. What it shows is put into the states by the player. */
export const NO_HOST: Source = {
  call: () =>
    Promise.resolve(
      fail(
        'recording',
        'This is a recording: there is no board behind it that could be asked.',
        'Close the recording to go back to the boards.',
      ),
    ),
  on: () => () => undefined,
};

/** What a recorded session shows is put here. `SessionSink` is what the app's states make of it. */
export interface SessionSink {
  /** All steps of the memory picture, once. */
  memory(deltas: readonly MemoryDelta[]): void;
  /** All lines of the log, once, and when each came, UTC ms. */
  log(entries: readonly LogEntry[], cameMs: readonly number[]): void;
  /** The board as it was. */
  board(board: BoardView | null): void;
  watch(state: WatchState | null): void;
  /** How the watch went over the whole recording, once; UTC ms. */
  watches?(moments: readonly { readonly atMs: number; readonly state: WatchState }[]): void;
  /** Forgets the runs. */
  noRuns(): void;
  run(change: LiveRunChange): void;
  /** The moment of the memory picture and the log, UTC ms. */
  moment(ms: number): void;
}

export const SPEEDS = [0.5, 1, 2, 5, 10] as const;

/** Plays one recorded session into a sink. The clock is passed in: `tick` says how much time has passed. */
export class Playback {
  readonly recording: Recording;
  readonly durationMs: number;
  /** UTC ms of the first moment. */
  readonly startedMs: number;
  atMs = $state(0);
  playing = $state(false);
  speed = $state<number>(1);
  /** Moments with something to jump to: a run began or ended, the board was away. */
  readonly marks: readonly { readonly atMs: number; readonly text: string }[];

  readonly #sink: SessionSink;
  /** First moment that is not shown yet. */
  #next = 0;

  constructor(recording: Recording, sink: SessionSink) {
    this.recording = recording;
    this.#sink = sink;
    this.startedMs = Date.parse(recording.header.startedAt);
    this.durationMs = Math.max(recording.header.durationMs, recording.moments.at(-1)?.atMs ?? 0);
    this.marks = marksOf(recording.moments);
    const lines = eventsOf(recording, 'log');
    // By the time since the recording began: the clock may have been set meanwhile.
    sink.memory(
      eventsOf(recording, 'memory').map(({ atMs, event }) => ({
        ...event.delta,
        hostMs: this.startedMs + atMs,
      })),
    );
    sink.watches?.(
      recording.moments.flatMap(({ atMs, event }) =>
        event.kind === 'watch' ? [{ atMs: this.startedMs + atMs, state: event.state }] : [],
      ),
    );
    sink.log(
      lines.map(({ event }) => event.entry),
      lines.map(({ atMs }) => this.startedMs + atMs),
    );
    this.seek(0);
  }

  play(): void {
    if (this.atMs >= this.durationMs) this.seek(0);
    this.playing = true;
  }

  pause(): void {
    this.playing = false;
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  /** So many milliseconds of the user's time have passed. */
  tick(elapsedMs: number): void {
    if (!this.playing) return;
    this.#show(Math.min(this.atMs + elapsedMs * this.speed, this.durationMs));
    if (this.atMs >= this.durationMs) this.playing = false;
  }

  seek(ms: number): void {
    const to = Math.min(Math.max(ms, 0), this.durationMs);
    if (to < this.atMs || this.#next === 0) this.#rewind();
    this.#show(to);
  }

  #rewind(): void {
    this.#next = 0;
    this.#sink.noRuns();
    this.#sink.board(null);
    this.#sink.watch(null);
  }

  #show(to: number): void {
    const { moments } = this.recording;
    for (; this.#next < moments.length; this.#next += 1) {
      const moment = moments[this.#next];
      if (!moment || moment.atMs > to) break;
      this.#apply(moment.event);
    }
    this.atMs = to;
    this.#sink.moment(this.startedMs + to);
  }

  #apply(event: RecordedEvent): void {
    if (event.kind === 'board') this.#sink.board(event.board);
    else if (event.kind === 'watch') this.#sink.watch(event.state);
    else if (event.kind === 'run') this.#sink.run(event.change);
  }
}

type EventOf<K extends RecordedEvent['kind']> = Extract<RecordedEvent, { kind: K }>;

interface MomentOf<K extends RecordedEvent['kind']> {
  readonly atMs: number;
  readonly event: EventOf<K>;
}

const eventsOf = <K extends RecordedEvent['kind']>({ moments }: Recording, kind: K): MomentOf<K>[] =>
  moments.flatMap(({ atMs, event }) => (event.kind === kind ? [{ atMs, event: event as EventOf<K> }] : []));

function marksOf(moments: readonly RecordedMoment[]): { atMs: number; text: string }[] {
  return moments.flatMap(({ atMs, event }) => {
    const text = markText(event);
    return text === '' ? [] : [{ atMs, text }];
  });
}

function markText(event: RecordedEvent): string {
  if (event.kind === 'watch' && event.state.kind === 'lost') return 'board lost';
  if (event.kind !== 'run') return '';
  const { change } = event;
  if (change.kind === 'run' && change.run.phase === 'running') return 'a run begins';
  if (change.kind === 'phase' && change.end !== null) return `the run is ${change.end.status}`;
  return '';
}
