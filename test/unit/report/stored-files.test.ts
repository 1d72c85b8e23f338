import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { groupsOf } from '../../../electron/bench/results.ts';
import { parseRun } from '../../../electron/report/parse.ts';
import { runToHtml } from '../../../electron/report/html.ts';
import { sampleDigest } from '../../../electron/store/digest.ts';

/** Written by runToJson when version 1 was published; it is never written again, so that such files stay readable. */
const FILE = new URL('../../fixtures/runs/v1.json', import.meta.url);

test('a file of schema version 1 is read, with samples that fit their digests', () => {
  const read = parseRun(readFileSync(FILE, 'utf8'), 'v1.json');
  if (!read.ok) throw new Error(read.problem.message);
  const run = read.value;
  expect([run.id, run.simulated, run.status]).toEqual(['01JD9QK3S7-fixture', true, 'complete']);
  const series = run.points.flatMap((result) => result.series);
  expect(series.length).toBeGreaterThan(20);
  for (const one of series) expect(sampleDigest(one.ns)).toBe(one.sha256);
  expect(run.memory?.mappings[0]?.entries[0]?.dmaAddr).toBe(0x8000_0000n);
  const alloc = groupsOf(run).find((group) => group.point.benchmark === 'mem.alloc');
  expect(alloc?.rows[0]?.samples).toHaveLength(36);
  expect(runToHtml(run)).toContain('mem.alloc');
});

/** Written by runToJson when the DSP's figures came in; it is never written again either. */
const DSP_FILE = new URL('../../fixtures/runs/v1-dsp.json', import.meta.url);

test('a file with what a DSP gave is read: counters, proofs, its process and its log', () => {
  const read = parseRun(readFileSync(DSP_FILE, 'utf8'), 'v1-dsp.json');
  if (!read.ok) throw new Error(read.problem.message);
  const run = read.value;
  for (const one of run.points.flatMap((result) => result.series))
    expect(sampleDigest(one.ns)).toBe(one.sha256);
  expect([run.plan.shell, run.dsp?.atPoint, run.dspLog.omitted]).toEqual(['/opt/dsp/shell', 61, 3]);
  expect(run.plan.dspFiles).toBe(''); // not known then
  expect(run.dsp?.sessions[0]?.maps.map(({ address }) => address)).toEqual([0x4000_0000n, 0x4010_0000n]);
  expect(run.points.some(({ proof }) => proof?.nonceToDsp === true)).toBe(true);
  const ping = groupsOf(run).find((group) => group.point.benchmark === 'rpc.ping');
  expect(ping?.counters).toEqual([{ name: 'instructions', unit: '', values: [412, 412] }]);
  expect(runToHtml(run)).toContain('Copy or share');
});
