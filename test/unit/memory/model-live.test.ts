// The model as a watch uses it: for hours, several pictures a second.
import { describe, expect, it } from 'vitest';
import { deltaOf } from '../../../electron/memory/delta.ts';
import { MemoryModel } from '../../../electron/memory/model.ts';
import type { DmaEvent, MemoryFact, MemoryInput } from '../../../electron/model/memory.ts';

const tiers = (['self', 'proc', 'bufinfo', 'dma'] as const).map((tier) => ({
  tier,
  available: true,
  reason: '',
  source: '',
  lostEvents: 0,
  sinceNs: null,
}));
const snapshot = (takenNs: number, facts: readonly MemoryFact[]): MemoryInput => ({
  kind: 'snapshot',
  snapshot: { takenNs, facts, tiers },
});
const events = (...list: readonly DmaEvent[]): MemoryInput => ({ kind: 'events', events: list, lost: 0 });
const process = (pid: number): MemoryFact => ({
  kind: 'process',
  pid,
  comm: `p${pid}`,
  uid: 0,
  unreadable: false,
});
const buffer = (ino: number, references = 1): MemoryFact => ({
  kind: 'buffer',
  ino,
  tier: 'bufinfo',
  size: 4096 * ino,
  exporter: 'drm',
  name: '',
  references,
});
const event = (kind: DmaEvent['kind'], pid: number, at: number, pages = 1): DmaEvent => ({
  kind,
  timeNs: at,
  pid,
  comm: `p${pid}`,
  device: 'qda-cb-cdsp-1',
  entries: [{ dmaAddr: BigInt(at) << 20n, length: 4096 * pages, phys: null }],
  truncated: false,
  totalEntries: 1,
});

describe('a model that lives long', () => {
  it('gives the same rows again where nothing is new of them', () => {
    const model = new MemoryModel();
    model.apply(events(event('alloc', 1, 5, 2)));
    model.apply(snapshot(1, [process(1), buffer(1), buffer(2)]));
    const first = model.picture();
    expect(first.buffers[1]?.mappings).toEqual([{ mapping: 'm1', how: 'only-candidate' }]);
    model.apply(snapshot(2, [process(1), buffer(1, 7), buffer(2)]));
    const second = model.picture();
    expect(second.buffers[0]).not.toBe(first.buffers[0]);
    expect(second.buffers[0]?.references.value).toBe(7);
    expect(second.buffers[1]).toBe(first.buffers[1]);
    model.apply(events(event('alloc', 1, 9, 2)));
    expect(model.picture().buffers[1]?.mappings).toEqual([]);
    model.apply(events(event('free', 1, 9)));
    expect(deltaOf(second, model.picture(), { seq: 1, hostMs: 0 })).toBeNull();
  });

  it('forgets processes that left nothing, and none that did', () => {
    const model = new MemoryModel();
    for (let pid = 1; pid <= 1000; pid += 1) {
      if (pid === 3) model.apply(events(event('alloc', pid, pid)));
      model.apply(snapshot(pid, [process(9999), process(pid)]));
    }
    const { processes, findings } = model.picture();
    expect(processes.length).toBeLessThan(110);
    expect(processes.filter(({ alive }) => alive).map(({ pid }) => pid)).toEqual([9999, 1000]);
    expect(processes.map(({ pid }) => pid)).toContain(999);
    expect(processes.map(({ pid }) => pid)).toContain(3);
    expect(findings.some(({ text }) => text.includes('p3 (3)'))).toBe(true);
  });

  it('keeps the first and the last faults of a DSP that runs wild', () => {
    const model = new MemoryModel();
    for (let at = 1; at <= 50_000; at += 1) model.apply(events(event('fault', 0, at)));
    model.apply(snapshot(1, [process(1)]));
    const text = model
      .picture()
      .findings.map((finding) => finding.text)
      .join();
    expect(text).toContain(String((1 << 20).toString(16)).replace(/0{4}$/, '_0000'));
  });
});
