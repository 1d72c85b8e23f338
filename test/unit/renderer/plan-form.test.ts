import { expect, test } from 'vitest';
import { makePlan } from '../../../electron/bench/plan.ts';
import { CATALOGUE } from '../../../electron/bench/catalogue.ts';
import { planRequest } from '../../../electron/contract/schemas.ts';
import * as v from 'valibot';
import { PlanForm } from '../../../renderer/state/plan-form.svelte.ts';

const OFFERED = CATALOGUE.map(({ id, exhaustive }) => ({ id, exhaustive }));
const NODE = { path: '/dev/accel/accel0', dsp: 'cdsp', generation: 'v1', proof: '', error: 0 };

const form = (): PlanForm => {
  let seed = 0;
  return new PlanForm(() => String((seed += 1)));
};

test('an untouched form asks for what the plan runs of itself', () => {
  const one = form();
  expect(one.trouble).toBeNull();
  expect(one.request).toEqual({
    name: 'quick',
    dsp: 'cdsp',
    only: [],
    samples: null,
    budgetS: null,
    sizes: null,
    exhaustive: false,
    verify: true,
    shell: '',
    seed: '1',
  });
  const plan = makePlan(one.request, OFFERED);
  expect(plan.ok && plan.value.name).toBe('quick');
});

test('what is taken out is named by what stays, in the order of the catalogue', () => {
  const one = form();
  one.toggle('mem.alloc');
  expect(one.request.only).not.toContain('mem.alloc');
  expect(one.request.only).toEqual(one.chosen);
  expect(one.request.only[0]).toBe('base.ioctl');
  one.toggle('mem.alloc');
  expect(one.request.only).toEqual([]);
});

test('what exhausts runs only where it is checked', () => {
  const one = form();
  one.toggle('mem.import_scale');
  expect(one.request.exhaustive).toBe(true);
  expect(one.request.only).toContain('mem.import_scale');
  one.toggle('dsp.map_limit');
  expect(one.request).toMatchObject({ exhaustive: true, only: [] });
});

test('benchmarks that the agent does not offer are not asked for', () => {
  const one = form();
  one.setBoard({ benchmarks: OFFERED.slice(0, 3), nodes: [NODE] });
  expect(one.chosen).toEqual(['base.ioctl', 'mem.alloc', 'mem.cpumap']);
  expect(one.request.only).toEqual([]);
  one.toggle('base.ioctl');
  expect(one.request.only).toEqual(['mem.alloc', 'mem.cpumap']);
});

test('a board without the chosen DSP puts its own in the form', () => {
  const one = form();
  one.setBoard({
    benchmarks: OFFERED,
    nodes: [
      { ...NODE, dsp: 'adsp' },
      { ...NODE, dsp: 'gdsp', generation: null },
    ],
  });
  expect(one.dsps).toEqual(['adsp']);
  expect(one.dsp).toBe('adsp');
});

test('sizes are added in order, once, and can be the plan’s again', () => {
  const one = form();
  expect(one.addSize('96K')).toBe(true);
  expect(one.request.sizes).toEqual([4096, 65_536, 98_304, 1_048_576]);
  expect(one.addSize('96K')).toBe(false);
  expect(one.addSize('much')).toBe(false);
  expect(one.addSize('5G')).toBe(false);
  one.removeSize(4096);
  expect(one.request.sizes).toEqual([65_536, 98_304, 1_048_576]);
  one.ownSizes();
  expect(one.request.sizes).toBeNull();
});

test('what cannot run says why', () => {
  const one = form();
  one.setPicked(one.offered, false);
  expect(one.trouble).toBe('No benchmark is checked.');
  one.pickUsual();
  one.keepSeed('x');
  expect(one.trouble).toMatch(/^A seed is a whole number/);
  one.newSeed();
  one.samples = 1.5;
  expect(one.trouble).toMatch(/^Samples are a whole number/);
  one.samples = null;
  one.budgetS = 0;
  expect(one.trouble).toMatch(/^The budget/);
});

test('every request that the form finds nothing wrong with fits the contract', () => {
  const one = form();
  one.addSize('1');
  one.samples = 1_000_000;
  one.budgetS = 3600;
  one.keepSeed('9999999999999999999');
  expect(one.trouble).toBeNull();
  expect(v.is(planRequest, one.request)).toBe(true);
});

test('each run has a seed of its own, unless the user named one', () => {
  const one = form();
  one.started();
  expect(one.request.seed).toBe('2');
  one.keepSeed(' 77 ');
  one.started();
  expect(one.request.seed).toBe('77');
});
