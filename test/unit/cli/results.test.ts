import { expect, test } from 'vitest';
import { remarks, resultsTable, shortSeries, tally, troubles } from '../../../electron/cli/print-results.ts';
import { groupsOf, type PointGroup } from '../../../electron/bench/results.ts';
import { isWholePath } from '../../../electron/bench/variants.ts';
import { fixtureRun } from '../report/fixture.ts';
import { groupsFrom, pointResult } from '../results.ts';

const groups = groupsOf(fixtureRun());
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

/** A group that passed and was measured, changed. */
function changed(more: Partial<PointGroup>): PointGroup {
  const group = groups.find((one) => one.status === 'pass' && one.rows.some((row) => row.samples.length > 0));
  if (!group) throw new Error('the fixture has a measured point');
  return { ...group, ...more };
}

test('the results fit 80 columns with every word beside them', () => {
  const flags = ['simulated', 'unstable', 'drifted', 'dropped'] as const;
  const flagged = groups.map((group): PointGroup => ({ ...group, flags }));
  for (const status of ['pass', 'fail', 'not-run', 'cancelled'] as const) {
    const text = resultsTable(
      flagged.map((group) => (group.status === 'pass' ? { ...group, status } : group)),
      80,
    );
    expect([status, widest(text)]).toEqual([status, Math.min(80, widest(text))]);
    expect(text).toContain('unstable');
    expect(text).toContain('dropped');
  }
});

test('the full plan fits 80 columns too', () => {
  const full = groupsOf(fixtureRun({ plan: 'full', sizes: null }));
  expect(widest(resultsTable(full, 80))).toBeLessThanOrEqual(80);
});

test('every benchmark is a head, every series a row; what the whole run says is not in it', () => {
  const text = resultsTable(groups, 80);
  for (const group of groups) {
    expect(text).toContain(`\n${group.point.benchmark}: `);
    if (isWholePath(group.point)) continue;
    for (const row of group.rows) expect(text).toContain(` ${shortSeries(row.series)} `);
  }
  expect(text).not.toContain('simulated');
});

test('of a complete path its whole is a row, its stages are left to the report, which is said', () => {
  const path = groups.find(({ point }) => isWholePath(point));
  if (!path) throw new Error('the run has a complete path');
  const text = resultsTable([path], 80);
  expect(text).toMatch(/ cold +between +\d+ /);
  expect(text).toMatch(/\n +path +\d+ /);
  expect(text).not.toContain('dsp-map');
  expect(remarks([path]).join()).toContain('its stages are in the report');
});

test('a point that was measured in part says partial, one without samples its own word', () => {
  const none = changed({ status: 'not-run', rows: [], reason: 'The run ended before this point.' });
  const both = [changed({ status: 'not-run' }), none];
  expect(tally(both)).toBe('1 partial, 1 not-run');
  expect(tally([...both, changed({ status: 'pass' })])).toBe('1 pass, 1 partial, 1 not-run');
  const text = resultsTable(both, 80);
  expect(text).toMatch(/ partial$/m);
  expect(text).toMatch(/ not-run$/m);
  expect(troubles(both).map((row) => row.split('\n    ')[1])).toEqual([
    'partial: the run ended before all repeats of these points.',
    'not-run: The run ended before this point.',
  ]);
});

test('troubles with one sentence stand together; after six the rest is counted; the call is named', () => {
  const one = changed({ status: 'error', call: 'GEM_CREATE', reason: 'ENOMEM: no context bank was free' });
  const [text, ...others] = troubles(Array.from({ length: 9 }, () => one));
  expect(others).toEqual([]);
  expect(text).toContain('; and 3 more\n    error: GEM_CREATE: ENOMEM: no context bank was free');
  expect(troubles([changed({})])).toEqual([]);
});

test('the words are explained where they occur, and only there', () => {
  expect(remarks([changed({ flags: ['simulated'] })])).toEqual([]);
  const said = remarks([changed({ flags: ['unstable', 'drifted'] })]).join('\n');
  expect(said).toMatch(/^unstable: /m);
  expect(said).toMatch(/^drifted: /m);
});

test('both ends of an interval have the unit of the p50 beside them', () => {
  const ns = [4_430, 4_430, 4_430, 12_500, 12_500, 12_500, 1_150_000, 1_150_000, 1_150_000];
  const wide = groupsFrom(pointResult({ benchmark: 'session.create' }, { close: ns }));
  expect(resultsTable(wide, 80)).toMatch(/ 12\.5 µs +4\.43…1150 /);
});
