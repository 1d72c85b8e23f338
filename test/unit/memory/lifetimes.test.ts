import { expect, test } from 'vitest';
import { Lifetimes, NOBODY, type Span } from '../../../electron/memory/lifetimes.ts';
import type { MemoryDelta } from '../../../electron/model/memory-delta.ts';
import { bufferRow, dmaTier, mappingRow, processRow, sg, step } from './fixture-delta.ts';

function after(...deltas: readonly MemoryDelta[]): Lifetimes {
  const lives = new Lifetimes();
  for (const delta of deltas) lives.apply(delta);
  return lives;
}

const spansOf = (lives: Lifetimes, pid: number): readonly Span[] => lives.lanes.byPid.get(pid)?.spans ?? [];
const times = (spans: readonly Span[]): unknown[] =>
  spans.map(({ key, fromMs, toMs }) => [key, fromMs, toMs]);
const ticksOf = (lives: Lifetimes, pid: number): unknown[] =>
  (lives.lanes.byPid.get(pid)?.ticks ?? []).map(({ kind, atMs }) => [kind, atMs]);

test('what was there when the observation began has no known start; what came later has one', () => {
  const lives = after(
    step({ at: 1000, reset: true, processes: [processRow(7)], buffers: [bufferRow(1, [7])] }),
    step({ at: 2000, buffers: [bufferRow(2, [7])] }),
    step({ at: 3000, goneBuffers: [1] }),
  );
  expect(times(spansOf(lives, 7))).toEqual([
    ['held/7/1', null, 3000],
    ['held/7/2', 2000, null],
  ]);
  expect(ticksOf(lives, 7)).toEqual([['close', 3000]]);
  expect([lives.fromMs, lives.toMs]).toEqual([1000, 3000]);
});

test('a mapping began when the trace says, on the clock of this machine; an import is ticked', () => {
  const mapping = mappingRow('m1', [sg(0x1000, 4096)], { sinceNs: 1500e6 });
  const lives = after(
    step({ at: 1000, reset: true, takenNs: 1000e6 }),
    step({ at: 2000, takenNs: 1600e6, mappings: [mapping] }),
    step({ at: 2100, goneMappings: ['m1'] }),
  );
  expect(times(spansOf(lives, 7))).toEqual([['mapping/m1', 1900, 2100]]);
  expect(ticksOf(lives, 7)).toEqual([
    ['import', 1900],
    ['close', 2100],
  ]);
});

test('a mapping learns which buffer it is of when the buffer is proven to be it', () => {
  const lives = after(
    step({ at: 1, reset: true, mappings: [mappingRow('m1', [sg(0, 4096)])] }),
    step({ at: 2, buffers: [bufferRow(5, [8], { mappings: [{ mapping: 'm1', how: 'only-candidate' }] })] }),
  );
  expect(spansOf(lives, 7).map(({ ino, kind }) => [ino, kind])).toEqual([[5, 'import']]);
});

test('holders come and go; a buffer of nobody has a lane of its own', () => {
  const lives = after(
    step({ at: 1, reset: true, buffers: [bufferRow(1, [7])] }),
    step({ at: 2, buffers: [bufferRow(1, [7, 8])] }),
    step({ at: 3, buffers: [bufferRow(1, [8])] }),
    step({ at: 4, buffers: [bufferRow(1, [])] }),
  );
  expect(times(spansOf(lives, 7))).toEqual([['held/7/1', null, 3]]);
  expect(times(spansOf(lives, 8))).toEqual([['held/8/1', 2, 4]]);
  expect(times(spansOf(lives, NOBODY))).toEqual([[`held/${NOBODY}/1`, 4, null]]);
});

test('the lives of a row do not overlap, and a free row is used again', () => {
  const lives = after(
    step({ at: 1, reset: true, buffers: [bufferRow(1, [7]), bufferRow(2, [7])] }),
    step({ at: 2, goneBuffers: [1] }),
    step({ at: 3, buffers: [bufferRow(3, [7])] }),
  );
  expect(spansOf(lives, 7).map(({ row }) => row)).toEqual([0, 1, 0]);
  expect(lives.lanes.byPid.get(7)?.rows).toBe(2);
});

test('a process that is gone is ticked once; what it leaves goes on; the pid may come back', () => {
  const lives = after(
    step({ at: 1, reset: true, processes: [processRow(7)], mappings: [mappingRow('m1', [sg(0, 1)])] }),
    step({ at: 2, processes: [processRow(7, 'app', false)] }),
    step({ at: 3, processes: [processRow(7, 'app', false)] }),
  );
  expect(ticksOf(lives, 7)).toEqual([
    ['import', 0],
    ['death', 2],
  ]);
  expect(lives.lanes.byPid.get(7)).toMatchObject({ comm: 'app', endedMs: 2 });
  expect(spansOf(lives, 7)[0]?.toMs).toBeNull();
  lives.apply(step({ at: 4, processes: [processRow(7, 'other')] }));
  expect(lives.lanes.byPid.get(7)).toMatchObject({ comm: 'other', endedMs: null });
});

