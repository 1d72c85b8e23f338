import { expect, test } from 'vitest';
import { sessionsOf } from '../../../electron/memory/dsp.ts';
import { MemoryModel } from '../../../electron/memory/model.ts';
import type { DspMapFact, MemoryFact } from '../../../electron/model/memory.ts';
import { spaceOf, spaceUsed } from '../../../electron/model/space.ts';
import { dspFacts } from '../report/fixture-dsp.ts';

test('what is mapped hangs on its process, by address; a call of nobody is left out', () => {
  const stray: MemoryFact = { kind: 'dsp-call', pid: 1, tid: 1, handle: 1, scalars: 1, sinceNs: 1 };
  const [session, ...others] = sessionsOf([stray, ...dspFacts]);
  expect(others).toEqual([]);
  expect(session?.maps.map(({ address, what }) => [address, what])).toEqual([
    [0x4000_0000n, 'heap'],
    [0x4010_0000n, 'buffer'],
  ]);
  expect(session?.calls.map(({ tid }) => tid)).toEqual([4713]);
  expect(session).not.toHaveProperty('kind');
});

test('the picture has the processes of the last snapshot', () => {
  const model = new MemoryModel();
  model.apply({ kind: 'snapshot', snapshot: { takenNs: 1, facts: dspFacts, tiers: [] } });
  expect(model.picture().dsp).toHaveLength(1);
  model.apply({ kind: 'snapshot', snapshot: { takenNs: 2, facts: [], tiers: [] } });
  expect(model.picture().dsp).toEqual([]);
});

test('the space is counted by what holds it, the largest first', () => {
  const map = (what: string, size: number): Omit<DspMapFact, 'kind' | 'pid'> => ({
    address: 0n,
    size,
    ino: null,
    what,
    sinceNs: 0,
  });
  const maps = [map('heap', 10), map('buffer', 30), map('heap', 15)];
  expect(spaceOf({ maps })).toEqual([
    { what: 'buffer', bytes: 30, ranges: 1 },
    { what: 'heap', bytes: 25, ranges: 2 },
  ]);
  expect([spaceUsed({ maps }), spaceUsed({ maps: [] })]).toEqual([55, 0]);
});
