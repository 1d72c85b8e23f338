import { expect, test } from 'vitest';
import { framesOf } from '../../../electron/bench/frames.ts';
import { gapsOf } from '../../../electron/bench/gaps.ts';
import { proofsOf, verdictOf } from '../../../electron/bench/proof.ts';
import { sweepsOf } from '../../../electron/bench/sweeps.ts';
import { passVariant } from '../../../electron/bench/variants.ts';
import type { ZeroCopyProof } from '../../../electron/model/stream.ts';
import { groupsFrom, pointResult, steady } from '../results.ts';

test('calls a second: one over p50, the interval turned over; a call that waits is no rate', () => {
  const [gap, ping, few] = groupsFrom(
    pointResult({ benchmark: 'rpc.ping', size: 0, count: 1000 }, { call: steady(20_000) }),
    pointResult({ benchmark: 'rpc.ping', size: 0 }, { call: steady(25_000), dsp: steady(900) }),
    pointResult({ benchmark: 'rpc.null', size: 0 }, { call: [10_000] }),
  );
  expect(gap?.rows[0]?.rate).toBeNull();
  expect(ping?.rows.map((row) => row.rate?.perSecond ?? null)).toEqual([40_000, null]);
  expect(ping?.rows[0]?.rate).toMatchObject({ of: 'calls', low: 40_000, high: 40_000, basis: 'p50' });
  expect(few?.rows[0]?.rate).toMatchObject({ perSecond: 100_000, low: null, high: null });
});

test('of several threads the agent counts: the middle run, the slowest and the fastest; it is no counter besides', () => {
  const ran = (repeat: number, value: number): ReturnType<typeof pointResult> =>
    pointResult(
      { benchmark: 'rpc.null_mt', size: 0, count: 4, repeat },
      { call: steady(20_000) },
      {
        counters: [{ name: 'calls-per-second', unit: '1/s', value }],
      },
    );
  const [group] = groupsFrom(ran(0, 180_000), ran(1, 150_000), ran(2, 190_000));
  expect(group?.rows[0]?.rate).toEqual({
    of: 'calls',
    perSecond: 180_000,
    low: 150_000,
    high: 190_000,
    basis: 'counted',
  });
  expect(group?.counters).toEqual([]);
});

test('one row a gap, and how much dearer than without one', () => {
  const at = (count: number, ns: number): ReturnType<typeof pointResult> =>
    pointResult({ benchmark: 'rpc.null', size: 0, count }, { call: steady(ns) });
  const [sweep, ...others] = gapsOf(groupsFrom(at(10_000, 60), at(0, 20), at(1000, 30)));
  expect(others).toEqual([]);
  expect(sweep?.rows.map(({ gapUs, ratio }) => [gapUs, ratio])).toEqual([
    [0, 1],
    [1000, 1.5],
    [10_000, 3],
  ]);
  expect(gapsOf(groupsFrom(at(0, 20)))).toEqual([]);
  const [without] = gapsOf(groupsFrom(at(1000, 30), at(10_000, 60)));
  expect(without?.rows.map(({ ratio }) => ratio)).toEqual([null, null]);
});

test('the cost of a buffer is a line over their number, apart for each size and way', () => {
  const at = (count: number, ns: number): ReturnType<typeof pointResult> =>
    pointResult({ benchmark: 'rpc.argc', count, variant: passVariant('buffer', 'in') }, { call: steady(ns) });
  const [sweep, ...others] = sweepsOf(groupsFrom(at(1, 31_000), at(64, 94_000), at(16, 46_000)));
  expect(others).toEqual([]);
  expect(sweep).toMatchObject({
    axis: 'count',
    key: 'rpc.argc/qda/2/4096/call',
    line: { slope: 1, intercept: 30 },
  });
  expect(sweep?.variantText).toBe('in, each a buffer of its own');
});

test('DSP threads are sweeps of their own', () => {
  const at = (size: number, count: number): ReturnType<typeof pointResult> =>
    pointResult({ benchmark: 'dsp.read', size, count, variant: 1 }, { call: steady(size / count) });
  const found = sweepsOf(groupsFrom(at(4096, 1), at(4096, 2), at(65536, 1), at(65536, 2)));
  expect(found.map(({ key, variantText, rows }) => [key, variantText, rows.length])).toEqual([
    ['dsp.read/qda/1/1/call', 'HVX, 1 thread', 2],
    ['dsp.read/qda/1/2/call', 'HVX, 2 threads', 2],
  ]);
});

