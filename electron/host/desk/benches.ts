import type { LiveRun, LiveRunChange } from '../../model/live-run.ts';
import { fail, type Outcome } from '../../model/outcome.ts';
import type { Clock } from '../../session/clock.ts';
import { Emitter } from '../../session/emitter.ts';
import { Bench, type BenchParts, type BenchRequest } from './bench.ts';

interface BenchEvents {
  readonly change: LiveRunChange;
}

/** Between the points that changed and the next ones. */
const EVERY_MS = 200;
/** A plan that was cancelled may finish what it is at; after that the agent is ended. */
const PATIENCE_MS = 10_000;

/** The runs of all boards: one a board at a time; the last one of each stays until another takes its place. */
export class Benches {
  readonly events = new Emitter<BenchEvents>();
  readonly #parts: Omit<BenchParts, 'tell'>;
  readonly #clock: Clock;
  readonly #latest = new Map<string, Bench>();

  constructor(parts: Omit<BenchParts, 'tell'>, clock: Clock) {
    this.#parts = parts;
    this.#clock = clock;
  }

  /** Comes back when the plan runs on the board, with the id of the run. */
  async start(request: BenchRequest): Promise<Outcome<string>> {
    const { board } = request;
    const before = this.#latest.get(board);
    if (before?.going === true)
      return fail('busy', 'A run goes on on this board.', 'Wait for its end, or cancel it.');
    const bench = new Bench({ ...this.#parts, tell: (change) => this.#tell(change) }, request);
    this.#latest.set(board, bench);
    const ticking = this.#tick(bench);
    void bench.done.then(ticking);
    return await bench.started;
  }

  /** Ends the run early; false: there is none. */
  cancel(board: string): boolean {
    const bench = this.#latest.get(board);
    if (bench?.going !== true) return false;
    bench.cancel('Cancelled by the user.');
    return true;
  }

  /** The last run of a board, as it is now; null where none began. */
  current(board: string): LiveRun | null {
    return this.#latest.get(board)?.run ?? null;
  }

  all(): readonly LiveRun[] {
    return [...this.#latest.values()].flatMap((bench) => bench.run ?? []);
  }

  /** Cancels what runs there and waits for its end; where it does not come, the agent is ended. What was measured is kept. `why`: a sentence for the run. */
  async end(board: string, why: string): Promise<void> {
    const bench = this.#latest.get(board);
    if (bench?.going !== true) return;
    bench.cancel(why);
    const stop = this.#clock.after(PATIENCE_MS, () => void this.#parts.boards.close(board));
    await bench.done;
    stop();
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#latest.keys()].map((board) => this.end(board, 'Cancelled: QDA Lab was closed.')),
    );
  }

  #tell(change: LiveRunChange): undefined {
    this.events.emit('change', change);
  }

  /** Tells of points that changed, until the returned function is called. */
  #tick(bench: Bench): () => void {
    let stop = (): void => undefined;
    const next = (): void => {
      stop = this.#clock.after(EVERY_MS, () => {
        bench.tellPoints();
        next();
      });
    };
    next();
    return () => {
      stop();
    };
  }
}
