import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../electron/bench/catalogue.ts';
import {
  leavesBehind,
  makePlan,
  MAX_POINTS,
  planSeconds,
  type PlanRequest,
} from '../../../electron/bench/plan.ts';
import { variantText } from '../../../electron/bench/variants.ts';
import type { Plan } from '../../../electron/model/plan.ts';
import { identity } from '../samples.ts';

const offered = CATALOGUE.map(({ id, exhaustive }) => ({ id, exhaustive }));
const request: PlanRequest = {
  name: 'quick',
  dsp: 'cdsp',
  only: [],
  samples: null,
  budgetS: null,
  sizes: null,
  exhaustive: false,
  verify: true,
  shell: '',
  seed: '7',
};

test('public ids are unique and the places follow each other', () => {
  expect(new Set(CATALOGUE.map((row) => row.id)).size).toBe(CATALOGUE.length);
  const places = (letter: string, count: number): string[] =>
    Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
  expect(CATALOGUE.map((row) => row.place)).toEqual([
    ...places('A', 9),
    ...places('B', 5),
    ...places('C', 11),
  ]);
  expect(CATALOGUE.filter((row) => row.dsp).map((row) => row.place[0])).toEqual([
    ...'B'.repeat(5),
    ...'C'.repeat(11),
  ]);
});

