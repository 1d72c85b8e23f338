import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { drawNormal } from '../../../electron/bench/statistics/draws.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import { runToJson } from '../../../electron/report/json.ts';
import { parseRun } from '../../../electron/report/parse.ts';
import { fixtureRun } from './fixture.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../electron/report/run.schema.json', import.meta.url), 'utf8'),
) as object;
const validate: ValidateFunction = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

const fits = (file: unknown): boolean => {
  const ok = validate(file);
  if (typeof ok !== 'boolean') throw new Error('the schema is asynchronous');
  return ok;
};

test.each([
  ['complete', fixtureRun()],
  ['on hardware', fixtureRun({ simulated: false })],
  ['of two samples', fixtureRun({ samples: 2 })],
  ['of one size', fixtureRun({ sizes: [4096] })],
  [
    'with paths of the board',
    fixtureRun({}, { plan: { ...fixtureRun().plan, shell: '/s', dspFiles: '/f' } }),
  ],
  ['without anything', fixtureRun({}, { points: [], memory: null, before: [], after: [], endedAt: null })],
])('what is written fits the published schema: a run %s', (_name, run) => {
  const file: unknown = JSON.parse(runToJson(run));
  expect(fits(file), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
});

/** Every place of the file that is read back: path of keys. */
function places(value: unknown, at: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[...at]];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.slice(0, 2).map((one, index) => [index, one as unknown])
    : Object.entries(value);
  const inner = entries.filter(([key]) => !(at.length === 0 && (key === 'derived' || key === 'statement')));
  return [...(at.length === 0 ? [] : [[...at]]), ...inner.flatMap(([key, one]) => places(one, [...at, key]))];
}

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  2 ** 60,
  '',
  'pass',
  '0x1',
  '12',
  [],
  {},
  [1],
  { value: null },
];

function mutate(
  file: unknown,
  path: readonly (string | number)[],
  change: (parent: object, key: string) => void,
): void {
  let parent = file as Record<string, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  change(parent, String(path.at(-1)));
}

test('the schema and the reader agree on every change: what one refuses, the other does', () => {
  const run = fixtureRun({ samples: 2, sizes: [4096] });
  const text = runToJson({ ...run, points: run.points.slice(0, 2) });
  const pristine: unknown = JSON.parse(text);
  const rng = new Xoshiro128(3);
  const disagree: string[] = [];
  let refused = 0;
  for (const path of places(pristine)) {
    const odd = ODD[Math.floor(rng.uniform() * ODD.length)];
    const changes: [string, (parent: object, key: string) => void][] = [
      ['left out', (parent, key) => Reflect.deleteProperty(parent, key)],
      [`is ${JSON.stringify(odd)}`, (parent, key) => Reflect.set(parent, key, odd)],
      ['has a stranger beside it', (parent) => Reflect.set(parent, 'stranger', drawNormal(rng))],
    ];
    for (const [name, change] of changes) {
      const file: unknown = JSON.parse(text);
      mutate(file, path, change);
      const read = parseRun(JSON.stringify(file), 'x');
      // Marks that contradict each other are beyond a schema.
      if (!read.ok && read.problem.code === 'run-contradictory') continue;
      if (!read.ok) refused += 1;
      if (read.ok !== fits(file))
        disagree.push(`${path.join('.')} ${name}: reader ${read.ok ? 'takes' : 'refuses'} it`);
    }
  }
  expect(disagree).toEqual([]);
  expect(refused).toBeGreaterThan(500);
});
