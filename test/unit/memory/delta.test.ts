// Steps of the live memory picture: what they carry, and that applying them gives the picture.
import { describe, expect, it } from 'vitest';
import { deltaOf, resetOf, rowsIn } from '../../../electron/memory/delta.ts';
import { LivePicture } from '../../../electron/memory/live-picture.ts';
import type { MemoryPicture } from '../../../electron/model/memory.ts';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import { bankRow, bufferRow, copyOf, mappingRow, pictureOf, processRow, sorted } from './pictures.ts';

const stamp = { seq: 2, hostMs: 1000 };
const whole = pictureOf({
  processes: [processRow(1), processRow(2)],
  buffers: [bufferRow(10), bufferRow(11), bufferRow(12)],
  mappings: [mappingRow('m1'), mappingRow('m2')],
  banks: [bankRow('qda-cb-cdsp-3')],
});

/** Each a picture that differs from `whole` in one place. */
const OTHERS: Readonly<Record<string, Partial<MemoryPicture>>> = {
  'a process that died': { processes: [processRow(1), processRow(2, { alive: false })] },
  'a process with another node': { processes: [processRow(1), processRow(2, { nodes: [] })] },
  'a process that can be read no more': { processes: [processRow(1, { unreadable: true }), processRow(2)] },
  'a command that is not known': {
    processes: [processRow(1, { comm: { value: null, why: 'gone' } }), processRow(2)],
  },
  'a size': { buffers: [bufferRow(10, { size: { value: 1, tier: 'proc' } }), bufferRow(11), bufferRow(12)] },
  'a tier': {
    buffers: [bufferRow(10, { size: { value: 65536, tier: 'bufinfo' } }), bufferRow(11), bufferRow(12)],
  },
  'a reason': {
    buffers: [bufferRow(10, { references: { value: null, why: 'other' } }), bufferRow(11), bufferRow(12)],
  },
  'a file descriptor': {
    buffers: [bufferRow(10), bufferRow(11, { holders: [{ pid: 1, fds: [3, 5], maps: 1 }] }), bufferRow(12)],
  },
  'a map': {
    buffers: [bufferRow(10), bufferRow(11, { holders: [{ pid: 1, fds: [3, 4], maps: 2 }] }), bufferRow(12)],
  },
  'an attachment': {
    buffers: [bufferRow(10), bufferRow(11), bufferRow(12, { attachedTo: { value: [], tier: 'bufinfo' } })],
  },
  'an attachment that is known no more': {
    buffers: [
      bufferRow(10),
      bufferRow(11),
      bufferRow(12, { attachedTo: { value: null, why: 'no debugfs' } }),
    ],
  },
  'a proven mapping': {
    buffers: [
      bufferRow(10),
      bufferRow(11),
      bufferRow(12, { mappings: [{ mapping: 'm1', how: 'only-candidate' }] }),
    ],
  },
  'a name': { buffers: [bufferRow(10, { name: 'frame' }), bufferRow(11), bufferRow(12)] },
  'an exporter': {
    buffers: [bufferRow(10, { exporter: { value: 'drm', tier: 'proc' } }), bufferRow(11), bufferRow(12)],
  },
  'a DMA address': {
    mappings: [
      mappingRow('m1', { entries: [{ dmaAddr: 0x9000_0000n, length: 4096, phys: 0x1000n }] }),
      mappingRow('m2'),
    ],
  },
  'a bank with another user': {
    banks: [bankRow('qda-cb-cdsp-3', { users: { value: [1, 2], tier: 'dma' } })],
  },
  'bytes of a bank': {
    banks: [bankRow('qda-cb-cdsp-3', { mappedBytes: { value: 8192, tier: 'dma' } })],
  },
  'a tier that is away': {
    tiers: [{ tier: 'dma', available: false, reason: 'no', source: '', lostEvents: 0, sinceNs: null }],
  },
  'a finding': {
    findings: [{ id: 'f', severity: 'error', text: 't', remedy: '', sinceNs: null, evidence: ['m1'] }],
  },
};

