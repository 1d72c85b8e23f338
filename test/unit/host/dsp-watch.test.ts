import { expect, test } from 'vitest';
import { DspWatch } from '../../../electron/host/dsp-watch.ts';
import type { MemoryFact } from '../../../electron/model/memory.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';
import type { LogLine } from '../../../electron/model/stream.ts';
import { Emitter } from '../../../electron/session/emitter.ts';
import type { SessionEvents } from '../../../electron/session/events.ts';
import { dspFacts } from '../report/fixture-dsp.ts';
import { done, plan, point } from '../samples.ts';

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
  ...[1, 2, 3, 4].map((index) => point(index, { benchmark: 'rpc.ping', size: 0 })),
]);

async function watched(board: Board, ...ends: readonly number[]): Promise<DspWatch> {
  const watch = new DspWatch(board, points);
  for (const index of ends) {
    board.events.emit('plan', done(index));
    await watch.moment();
    await Promise.resolve();
  }
  return watch;
}

test('it looks when points on the DSP have ended, by the agent alone, and keeps the fullest moment', async () => {
  const board = new Board([], session, heap, dspFacts, session);
  const watch = await watched(board, 0, 1, 2, 3, 4);
  expect(board.asked).toEqual([['self'], ['self'], ['self'], ['self']]);
  const moment = await watch.moment();
  expect(moment).toMatchObject({ takenNs: 4, afterPoint: 4 });
  expect(moment?.sessions[0]?.maps).toHaveLength(2);
});

test('a run without a point on the DSP is left alone; a point that failed is none to look after', async () => {
  const board = new Board(dspFacts);
  const watch = await watched(board, 0);
  board.events.emit('plan', done(1, { status: 'skip' }));
  expect([await watch.moment(), board.asked]).toEqual([null, []]);
});

test('a board that does not answer leaves the moment unseen, and the next is looked at', async () => {
  const board = new Board();
  expect(await (await watched(board, 1, 2)).moment()).toBeNull();
  expect(board.asked).toHaveLength(2);
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
