import { expect, test } from 'vitest';
import { MemoryModel } from '../../../electron/memory/model.ts';
import type { DmaEvent, Finding, MemoryFact, TierStatus } from '../../../electron/model/memory.ts';

const tier = (name: TierStatus['tier']): TierStatus => ({
  tier: name,
  available: true,
  reason: '',
  source: '',
  lostEvents: 0,
  sinceNs: null,
});
const TIERS = [tier('self'), tier('proc'), tier('bufinfo'), tier('dma')];

const process = (pid: number, comm: string): MemoryFact => ({
  kind: 'process',
  pid,
  comm,
  uid: 0,
  unreadable: false,
});
const buffer = (ino: number, size: number, exporter = 'system'): MemoryFact => ({
  kind: 'buffer',
  ino,
  tier: 'bufinfo',
  size,
  exporter,
  name: '',
  references: 2,
});
const holder = (pid: number, ino: number): MemoryFact => ({ kind: 'holder', pid, fd: 5, ino });
const map = (pid: number, ino: number): MemoryFact => ({ kind: 'map', pid, ino, start: 0n, length: 4096 });

const event = (
  kind: DmaEvent['kind'],
  pid: number,
  pieces: readonly (readonly [bigint, number])[],
): DmaEvent => ({
  kind,
  timeNs: 10,
  pid,
  comm: `app${pid}`,
  device: 'qda-cb-cdsp-3',
  entries: pieces.map(([dmaAddr, length]) => ({ dmaAddr, length, phys: dmaAddr })),
  truncated: false,
  totalEntries: pieces.length,
});

function findings(events: readonly DmaEvent[], ...snapshots: (readonly MemoryFact[])[]): readonly Finding[] {
  const model = new MemoryModel();
  const [first = [], ...rest] = snapshots;
  const take = (facts: readonly MemoryFact[], takenNs: number): void => {
    model.apply({ kind: 'snapshot', snapshot: { takenNs, facts, tiers: TIERS } });
  };
  take(first, 1);
  model.apply({ kind: 'events', events, lost: 0 });
  rest.forEach((facts, at) => {
    take(facts, 50 * (at + 1));
  });
  return model.picture().findings;
}

test('a leak at the death of a process names the chain of owners and what would free it', () => {
  const exported = [process(8, 'viewer'), buffer(1, 8192, 'drm'), holder(8, 1)];
  const found = findings(
    [event('alloc', 7, [[0x1000n, 8192]]), event('alloc', 7, [[0x8000n, 4096]])],
    [process(7, 'camera'), ...exported],
    exported,
  );
  const leak = found.find((finding) => finding.id === 'dead/7');
  expect(leak?.text).toBe(
    'camera (7) is gone, yet 2 of its buffers (12 KiB) are still mapped in qda-cb-cdsp-3. 1 of them is dma-buf 1, which viewer (8) still holds.',
  );
  expect(leak?.remedy).toBe('Closing the dma-bufs in viewer (8) frees them.');
  expect(leak).toMatchObject({ sinceNs: 50, evidence: ['m1', 'm2'] });
});

test('a bank is said to be of dead processes only where all of its users are', () => {
  const both = [event('alloc', 7, [[0x1000n, 8192]]), event('alloc', 8, [[0x8000n, 4096]])];
  const ids = (...snapshots: (readonly MemoryFact[])[]): string[] =>
    findings(both, ...snapshots).map((finding) => finding.id);
  const [a, b, other] = [process(7, 'a'), process(8, 'b'), process(9, 'other')];
  expect(ids([a, b], [b])).toEqual(['dead/7']);
  expect(ids([a, b], [other])).toEqual(['dead/7', 'dead/8', 'bank/qda-cb-cdsp-3']);
});

test('a buffer that only a mapping keeps names who has it mapped; one with a descriptor anywhere does not', () => {
  const facts = [process(7, 'a'), buffer(1, 4096), map(7, 1), buffer(2, 4096), map(7, 2), holder(8, 2)];
  const [kept, ...more] = findings([], facts);
  expect(more).toEqual([]);
  expect(kept).toMatchObject({ id: 'kept-by-map', severity: 'notice', sinceNs: null, evidence: ['1'] });
  expect(kept?.text).toBe(
    '1 dma-buf (4 KiB) is kept alive by CPU mappings alone: no process holds a descriptor of it any more. Mapped by a (7).',
  );
});

test('scattered imports of one process into one bank are one finding with all of them as evidence', () => {
  const scattered = (at: bigint): DmaEvent =>
    event('map-sg', 7, [
      [at, 4096],
      [at + 0x10000n, 4096],
    ]);
  const [found, ...more] = findings([scattered(0x100000n), scattered(0x200000n)], [process(7, 'a')]);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ id: 'scattered/7/qda-cb-cdsp-3', severity: 'error', sinceNs: 10 });
  expect(found?.text).toContain('imported 2 buffers (16 KiB)');
  expect(found?.evidence).toEqual(['m1', 'm2']);
});

test('faults of one bank are one finding that counts them', () => {
  const faults = [0x5000n, 0x6000n, 0x7000n].map((at) => event('fault', 7, [[at, 0]]));
  const [found, ...more] = findings(faults, []);
  expect(more).toEqual([]);
  expect(found?.text).toContain('3 times, the last at 0x0000_7000');
  expect(found?.sinceNs).toBe(10);
});

test('a buffer without a holder is a finding when two snapshots show it, with the time of the first of them', () => {
  const facts = [process(7, 'a'), buffer(1, 4096)];
  expect(findings([], [process(7, 'a')], facts)).toEqual([]);
  expect(findings([], [process(7, 'a')], facts, facts)).toMatchObject([{ id: 'unheld', sinceNs: 50 }]);
  expect(findings([], facts)).toMatchObject([{ id: 'unheld', sinceNs: null }]);
});