describe('a step', () => {
  it('is none where nothing changed, though every row is another object', () => {
    expect(deltaOf(whole, copyOf(whole), stamp)).toBeNull();
    expect(deltaOf(whole, { ...copyOf(whole), takenNs: 99 }, stamp)).toBeNull();
  });

  it.each(Object.entries(OTHERS))('carries %s, and nothing else', (_, parts) => {
    const after = { ...copyOf(whole), ...parts };
    const delta = deltaOf(whole, after, stamp);
    expect(delta).not.toBeNull();
    const [part = ''] = Object.keys(parts);
    const said = Object.entries(delta ?? {}).filter(
      ([key, value]) => value !== null && !['seq', 'hostMs', 'reset', 'takenNs'].includes(key),
    );
    expect(said.map(([key]) => key)).toEqual([part]);
    if (['processes', 'buffers', 'mappings', 'banks'].includes(part)) expect(delta && rowsIn(delta)).toBe(1);
  });

  it('names what came and what went, wherever it stood', () => {
    const after = pictureOf({
      ...whole,
      buffers: [bufferRow(9), bufferRow(12), bufferRow(13), bufferRow(10)],
    });
    const delta = deltaOf(whole, after, stamp);
    expect(delta?.buffers?.set.map(({ ino }) => ino).sort()).toEqual([13, 9]);
    expect(delta?.buffers?.gone).toEqual([11]);
  });

  it('is none where rows only stand in another order, near or far', () => {
    const rows = Array.from({ length: 300 }, (_, ino) => bufferRow(ino));
    const before = pictureOf({ buffers: rows });
    const [first, ...others] = rows;
    if (first === undefined) throw new Error('no row');
    expect(deltaOf(before, pictureOf({ buffers: [...others, first] }), stamp)).toBeNull();
    expect(deltaOf(before, pictureOf({ buffers: rows.toReversed() }), stamp)).toBeNull();
    const gone = pictureOf({ buffers: rows.slice(100, 250) });
    expect(deltaOf(before, gone, stamp)?.buffers).toMatchObject({ set: [], gone: { length: 150 } });
    expect(deltaOf(gone, before, stamp)?.buffers).toMatchObject({ set: { length: 150 }, gone: [] });
  });

  it('compares 64-bit addresses and short lists of the self tier and the DSP', () => {
    const self = {
      kind: 'self',
      node: 'n',
      handle: 1,
      size: 1,
      ino: null,
      sinceNs: 1,
      imported: false,
      mapped: false,
    } as const;
    const before = pictureOf({ self: [self] });
    expect(deltaOf(before, pictureOf({ self: [{ ...self }] }), stamp)).toBeNull();
    expect(deltaOf(before, pictureOf({ self: [{ ...self, mapped: true }] }), stamp)?.self).toHaveLength(1);
    const map = { address: 0x1000n, size: 1, ino: null, what: 'buffer', sinceNs: 1 };
    const dsp = { pid: 1, node: 'n', maps: [map], calls: [] } as unknown as MemoryPicture['dsp'][number];
    const one = pictureOf({ dsp: [dsp] });
    expect(deltaOf(one, copyOf(one), stamp)).toBeNull();
    const other = { ...dsp, maps: [{ ...map, address: 0x2000n }] };
    expect(deltaOf(one, pictureOf({ dsp: [other] }), stamp)?.dsp).toEqual([other]);
  });
});

describe('applying steps', () => {
  it('gives the picture, whatever came and went', () => {
    const rng = new Xoshiro128(7);
    const random = (): number => rng.uniform();
    const some = <T>(make: (key: number) => T): T[] =>
      Array.from({ length: 40 }, (_, key) => key)
        .filter(() => random() < 0.6)
        .sort(() => random() - 0.5)
        .map(make);
    const any = (): number => Math.floor(random() * 3);
    const live = new LivePicture();
    let before = pictureOf();
    live.apply(resetOf(before, { seq: 1, hostMs: 0 }));
    for (let seq = 2, round = 0; round < 300; round += 1) {
      const mappings = some((id) => mappingRow(`m${id}`, { size: any(), device: `b${id % 4}` }));
      const mappedIn = (bank: string): string[] =>
        mappings.filter(({ device }) => device === bank).map(({ id }) => id);
      const after = pictureOf({
        takenNs: round,
        processes: some((pid) => processRow(pid, { alive: any() > 0 })),
        buffers: some((ino) => bufferRow(ino, { name: `n${any()}` })),
        mappings,
        banks: some((sid) => bankRow(`b${sid}`, { mappings: mappedIn(`b${sid}`) })),
      });
      const delta = deltaOf(before, after, { seq, hostMs: round });
      if (delta === null) continue;
      expect(live.apply(delta)).toBe(true);
      seq += 1;
      before = after;
      expect(sorted(live.toPicture())).toEqual(sorted(after));
    }
  });

  it('refuses a step after a gap, and begins anew with a reset', () => {
    const live = new LivePicture();
    const step = deltaOf(pictureOf(), whole, { seq: 5, hostMs: 1 });
    if (step === null) throw new Error('no step');
    expect(live.apply(step)).toBe(false);
    expect(live.apply(resetOf(whole, { seq: 4, hostMs: 1 }))).toBe(true);
    const other = { ...step, buffers: { set: [], gone: [10] } };
    expect(live.apply({ ...other, seq: 6 })).toBe(false);
    expect(live.buffers.has(10)).toBe(true);
    expect(live.apply(other)).toBe(true);
    expect(live.buffers.has(10)).toBe(false);
    expect(live.apply(resetOf(pictureOf(), { seq: 9, hostMs: 1 }))).toBe(true);
    expect([live.size, live.seq]).toEqual([0, 9]);
  });

  it('gives itself as a reset', () => {
    const live = new LivePicture();
    live.apply(resetOf(whole, { seq: 4, hostMs: 7 }));
    const other = new LivePicture();
    other.apply(live.toReset());
    expect(other.toPicture()).toEqual(whole);
    expect([other.seq, other.hostMs]).toEqual([4, 7]);
  });

  it('carries as many rows that went at once as a board can hold', () => {
    const rows = Array.from({ length: 130_000 }, (_, at) => bufferRow(at + 1));
    const delta = deltaOf(pictureOf({ buffers: rows }), pictureOf({}), stamp);
    expect(delta?.buffers?.gone.length).toBe(130_000);
  });
});
