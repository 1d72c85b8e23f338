import { join } from 'node:path';
import type { CallArgs, CallName, CallResult } from '../../electron/contract/calls.ts';
import type { Desk, FacePort, FaceSink } from '../../electron/contract/face.ts';
import type { Push, PushName, Pushes } from '../../electron/contract/pushes.ts';
import { compose, type Lab } from '../../electron/host/compose.ts';
import { createDesk } from '../../electron/host/desk/desk.ts';
import { LivePicture } from '../../electron/memory/live-picture.ts';
import type { BoardView } from '../../electron/model/desk.ts';
import type { LiveRun, LiveRunChange } from '../../electron/model/live-run.ts';
import { ok, type Outcome } from '../../electron/model/outcome.ts';
import { TestLab, until, value } from './bench-lab.ts';
import { SpoiltTarget, targetOf } from './session-lab.ts';

/** A face of the desk as a test sees it: everything that it was told. */
export class TestFace implements FaceSink {
  readonly pushes: Push[] = [];
  readonly live = new LivePicture();
  congested = false;
  readonly #port: FacePort;
  #id = 0;

  constructor(desk: Desk) {
    this.#port = desk.connect(this);
  }

  push(message: Push): void {
    this.pushes.push(message);
    if (message.push === 'memory' && !this.live.apply(message.value.delta))
      throw new Error('a step is missing');
  }

  async call<N extends CallName>(name: N, args: CallArgs<N>): Promise<Outcome<CallResult<N>>> {
    return (await this.raw(name, args)) as Outcome<CallResult<N>>;
  }

  /** Whatever a page may send. */
  async raw(call: string, args: unknown): Promise<Outcome<unknown>> {
    this.#id += 1;
    const reply = await this.#port.handle({ id: this.#id, call, args });
    if (reply.id !== this.#id) throw new Error('the reply is to another request');
    return reply.outcome;
  }

  drained(): void {
    this.congested = false;
    this.#port.drained();
  }

  close(): void {
    this.#port.close();
  }

  all<N extends PushName>(name: N): Pushes[N][] {
    return this.pushes.flatMap((push) => (push.push === name ? [push.value as Pushes[N]] : []));
  }

  last<N extends PushName>(name: N): Pushes[N] | null {
    return this.all(name).at(-1) ?? null;
  }

  board(id: string): BoardView | null {
    return this.last('boards')?.boards.find((board) => board.id === id) ?? null;
  }

  untilBoard(what: string, id: string, holds: (board: BoardView) => boolean): Promise<BoardView> {
    return until(what, () => {
      const board = this.board(id);
      return board !== null && holds(board) ? board : null;
    });
  }

  untilWatch(kind: Pushes['watch']['state']['kind']): Promise<Pushes['watch']> {
    return until(`a watch that is ${kind}`, () => {
      const watch = this.last('watch');
      return watch?.state.kind === kind ? watch : null;
    });
  }

  untilBench<K extends LiveRunChange['kind']>(
    what: string,
    kind: K,
    holds: (change: Extract<LiveRunChange, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<LiveRunChange, { kind: K }>> {
    const is = (change: LiveRunChange): change is Extract<LiveRunChange, { kind: K }> => change.kind === kind;
    return until(what, () => this.all('bench').filter(is).find(holds) ?? null);
  }

  runOf(runId: string): LiveRun {
    for (const change of this.all('bench'))
      if (change.kind === 'run' && change.run.runId === runId) return change.run;
    throw new Error(`the face knows no run ${runId}`);
  }
}

/** A virtual board, a store and a desk of a test's own. `close` ends and removes all of it. */
export class DeskLab {
  readonly lab: Lab;
  readonly board: TestLab;
  /** Stands in for the board's own target: a link that a test may cut. */
  spoilt: SpoiltTarget | null = null;
  #desk: Desk;

  private constructor(board: TestLab) {
    this.board = board;
    const home = join(board.folder, 'home');
    const own = compose();
    const providers = own.providers.map((provider) => ({
      ...provider,
      // Boards of other tests are none of ours.
      list: async () => {
        const list = await provider.list();
        if (!list.ok) return list;
        const ours = list.value.filter(({ summary }) => summary.id.startsWith(board.name));
        return ok(ours.map((target) => this.spoilt ?? target));
      },
    }));
    this.lab = { ...own, providers, home, storePath: join(home, 'runs.sqlite') };
    this.#desk = createDesk(this.lab, { electron: null });
  }

  static async start(): Promise<DeskLab> {
    return new DeskLab(await TestLab.start());
  }

  get name(): string {
    return this.board.name;
  }

  face(): TestFace {
    return new TestFace(this.#desk);
  }

  /** From the next opening on the link can be cut. */
  async spoil(): Promise<SpoiltTarget> {
    this.spoilt = new SpoiltTarget(await targetOf(this.board.board));
    return this.spoilt;
  }

  /** Ends the desk, and begins another one as after a restart of the app. */
  async again(): Promise<void> {
    await this.#desk.close();
    this.#desk = createDesk(this.lab, { electron: null });
  }

  closeDesk(): Promise<void> {
    return this.#desk.close();
  }

  async close(): Promise<void> {
    await this.#desk.close();
    await this.board.close();
  }
}

export { until, value };