const STAGES = { write: 100, 'sync-to-dsp': 10, invoke: 500, 'sync-from-dsp': 20, read: 70 };
const steadyAll = (times: Readonly<Record<string, number>>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(times).map(([name, ns]) => [name, steady(ns)]));

test('the stages of a frame stand against the frame in one go', () => {
  const place = { benchmark: 'e2e.frame', size: 3_110_400, variant: 4 };
  const [split] = framesOf(groupsFrom(pointResult(place, steadyAll({ ...STAGES, frame: 730 }))));
  expect(split).toMatchObject({ sumNs: 700, differenceNs: 30 });
  expect(split?.stages.map(({ ns }) => ns)).toEqual([100, 10, 500, 20, 70]);
  const rest = { write: 100, 'sync-to-dsp': 10, 'sync-from-dsp': 20, read: 70 };
  const [without] = framesOf(groupsFrom(pointResult(place, steadyAll({ ...rest, frame: 730 }))));
  expect(without).toMatchObject({ sumNs: 200, differenceNs: 530 });
  expect(without?.stages.map(({ name }) => name)).not.toContain('invoke');
  const empty = pointResult(place, { ...steadyAll({ ...rest, frame: 730 }), invoke: [] });
  expect(framesOf(groupsFrom(empty))[0]).toMatchObject({ sumNs: null, differenceNs: null });
});

test('the bytes of a frame move in the stages that move them once', () => {
  const place = { benchmark: 'e2e.frame', size: 3_110_400, variant: 4 };
  const [group] = groupsFrom(pointResult(place, steadyAll({ ...STAGES, frame: 1000 })));
  const moving = group?.rows.filter((row) => row.bandwidth !== null);
  expect(moving?.map((row) => row.series)).toEqual(['write', 'read', 'frame']);
  expect(moving?.[2]?.bandwidth).toMatchObject({ kind: 'value', value: 3110.4 });
});

const proof: ZeroCopyProof = {
  ino: 7,
  importIno: 7,
  dmaAddress: 0x3_0000_0000n,
  dmaReason: '',
  dspAddress: 0x4000_0000n,
  nonceToDsp: true,
  nonceFromDsp: true,
};

test.each([
  ['shown', {}],
  ['shown', { dmaAddress: null, dspAddress: null }],
  ['in part', { importIno: null }],
  ['contradicted', { importIno: 8 }],
  ['contradicted', { nonceToDsp: false }],
  ['contradicted', { importIno: null, nonceFromDsp: false }],
] as const)('zero copy is %s by %j', (verdict, more) => {
  expect(verdictOf({ ...proof, ...more })).toBe(verdict);
});

test('of the runs of a point the one that shows least speaks', () => {
  const place = { benchmark: 'dsp.read', size: 4096, variant: 1, count: 1 };
  const ran = (repeat: number, more: Partial<ZeroCopyProof> | null): ReturnType<typeof pointResult> =>
    pointResult({ ...place, repeat }, { dsp: steady(5) }, { proof: more && { ...proof, ...more } });
  const lines = proofsOf(groupsFrom(ran(0, {}), ran(1, { importIno: null }), ran(2, null)));
  expect(lines.map(({ verdict, proof: { importIno } }) => [verdict, importIno])).toEqual([['in part', null]]);
  expect(proofsOf(groupsFrom(ran(0, null)))).toEqual([]);
});

test('counters of the independent runs stand beside each other', () => {
  const ran = (repeat: number, value: number): ReturnType<typeof pointResult> =>
    pointResult(
      { benchmark: 'rpc.ping', size: 0, repeat },
      { call: steady(5) },
      {
        counters: [{ name: 'instructions', unit: '', value }],
      },
    );
  const [group] = groupsFrom(ran(0, 412), ran(1, 412), ran(2, 413));
  expect(group?.counters).toEqual([{ name: 'instructions', unit: '', values: [412, 412, 413] }]);
});