test('lost events are a gap from the step before; a new beginning is one without a count', () => {
  const lives = after(
    step({ at: 1, reset: true, tiers: [dmaTier(5)], buffers: [bufferRow(1, [7]), bufferRow(2, [7])] }),
    step({ at: 2 }),
    step({ at: 3, tiers: [dmaTier(9)] }),
    step({ at: 9, reset: true, tiers: [dmaTier(9)], buffers: [bufferRow(2, [7])] }),
  );
  expect(lives.gaps).toEqual([
    { fromMs: 2, toMs: 3, lost: 4 },
    { fromMs: 3, toMs: 9, lost: null },
  ]);
  expect(times(spansOf(lives, 7))).toEqual([
    ['held/7/1', null, 9],
    ['held/7/2', null, null],
  ]);
});

test('after a new beginning the same id with another start is another mapping', () => {
  const lives = after(
    step({ at: 10, reset: true, mappings: [mappingRow('m1', [sg(0, 1)], { sinceNs: 5e6 })] }),
    step({ at: 20, reset: true, mappings: [mappingRow('m1', [sg(0, 1)], { sinceNs: 15e6 })] }),
  );
  expect(times(spansOf(lives, 7))).toEqual([
    ['mapping/m1', 5, 20],
    ['mapping/m1', 15, null],
  ]);
});

test('faults that were there before are counted, new ones have the moment of their step', () => {
  const fault = (
    id: string,
  ): { id: string; severity: 'error'; text: string; remedy: string; sinceNs: null; evidence: string[] } => ({
    id,
    severity: 'error',
    text: '',
    remedy: '',
    sinceNs: null,
    evidence: ['qda-cb-cdsp-3'],
  });
  const lives = after(
    step({ at: 1, reset: true, findings: [fault('fault/0')] }),
    step({ at: 5, findings: [fault('fault/0'), fault('fault/1'), { ...fault('x'), id: 'lost' }] }),
  );
  expect(lives.earlierFaults).toBe(1);
  expect(lives.lanes.faults).toEqual([{ atMs: 5, bank: 'qda-cb-cdsp-3', finding: 'fault/1' }]);
});

test('a DSP call lasts from when it began until no list has it', () => {
  const session = (calls: readonly { tid: number; sinceNs: number }[]): NonNullable<MemoryDelta['dsp']> => [
    {
      pid: 7,
      node: '',
      unsignedPd: true,
      shell: '',
      shellBytes: 0,
      shellSha256: '',
      processMemory: null,
      sinceNs: 0,
      addressSpace: 1,
      reverseCalls: 0,
      ended: false,
      maps: [],
      calls: calls.map((call) => ({ ...call, handle: 1, scalars: 0 })),
    },
  ];
  const lives = after(
    step({ at: 10, reset: true, dsp: session([{ tid: 70, sinceNs: 4e6 }]) }),
    step({ at: 11, dsp: session([{ tid: 70, sinceNs: 4e6 }]) }),
    step({ at: 12, dsp: session([]) }),
  );
  expect(times(spansOf(lives, 7))).toEqual([['call/7/70/4000000', 4, 12]]);
});

test('only so many ended lives are kept; what was dropped is counted, and since when it is whole is known', () => {
  const lives = new Lifetimes(100);
  lives.apply(step({ at: 0, reset: true, buffers: [bufferRow(1, [7])] }));
  for (let at = 1; at <= 1000; at += 1)
    lives.apply(step({ at, buffers: [bufferRow(1000 + at, [7])], goneBuffers: [999 + at] }));
  const spans = spansOf(lives, 7);
  expect(spans.length).toBeGreaterThanOrEqual(102);
  expect(spans.length).toBeLessThan(102 + 64);
  expect(spans[0]).toMatchObject({ key: 'held/7/1', toMs: null });
  expect(lives.lanes.dropped).toBe(999 - 100);
  expect(lives.lanes.wholeFromMs).toBe(900);
  expect(lives.lanes.byPid.get(7)?.rows).toBe(2);
});

test('a lane of which nothing is left goes', () => {
  const lives = new Lifetimes(1);
  lives.apply(step({ at: 0, reset: true, buffers: [bufferRow(1, [7])] }));
  lives.apply(step({ at: 1, goneBuffers: [1], buffers: [bufferRow(2, [8]), bufferRow(3, [8])] }));
  lives.apply(step({ at: 2, goneBuffers: [2] }));
  expect([...lives.lanes.byPid.keys()]).toEqual([8]);
});

test('stretches in which nobody looked have their reason, and end when somebody looks again', () => {
  const lives = new Lifetimes();
  lives.watch({ kind: 'watching', snapshotMs: 1, everyMs: 1 }, 10);
  lives.watch({ kind: 'lost', sinceMs: 15, reason: 'unplugged' }, 20);
  lives.watch({ kind: 'lost', sinceMs: 15, reason: 'unplugged' }, 30);
  lives.watch({ kind: 'watching', snapshotMs: 1, everyMs: 1 }, 40);
  lives.watch({ kind: 'stopped', reason: 'a run', remedy: '' }, 50);
  expect(lives.away).toEqual([
    { fromMs: 15, toMs: 40, kind: 'lost', reason: 'unplugged' },
    { fromMs: 50, toMs: null, kind: 'stopped', reason: 'a run' },
  ]);
});
