import { expect, test } from 'vitest';
import { groupsOf } from '../../../electron/bench/results.ts';
import type { PointResult, Run } from '../../../electron/model/run.ts';
import { pointsCsv, samplesCsv } from '../../../electron/report/csv.ts';
import { fixtureRun } from './fixture.ts';

/** RFC 4180, strictly: CR LF, quotes doubled, the same number of cells in every line. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    const [cell, next] = text[at] === '"' ? quoted(text, at) : bare(text, at);
    rows.at(-1)?.push(cell);
    if (text[next] === ',') at = next + 1;
    else {
      expect(text.slice(next, next + 2)).toBe('\r\n');
      at = next + 2;
      if (at < text.length) rows.push([]);
    }
  }
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  return rows;
}

function quoted(text: string, start: number): [string, number] {
  let cell = '';
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] !== '"') cell += text[at] ?? '';
    else if (text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else return [cell, at + 1];
  }
  throw new Error('a quote that does not end');
}

function bare(text: string, start: number): [string, number] {
  const end = /[,\r\n"]/g;
  end.lastIndex = start;
  const at = end.exec(text)?.index ?? text.length;
  return [text.slice(start, at), at];
}

function table(text: string): Record<string, string>[] {
  const [head = [], ...rows] = parseCsv(text);
  return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ''])));
}

const run = fixtureRun();

test('one row a series of a point, with the figures of the pooled runs', () => {
  const rows = table(pointsCsv(run));
  const groups = groupsOf(run);
  expect(rows).toHaveLength(groups.reduce((sum, group) => sum + Math.max(1, group.rows.length), 0));
  const row = rows.find((one) => one['benchmark'] === 'mem.import' && one['series'] === 'cold');
  const [group] = groups.filter((one) => one.point.benchmark === 'mem.import');
  const summary = group?.rows[0]?.summary;
  if (summary?.kind !== 'summary' || summary.p50Interval.kind !== 'interval') throw new Error('a summary');
  expect(Number(row?.['n'])).toBe(120);
  expect(Number(row?.['p50_ns'])).toBe(summary.p50);
  expect(Number(row?.['p50_low95_ns'])).toBe(summary.p50Interval.low);
  expect(Number(row?.['max_ns'])).toBe(summary.max);
  expect(row?.['p50_of_runs_ns']?.split(' ').map(Number)).toEqual(group?.rows[0]?.p50s);
  expect(row?.['flags']).toBe('simulated drifted');
});

test('every row of both files says whether it is simulated', () => {
  for (const [text, mark] of [
    [pointsCsv(run), 'true'],
    [samplesCsv(run), 'true'],
    [pointsCsv(fixtureRun({ simulated: false })), 'false'],
    [samplesCsv(fixtureRun({ simulated: false })), 'false'],
  ] as const)
    expect(new Set(table(text).map((row) => row['simulated']))).toEqual(new Set([mark]));
});

test('a number that the samples do not allow is an empty cell, and a point without samples has its reason', () => {
  const rows = table(pointsCsv(fixtureRun({ samples: 20 })));
  const cold = rows.find((row) => row['benchmark'] === 'mem.import' && row['series'] === 'cold');
  expect([cold?.['n'], cold?.['p99_ns'], cold?.['p99_9_ns']]).toEqual(['60', '', '']);
  const skipped = rows.find((row) => row['status'] === 'skip');
  expect([skipped?.['series'], skipped?.['n'], skipped?.['p50_ns']]).toEqual(['', '0', '']);
  expect(skipped?.['reason']).toContain('no DRM render node');
});

test('one row a sample, in the order taken', () => {
  const rows = table(samplesCsv(run));
  const total = run.points.reduce(
    (sum, result) => sum + result.series.reduce((all, series) => all + series.ns.length, 0),
    0,
  );
  expect(rows).toHaveLength(total);
  const third = run.points[3];
  const times = rows
    .filter((row) => row['point_index'] === '3' && row['series'] === third?.series[0]?.name)
    .map((row) => [Number(row['sample']), Number(row['time_ns'])]);
  expect(times).toEqual([...(third?.series[0]?.ns ?? [])].map((ns, at) => [at, ns]));
});

const withTexts = (reason: string, name: string): Run => {
  const [first] = run.points;
  if (!first) throw new Error('a point');
  const series = [{ name, ns: Float64Array.of(5), sha256: '0'.repeat(64) }];
  const result: PointResult = { ...first, status: 'error', reason, call: name, series };
  return { ...run, id: name, points: [result] };
};

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  ' =1',
  '\n@x',
  '|calc',
  "=cmd|' /C calc'!A0",
  '＝1',
])('a text that a spreadsheet would run is made harmless: %j', (text) => {
  for (const row of [...table(pointsCsv(withTexts(text, text))), ...table(samplesCsv(withTexts(text, text)))])
    for (const name of ['reason', 'series', 'run_id', 'failing_call'])
      if (row[name] !== undefined && row[name] !== '') expect(row[name]).toBe(`'${text}`);
});

test.each(['a "quoted" word', 'a, b', 'two\r\nlines', ' padded ', '', 'plain', 'Zürich µs'])(
  'any other text comes back as it was: %j',
  (text) => {
    const [row] = table(pointsCsv(withTexts(text, `s ${text}`)));
    expect([row?.['reason'], row?.['series']]).toEqual([text, `s ${text}`]);
  },
);
