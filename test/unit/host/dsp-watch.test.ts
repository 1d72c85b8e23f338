import { expect, test } from 'vitest';
import { DspWatch } from '../../../electron/host/dsp-watch.ts';
import type { MemoryFact } from '../../../electron/model/memory.ts';
import { passVariant } from '../../../electron/bench/variants.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';
import type { LogLine } from '../../../electron/model/stream.ts';
import { Emitter } from '../../../electron/session/emitter.ts';
import type { SessionEvents } from '../../../electron/session/events.ts';
import { dspFacts } from '../report/fixture-dsp.ts';
import { done, plan, point, started } from '../samples.ts';

/** A session whose snapshots are given; after the last one the board does not answer. */
class Board {
  readonly events = new Emitter<SessionEvents>();
  readonly asked: (readonly string[])[] = [];
  private readonly snapshots: (readonly MemoryFact[])[];

  constructor(...snapshots: (readonly MemoryFact[])[]) {
    this.snapshots = snapshots;
  }

  on: ConstructorParameters<typeof DspWatch>[0]['on'] = (kind, listener) => this.events.on(kind, listener);

  memory: ConstructorParameters<typeof DspWatch>[0]['memory'] = (tiers = []) => {
    this.asked.push(tiers);
    const facts = this.snapshots.shift();
    const takenNs = this.asked.length;
    return Promise.resolve(facts ? ok({ takenNs, facts, tiers: [] }) : fail('lost', 'the board is lost'));
  };
}

const session = dspFacts.filter(({ kind }) => kind === 'dsp-session');
const heap = dspFacts.filter((fact) => fact.kind !== 'dsp-map' || fact.what === 'heap');
const points = plan([
  point(0),
  point(1, { benchmark: 'rpc.ping', size: 0 }),
  ...[2, 3, 4].map((index) =>
    point(index, { benchmark: 'rpc.argsize', variant: passVariant('mapped', 'in') }),
  ),
  point(5, { benchmark: 'rpc.argsize', variant: passVariant('copy', 'in') }),
]);

/** The points run one after another, each looked after before the next begins. */
async function watched(board: Board, ...indexes: readonly number[]): Promise<DspWatch> {
  const watch = new DspWatch(board, points);
  for (const index of indexes) {
    for (const event of [started(index, ['call']), done(index)]) {
      board.events.emit('plan', event);
      await watch.moment();
      await Promise.resolve();
    }
  }
  return watch;
}

test('it looks once a point on the DSP has ended, and while points with a mapped buffer run', async () => {
  const board = new Board([], session, heap, dspFacts, session);
  const watch = await watched(board, 0, 1, 2, 3, 4, 5);
  expect(board.asked).toEqual([['self'], ['self'], ['self'], ['self']]);
  const moment = await watch.moment();
  expect(moment).toMatchObject({ takenNs: 4, atPoint: 4 });
  expect(moment?.sessions[0]?.maps).toHaveLength(2);
});

test('a session between points is enough where no buffer stands mapped', async () => {
  const board = new Board(session, dspFacts);
  expect(await (await watched(board, 1, 5)).moment()).toMatchObject({ atPoint: 1 });
  expect(board.asked).toHaveLength(1);
});

test('a run without a point on the DSP is left alone', async () => {
  const board = new Board(dspFacts);
  expect([await (await watched(board, 0)).moment(), board.asked]).toEqual([null, []]);
});

test('a board that does not answer leaves the moment unseen, and is asked eight times at most', async () => {
  const board = new Board();
  expect(await (await watched(board, 1, 2, 3, 4, 5, 1, 2, 3)).moment()).toBeNull();
  expect(board.asked).toHaveLength(8);
});

const line = (source: string, text: string): LogLine => ({ level: 'info', utcNs: 1n, source, text });

test('the log is the DSP’s alone, its first 500 lines; the rest is counted; after the end nothing is heard', () => {
  const board = new Board();
  const watch = new DspWatch(board, points);
  board.events.emit('log', line('agent', 'not the DSP'));
  for (let at = 0; at < 502; at += 1) board.events.emit('log', line('cdsp', `line ${at}`));
  watch.stop();
  board.events.emit('log', line('cdsp', 'too late'));
  expect([watch.log.lines.length, watch.log.omitted, watch.log.lines[0]?.text]).toEqual([500, 2, 'line 0']);
});
