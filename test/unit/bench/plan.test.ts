import { expect, test } from 'vitest';
import { CATALOGUE, variantText } from '../../../electron/bench/catalogue.ts';
import {
  leavesBehind,
  makePlan,
  MAX_POINTS,
  planSeconds,
  type PlanRequest,
} from '../../../electron/bench/plan.ts';
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
  seed: '7',
};

test('public ids are unique and the places follow each other', () => {
  expect(new Set(CATALOGUE.map((row) => row.id)).size).toBe(CATALOGUE.length);
  expect(CATALOGUE.map((row) => row.place)).toEqual(['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9']);
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
  expect(planSeconds(plan.value)).toBe(plan.value.points.length * 2);
});

test('a plan over the limit is refused with what to do', () => {
  const sizes = Array.from({ length: 60 }, (_, at) => 4096 * (at + 1));
  const plan = makePlan({ ...request, name: 'full', sizes }, offered);
  expect(plan.ok ? 'ok' : plan.problem.code).toBe('plan-too-large');
});

test('variants say what they are', () => {
  expect(variantText('cpu.sync', 15)).toBe('read+write, dirtied, attached');
  expect(variantText('cpu.sync', 1)).toBe('read, clean, not attached');
  expect(variantText('base.ioctl', 1)).toBe('QUERY');
  expect(variantText('mem.alloc', 0)).toBe('');
});

const left = (only: string, keeps: string, verify = true): number => {
  const plan = makePlan({ ...request, only: [only], sizes: [4096], verify }, offered);
  if (!plan.ok) throw new Error(plan.problem.message);
  const node = { path: '/dev/accel/accel0', dsp: 'cdsp', generation: 'v1', proof: '', error: 0 };
  const key = '/dev/accel/accel0.keeps-mapped-buffers';
  const readings = [{ key, value: keeps, unit: '', reason: '', source: '' }];
  return leavesBehind(plan.value, node, { ...identity, readings });
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
    ['mem.handoff', runs],
    ['cpu.bw', 2 * runs], // through the node and as a dma-buf; not malloc
    ['cpu.sync', 0], // a heap's buffers
  ]);
  expect([left('mem.alloc', 'yes', false), left('mem.handoff', 'yes', false)]).toEqual([0, runs]);
  expect([left('mem.handoff', 'no'), left('cpu.bw', 'no')]).toEqual([0, 0]);
});
