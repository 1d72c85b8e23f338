import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../electron/bench/catalogue.ts';
import { groupsOf } from '../../../electron/bench/results.ts';
import { isWholePath } from '../../../electron/bench/variants.ts';
import { catalogueText } from '../../../electron/cli/print-catalogue.ts';
import { runDspText, sessionsText } from '../../../electron/cli/print-dsp.ts';
import { figuresText } from '../../../electron/cli/print-figures.ts';
import { memoryText } from '../../../electron/cli/print-memory.ts';
import { sessionsOf } from '../../../electron/memory/dsp.ts';
import { fixtureMemory, fixtureRun } from '../report/fixture.ts';
import { dspFacts } from '../report/fixture-dsp.ts';
import { groupsFrom, pointResult, steady } from '../results.ts';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));
const run = fixtureRun({ sizes: null });
const text = figuresText(groupsOf(run), 80);

test('the figures fit 80 columns, of the full plan too', () => {
  const full = figuresText(groupsOf(fixtureRun({ plan: 'full', sizes: null, samples: 12 })), 80);
  expect([widest(text), widest(full)].every((columns) => columns <= 80)).toBe(true);
  expect(full).toContain('more: qda-lab report latest');
});

test('where sharing is cheaper stands with its interval; where it never is, that stands', () => {
  expect(text).toMatch(
    /in, a buffer that stands mapped: from [\d.]+ KiB on \(95 %: [\d.]+ KiB to [\d.]+ KiB\)/,
  );
  const never = [4096, 65536].flatMap((size) => [
    pointResult({ benchmark: 'rpc.argsize', size, variant: 0 }, { call: steady(10) }),
    pointResult({ benchmark: 'rpc.argsize', size, variant: 4 }, { call: steady(20) }),
  ]);
  expect(figuresText(groupsFrom(...never), 100)).toContain(
    'in, a buffer that stands mapped: no crossover within the sizes measured, up to 64 KiB',
  );
});

test('slopes, rates, counts and proofs are rows with their point', () => {
  expect(text).toMatch(/rpc\.argc 4 KiB in buf +call +[\d.]+ +buffer +/);
  expect(text).toMatch(/dsp\.map +map +[\d.]+ +MiB +/);
  expect(text).toMatch(/rpc\.null_mt 2 threads, 1 file +[\d.]+ k calls\/s/);
  expect(text).toMatch(/rpc\.ping no gap +instructions +412/);
  expect(text).toMatch(/dsp\.read 1 MiB HVX +\d+ +yes +3·0x8120_0000 +0x4010_0000 +→←/);
  expect(text).toContain('No DMA address: no trace was read while it was mapped');
});

test('of a buffer that is only made and freed no cost of sharing is told', () => {
  const alone = pointResult({ benchmark: 'mem.alloc', size: 4096 }, { alloc: steady(10), close: steady(10) });
  expect(figuresText(groupsFrom(alone), 80)).toBe('');
  const shared = pointResult(
    { benchmark: 'mem.import', size: 4096 },
    { cold: steady(10), warm: steady(8), close: steady(10) },
  );
  expect(figuresText(groupsFrom(alone, shared), 80)).toMatch(/4 KiB +cold +≥ 40\.0 ns.*\n +warm +≥ 8\.00 ns/);
});

test('the path in one go stands beside its stages, cold and warm; a path of some stages says which', () => {
  expect(text).toMatch(/4 KiB +cold +[\d.]+ µs +[\d.]+ µs +[\d.]+ µs +[+−][\d.]+ µs/);
  expect(text).toMatch(/\n +warm +[\d.]+ µs +[\d.]+ µs +[\d.]+ µs +[+−][\d.]+ µs/);
  expect(text).not.toContain('* of these stages only');
  const plain = groupsOf(run).filter(({ point }) => !isWholePath(point));
  const old = figuresText(plain, 80);
  expect(old).toMatch(/4 KiB +cold +[\d.]+ µs +[\d.]+ µs \* +[\d.]+ µs +[+−][\d.]+ µs/);
  expect(old.replace(/\s+/g, ' ')).toContain(
    '* of these stages only: allocate, export, hand over, import, detach, close fd, free',
  );
});

test('a claim whose inode cannot be compared counts as shown in part and says why', () => {
  const groups = groupsOf(run).map((group) => ({
    ...group,
    proofs: group.proofs.map((proof) => ({ ...proof, importIno: null })),
  }));
  const words = figuresText(groups, 80);
  expect(words).toMatch(/^Zero copy, 0 of \d+ claims shown, \d+ in part/m);
  expect(words).toContain('Same ?: the driver did not export');
  expect(widest(words)).toBeLessThanOrEqual(80);
});

test('a run without the DSP has only what its own stages cost', () => {
  const only = groupsOf(run).filter(({ point }) => point.benchmark.startsWith('mem.'));
  expect(figuresText(only, 80)).toMatch(/^What sharing costs/);
  expect(figuresText(only, 80)).not.toMatch(/Copy or share|Zero copy|Counted/);
  expect(figuresText(groupsFrom(), 80)).toBe('');
});

test('a DSP process shows its memory, its space with what holds it, and the call it owes an answer', () => {
  const sessions = sessionsText(sessionsOf(dspFacts), 80);
  expect(sessions).toContain('17 MiB of 1.98 GiB held: buffer 16 MiB in 1,');
  expect(sessions).toContain('memory of the process 4 MiB, 57 reverse calls');
  expect(sessions).toMatch(/0x4000_0000 +1 MiB +heap +–/);
  expect(sessions).toContain('thread 4713 waits in handle 0x3, scalars 0x3020200');
  expect(widest(sessions)).toBeLessThanOrEqual(80);
  const [session] = sessionsOf(dspFacts);
  if (!session) throw new Error('a session');
  const bare = sessionsText(
    [{ ...session, ended: true, addressSpace: 0, maps: [], processMemory: null }],
    80,
  );
  expect(bare).toContain('ENDED: the DSP may still own');
  expect(bare).toContain('0 B of its 32-bit space held');
  expect(bare).toContain('memory of the process not known');
});

test('the run says when it looked, and the log with what was left out', () => {
  const said = runDspText(run, 80);
  expect(said).toContain('seen while the plan ran, at its point 61');
  expect(said).toContain('Log of the DSP (3 more lines left out)');
  expect(said).toContain('cdsp error: qbench: <b>no</b> thread left');
  expect(said).not.toContain('files');
  const open = { ...run, plan: { ...run.plan, dspFiles: '/opt/files' } };
  expect(runDspText(open, 80)).toContain("could read the board's files below /opt/files");
  expect(runDspText({ ...open, dsp: null, dspLog: { lines: [], omitted: 0 } }, 80)).toBe('');
});

test('the memory picture has the processes of the agent where there are some', () => {
  const picture = fixtureMemory();
  expect(memoryText(picture, 80)).not.toContain('DSP processes');
  expect(memoryText({ ...picture, dsp: sessionsOf(dspFacts) }, 80)).toContain('DSP processes of the agent');
});

test('the list names every benchmark and fits 80 columns', () => {
  const list = catalogueText(80);
  for (const { id } of CATALOGUE) expect(list).toContain(`  ${id} `);
  expect(widest(list)).toBeLessThanOrEqual(80);
});