test('the independent runs are interleaved and the points numbered in order', () => {
  const plan = makePlan({ ...request, only: ['mem.alloc'] }, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  expect(plan.value.points.map((point) => [point.repeat, point.size])).toEqual([
    [0, 4096],
    [0, 65536],
    [0, 1048576],
    [1, 4096],
    [1, 65536],
    [1, 1048576],
    [2, 4096],
    [2, 65536],
    [2, 1048576],
  ]);
  expect(plan.value.points.map((point) => point.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(plan.value.name).toBe('custom');
});

test('what exhausts runs only when named or asked for', () => {
  const ids = (more: Partial<PlanRequest>): string[] => {
    const plan = makePlan({ ...request, ...more }, offered);
    return plan.ok ? [...new Set(plan.value.points.map((point) => point.benchmark))] : [plan.problem.code];
  };
  expect(ids({})).not.toContain('mem.import_scale');
  expect(ids({ exhaustive: true })).toContain('mem.import_scale');
  expect(ids({ only: ['mem.import_scale'] })).toEqual(['mem.import_scale']);
  expect(ids({ only: ['mem.nothing'] })).toEqual(['unknown-benchmark']);
});

test('a benchmark that the agent does not offer is unknown there', () => {
  const plan = makePlan({ ...request, only: ['cpu.bw'] }, [{ id: 'mem.alloc', exhaustive: false }]);
  expect(plan.ok ? 'ok' : plan.problem.remedy).toContain('mem.alloc');
});

test('the full plan with everything fits what an agent takes', () => {
  const plan = makePlan({ ...request, name: 'full', exhaustive: true }, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  expect(plan.value.points.length).toBeLessThanOrEqual(MAX_POINTS);
  expect(new Set(plan.value.points.map((point) => point.benchmark)).size).toBe(25);
  expect(planSeconds(plan.value)).toBeGreaterThan(plan.value.points.length * 2);
});

test('the full plan leaves no context bank full on a driver that keeps what was mapped', () => {
  const plan = makePlan({ ...request, name: 'full', exhaustive: true }, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  expect(keptBy(plan.value)).toBeLessThan(3.4 * 2 ** 30);
});

test('a plan over the limit is refused with what to do', () => {
  const sizes = Array.from({ length: 60 }, (_, at) => 4096 * (at + 1));
  const plan = makePlan({ ...request, name: 'full', sizes }, offered);
  expect(plan.ok ? 'ok' : plan.problem.code).toBe('plan-too-large');
});

const text = (benchmark: string, variant: number, count = 0): string =>
  variantText({ benchmark, variant, count });

test('variants say what they are', () => {
  expect(text('cpu.sync', 15)).toBe('read+write, dirtied, attached');
  expect(text('cpu.sync', 1)).toBe('read, clean, not attached');
  expect(text('base.ioctl', 1)).toBe('QUERY');
  expect(text('mem.alloc', 0)).toBe('');
});

test.each([
  ['rpc.null', 0, 0, 'no idle gap'],
  ['rpc.ping', 0, 10_000, 'idle gap 10 ms'],
  ['rpc.null_mt', 1, 4, '4 threads, a file each'],
  ['rpc.argc', 0, 1, 'in, 1 buffer, copied inline'],
  ['rpc.argc', 3, 64, 'out, 64 buffers, each a buffer of its own'],
  ['rpc.argsize', 5, 0, 'out, a buffer that stands mapped'],
  ['rpc.argsize', 6, 0, 'in, a dma handle that the DSP maps'],
  ['dsp.read', 2, 2, 'HVX with l2fetch, 2 threads'],
  ['dsp.copy', 0, 1, 'scalar, 1 thread'],
  ['dsp.cache', 6, 0, 'clean and invalidate, dirty lines'],
  ['e2e.frame', 0, 0, 'staged copy'],
  ['session.create', 1, 0, 'signed'],
  ['dsp.map', 1, 0, 'request with attributes'],
])('%s %i x%i says: %s', (benchmark, variant, count, words) => {
  expect(text(benchmark, variant, count)).toBe(words);
});

const shapes = (more: Partial<PlanRequest>): string[] => {
  const plan = makePlan({ ...request, ...more }, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  return plan.value.points
    .filter((one) => one.repeat === 0)
    .map((one) => [one.size, one.source, one.count, one.variant].join(' '));
};

test('the full plan of one benchmark by name leaves nothing out', () => {
  expect(shapes({ name: 'full', only: ['dsp.read'] })).toHaveLength(6 * 3 * 3 * 2);
  expect(shapes({ name: 'full', only: ['dsp.map'] })).toHaveLength(6 * 5 * 2);
  expect(shapes({ name: 'full', only: ['rpc.argc'] })).toHaveLength(1 + 9 * 3 * 2 * 2);
  expect(shapes({ name: 'full', only: ['rpc.argsize'] })).toHaveLength(2 + 7 * 2 * 4 + 2);
  expect(shapes({ name: 'full', only: ['rpc.ping'] })).toEqual(
    [0, 1000, 10_000, 100_000].map((gap) => `0 qda ${gap} 0`),
  );
});

test("the user's sizes stand in for a benchmark's own, except where a size means something", () => {
  expect(shapes({ name: 'full', only: ['dsp.write'], sizes: [8192] })).toHaveLength(18);
  expect(shapes({ only: ['dsp.read'], sizes: [8192] })).toEqual([
    '8192 qda 1 0',
    '8192 qda 1 1',
    '8192 qda 1 2',
    '8192 qda 2 1',
  ]);
  expect(shapes({ only: ['e2e.frame'], sizes: [8192] })).toEqual(['3110400 qda 0 0', '3110400 qda 0 4']);
  expect(
    shapes({ name: 'full', only: ['rpc.argsize'], sizes: [8192] }).filter((one) => one.startsWith('0 ')),
  ).toHaveLength(2);
});

test('nobody waits longer in a gap than the samples that are asked for at least', () => {
  const plan = makePlan({ ...request, name: 'full', only: ['rpc.ping'] }, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  const seconds = 2 + 2 + 2 + 30 * 0.1;
  expect(planSeconds(plan.value)).toBeCloseTo(3 * seconds);
});

test('the quick plan is quick: its budgets stay below 40 seconds', () => {
  const plan = makePlan(request, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  expect(planSeconds(plan.value)).toBeLessThan(40);
});

function keptBy(plan: Plan, keeps = 'yes'): number {
  const node = { path: '/dev/accel/accel0', dsp: 'cdsp', generation: 'v1', proof: '', error: 0 };
  const key = '/dev/accel/accel0.keeps-mapped-buffers';
  const readings = [{ key, value: keeps, unit: '', reason: '', source: '' }];
  return leavesBehind(plan, node, { ...identity, readings });
}

const left = (only: string, keeps: string, verify = true): number => {
  const plan = makePlan({ ...request, only: [only], sizes: [4096], verify }, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  return keptBy(plan.value, keeps);
};

test('what stays in a driver that keeps mapped buffers: one buffer a point that maps its own, whichever way', () => {
  const runs = 3 * 4096;
  expect(CATALOGUE.map(({ id }) => [id, left(id, 'yes')])).toEqual([
    ['base.ioctl', 0],
    ['mem.alloc', 4096], // checked in the first run only
    ['mem.cpumap', runs],
    ['mem.export', 0],
    ['mem.import', 0],
    ['mem.import_scale', 0],
    ['mem.handoff', (1 + (1 + 1 + 30) + 1) * runs], // and the complete path: cold each sample's, warm one
    ['cpu.bw', 2 * runs], // through the node and as a dma-buf; not malloc
    ['cpu.sync', 0], // a heap's buffers
    ['session.create', 0],
    ['rpc.null', 0],
    ['rpc.null_mt', 0],
    ['dsp.map', 0], // nobody reads or writes there
    ['dsp.map_limit', 0],
    ['skel.load', 0],
    ['rpc.ping', 0],
    ['rpc.argc', (1 + 8 + 32) * runs], // each a buffer of its own; copies need none
    ['rpc.argsize', 3 * runs], // in by the call and mapped, out mapped
    ['dsp.read', 4 * runs],
    ['dsp.write', runs],
    ['dsp.copy', 2 * runs],
    ['dsp.cache', runs],
    ['e2e.frame', 3 * 3_110_400], // its frames keep their size
    ['shm.doorbell', 0],
    ['coh.stress', 0],
  ]);
  expect([left('mem.alloc', 'yes', false), left('mem.handoff', 'yes', false)]).toEqual([0, 34 * runs]);
  expect([left('mem.handoff', 'no'), left('cpu.bw', 'no')]).toEqual([0, 0]);
});
