import type { BoardView } from '../../electron/model/desk.ts';
import { BenchState } from './bench.svelte.ts';
import { LogState } from './log.svelte.ts';
import { MemoryState } from './memory.svelte.ts';
import { NO_HOST, type SessionSink } from './playback.svelte.ts';
import type { Source } from './source.ts';

/** What the views show of one board over time: live, or a recorded session that is played. */
export class Session {
  readonly memory: MemoryState;
  readonly bench: BenchState;
  readonly log: LogState;

  constructor(source: Source) {
    this.memory = new MemoryState(source);
    this.bench = new BenchState(source);
    this.log = new LogState(source);
  }
}

/** A recorded session: the same states, filled by a player instead of a host. */
export class RecordedSession extends Session {
  board = $state.raw<BoardView | null>(null);

  constructor() {
    super(NO_HOST);
  }

  sink(): SessionSink {
    return {
      memory: (deltas) => {
        this.memory.showRecorded(deltas);
      },
      log: (entries, cameMs) => {
        this.log.showRecorded(entries, cameMs);
      },
      board: (board) => {
        this.board = board;
      },
      watch: (state) => {
        this.memory.watch = state;
      },
      watches: (moments) => {
        for (const { atMs, state } of moments) this.memory.lifetimes.watch(state, atMs);
      },
      noRuns: () => {
        this.bench.clear();
      },
      run: (change) => {
        this.bench.change(change);
      },
      moment: (ms) => {
        this.memory.scrubTo(ms);
        this.log.showUntil(ms);
      },
    };
  }
}
