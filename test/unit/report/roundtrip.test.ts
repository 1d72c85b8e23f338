import { expect, test } from 'vitest';
import type { Run } from '../../../electron/model/run.ts';
import { runToJson } from '../../../electron/report/json.ts';
import { parseRun } from '../../../electron/report/parse.ts';
import { fixtureRun } from './fixture.ts';

const run = fixtureRun();

function problemOf(text: string): { code: string; message: string } {
  const read = parseRun(text, 'x.json');
  if (read.ok) throw new Error('expected a refusal');
  expect(read.problem.remedy).not.toBe('');
  return read.problem;
}

/** The run file with one place changed. */
function changed(change: (file: Record<string, unknown>) => void): string {
  const file = JSON.parse(runToJson(run)) as Record<string, unknown>;
  change(file);
  return JSON.stringify(file);
}

test('a run written and read back is the same run', () => {
  const read = parseRun(runToJson(run), 'run.json');
  expect(read).toEqual({ ok: true, value: run });
});

test('the folder that code on the DSP could read below is in it where one was named', () => {
  const open: Run = { ...run, plan: { ...run.plan, dspFiles: '/opt/files' } };
  const text = runToJson(open);
  expect(text).toContain('"dspFiles": "/opt/files"');
  expect(parseRun(text, 'run.json')).toEqual({ ok: true, value: open });
});

test('the text depends on the run alone, not on the order in which its keys were made', () => {
  const backwards = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(backwards);
    if (typeof value !== 'object' || value === null || value instanceof Float64Array) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, one]) => [key, backwards(one)]),
    );
  };
  expect(runToJson(backwards(run) as Run)).toBe(runToJson(run));
});

test('the mark of simulation stands at the top of the file', () => {
  const top = runToJson(run).split('\n').slice(0, 4).join('\n');
  expect(top).toContain('"simulated": true');
  expect(top).toContain('no hardware results');
  const hardware = runToJson(fixtureRun({ simulated: false }))
    .split('\n')
    .slice(0, 4)
    .join('\n');
  expect(hardware).toContain('"simulated": false');
  expect(hardware).not.toContain('no hardware results');
});

test('samples and addresses at the edges survive', () => {
  const [first] = run.points;
  if (!first) throw new Error('a point');
  const series = [{ name: 's', ns: Float64Array.of(0, 1, Number.MAX_SAFE_INTEGER), sha256: '0'.repeat(64) }];
  const memory = run.memory && {
    ...run.memory,
    mappings: run.memory.mappings.map((mapping) => ({
      ...mapping,
      entries: [{ dmaAddr: 0xffff_ffff_ffff_ffffn, length: 1, phys: 0n }],
    })),
  };
  const edge: Run = { ...run, points: [{ ...first, series }], memory };
  expect(parseRun(runToJson(edge), 'x')).toEqual({ ok: true, value: edge });
});

test('a number that JSON cannot carry is refused when written', () => {
  expect(() => runToJson({ ...run, clockOffsetNs: NaN })).toThrow(RangeError);
});

test.each([
  ['', /not JSON/],
  ['{"schema": "qda-lab/run/1", ', /not JSON/],
  ['[]', /"schema" is not/],
  ['null', /"schema" is not/],
  ['{}', /"schema" is not/],
  ['{"schema": "qda-lab/plan/1"}', /"schema" is not/],
  ['{"schema": "qda-lab/run/0"}', /"schema" is not/],
  ['{"schema": "qda-lab/run/1"}', /simulated is missing/],
])('%j is no run', (text, message) => {
  const problem = problemOf(text);
  expect(problem.code).toBe('not-a-run');
  expect(problem.message).toMatch(message);
  expect(problem.message).toContain('x.json');
});

test('a later schema is told apart from rubbish', () => {
  const problem = problemOf(changed((file) => (file['schema'] = 'qda-lab/run/12')));
  expect(problem.code).toBe('run-newer');
  expect(problem.message).toContain('version 12');
});

type Path = readonly (string | number)[];

function put(file: Record<string, unknown>, path: Path, value: unknown): void {
  let at: Record<string, unknown> = file;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[String(path.at(-1))] = value;
}

test.each<[Path, unknown, string]>([
  [['points', 3, 'series', 0, 'ns', 17], 'abc', 'points[3].series[0].ns[17] is "abc"'],
  [['points', 3, 'series', 0, 'ns', 17], 1.5, 'points[3].series[0].ns[17] is 1.5'],
  [['points', 3, 'series', 0, 'ns', 17], -1, 'points[3].series[0].ns[17] is -1'],
  [['points', 3, 'series', 0, 'ns', 17], 2 ** 53, 'points[3].series[0].ns[17]'],
  [['points', 0, 'status'], 'passed', 'points[0].status is "passed"; it has to be "pass" or'],
  [['points', 0, 'series', 0, 'sha256'], 'F'.repeat(64), 'points[0].series[0].sha256'],
  [['plan', 'points', 0, 'source'], 'toString', 'plan.points[0].source'],
  [['startedAt'], 'yesterday', 'startedAt is "yesterday"'],
  [['board', 'identity', 'nodes'], {}, 'board.identity.nodes is an object'],
  [['memory', 'mappings', 0, 'entries', 0, 'dmaAddr'], 12, 'memory.mappings[0].entries[0].dmaAddr is 12'],
  [['memory', 'buffers', 0, 'size'], { value: 1, tier: 'guess' }, 'memory.buffers[0].size.tier is "guess"'],
  [['memory', 'buffers', 0, 'size'], { value: null }, 'memory.buffers[0].size.why is missing'],
  [['plan', 'surprise'], 1, 'plan.surprise'],
  [['__proto__x'], 1, '__proto__x'],
])('a value that does not fit is named by its path: %j', (path, value, message) => {
  const problem = problemOf(changed((file) => put(file, path, value)));
  expect(problem.code).toBe('not-a-run');
  expect(problem.message).toContain(message);
});

test.each<[Path]>([[['simulated']], [['points', 5, 'simulated']], [['board', 'identity', 'simulated']]])(
  'marks of simulation that disagree are refused: %j',
  (path) => {
    const problem = problemOf(changed((file) => put(file, path, false)));
    expect(problem.code).toBe('run-contradictory');
  },
);

test('a byte order mark in front is no reason to refuse', () => {
  expect(parseRun(`\uFEFF${runToJson(run)}`, 'x').ok).toBe(true);
});
