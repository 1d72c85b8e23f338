import { expect, test } from 'vitest';
import { MemoryModel } from '../../../electron/memory/model.ts';
import { bankOf } from '../../../electron/memory/banks.ts';
import { driverAddress } from '../../../electron/memory/findings.ts';
import type {
  DmaEvent,
  MemoryFact,
  MemorySnapshot,
  SgEntry,
  TierStatus,
} from '../../../electron/model/memory.ts';

const tier = (name: TierStatus['tier'], reason = ''): TierStatus => ({
  tier: name,
  available: reason === '',
  reason,
  source: '',
  lostEvents: 0,
  sinceNs: null,
});
const ALL = [tier('self'), tier('proc'), tier('bufinfo'), tier('dma')];

const snapshot = (
  facts: readonly MemoryFact[],
  takenNs = 1,
  tiers: readonly TierStatus[] = ALL,
): { kind: 'snapshot'; snapshot: MemorySnapshot } => ({
  kind: 'snapshot',
  snapshot: { takenNs, facts, tiers },
});

const process = (pid: number, comm = 'app'): MemoryFact => ({
  kind: 'process',
  pid,
  comm,
  uid: 0,
  unreadable: false,
});
const buffer = (ino: number, size: number, exporter = 'system', references = 2): MemoryFact => ({
  kind: 'buffer',
  ino,
  tier: 'bufinfo',
  size,
  exporter,
  name: '',
  references,
});
const entry = (dmaAddr: bigint, length: number, phys: bigint | null = null): SgEntry => ({
  dmaAddr,
  length,
  phys,
});

const event = (
  kind: DmaEvent['kind'],
  entries: readonly SgEntry[],
  more: Partial<DmaEvent> = {},
): DmaEvent => ({
  kind,
  timeNs: 10,
  pid: 7,
  comm: 'app',
  device: 'qda-cb-cdsp-3',
  entries,
  truncated: false,
  totalEntries: entries.length,
  ...more,
});

function pictureOf(...inputs: Parameters<MemoryModel['apply']>[0][]): ReturnType<MemoryModel['picture']> {
  const model = new MemoryModel();
  for (const input of inputs) model.apply(input);
  return model.picture();
}

const events = (...list: DmaEvent[]): { kind: 'events'; events: DmaEvent[]; lost: number } => ({
  kind: 'events',
  events: list,
  lost: 0,
});

test('an allocation and its free leave nothing; the bank shows what stands', () => {
  const picture = pictureOf(
    snapshot([process(7)]),
    events(
      event('alloc', [entry(0x1000n, 4096)]),
      event('alloc', [entry(0x2000n, 8192)]),
      event('free', [entry(0x1000n, 4096)]),
    ),
  );
  expect(picture.mappings.map((mapping) => mapping.size)).toEqual([8192]);
  expect(picture.banks).toMatchObject([
    {
      device: 'qda-cb-cdsp-3',
      dsp: 'cdsp',
      sid: 3,
      mappedBytes: { value: 8192, tier: 'dma' },
      users: { value: [7], tier: 'dma' },
    },
  ]);
  expect(picture.mappings.map(driverAddress)).toEqual(['3·0x0000_2000']);
});

test('a mapping belongs to the process of the thread that made it, where that is known', () => {
  const picture = pictureOf(
    snapshot([process(7)]),
    events(event('alloc', [entry(0x1000n, 4096)], { pid: 71, process: 7 })),
  );
  expect(picture.mappings.map((mapping) => mapping.pid)).toEqual([7]);
});

test('an unmap knows its mapping by the physical address, and takes the own one of two', () => {
  const phys = 0xabc000n;
  const both = [
    event('map-sg', [entry(0x1000n, 4096, phys)], { pid: 7 }),
    event('map-sg', [entry(0x9000n, 4096, phys)], { pid: 8 }),
  ];
  const picture = pictureOf(
    snapshot([process(7), process(8)]),
    events(...both, event('unmap-sg', [entry(0n, 0, phys)], { pid: 8 })),
  );
  expect(picture.mappings.map((mapping) => mapping.pid)).toEqual([7]);
});

test('an address that is mapped again replaces the mapping whose free was lost', () => {
  const picture = pictureOf(
    snapshot([]),
    events(event('alloc', [entry(0x1000n, 4096)]), event('alloc', [entry(0x1000n, 8192)])),
  );
  expect(picture.mappings.map((mapping) => mapping.size)).toEqual([8192]);
});

test('a scattered import is a finding that names its pieces; one that follows itself is not', () => {
  const good = event('map-sg', [entry(0x1000n, 4096, 1n), entry(0x2000n, 4096, 9n)]);
  const bad = event('map-sg', [entry(0x10000n, 4096, 2n), entry(0x90000n, 4096, 3n)]);
  const picture = pictureOf(snapshot([process(7)]), events(good, bad));
  expect(picture.findings).toHaveLength(1);
  expect(picture.findings[0]?.text).toContain('0x10000+4 KiB, 0x90000+4 KiB');
  expect(picture.findings[0]?.severity).toBe('error');
});

test('an import is joined to its buffer where device and size leave one candidate, and not where they leave two', () => {
  const facts = [
    process(7),
    buffer(1, 4096),
    { kind: 'attachment', ino: 1, device: 'qda-cb-cdsp-3' } as const,
  ];
  const one = pictureOf(snapshot(facts), events(event('map-sg', [entry(0x1000n, 4096, 1n)])));
  expect(one.buffers[0]?.mappings).toMatchObject([{ how: 'only-candidate' }]);
  const twin = [...facts, buffer(2, 4096), { kind: 'attachment', ino: 2, device: 'qda-cb-cdsp-3' } as const];
  const two = pictureOf(
    snapshot(twin),
    events(event('map-sg', [entry(0x1000n, 4096, 1n)]), event('map-sg', [entry(0x5000n, 4096, 2n)])),
  );
  expect(two.buffers.map((row) => row.mappings)).toEqual([[], []]);
});

const attachedTo3 = (ino: number): MemoryFact[] => [
  buffer(ino, 4096),
  { kind: 'attachment', ino, device: 'qda-cb-cdsp-3' },
];

test('a bank that was attached to before the trace began has unknown users and bytes, not none', () => {
  const [bank] = pictureOf(snapshot([process(7), ...attachedTo3(1)])).banks;
  const why = expect.stringContaining('bufinfo shows 1 attached, the trace events 0 mapped') as string;
  expect(bank).toMatchObject({
    users: { value: null, why },
    mappedBytes: { value: null, why },
    mappings: [],
  });
});

test('where only a part of the attachments was traced, the users seen stand and the sum is unknown', () => {
  const facts = [process(7), ...attachedTo3(1), ...attachedTo3(2)];
  const [bank] = pictureOf(snapshot(facts), events(event('map-sg', [entry(0x1000n, 4096, 1n)]))).banks;
  expect(bank).toMatchObject({ users: { value: [7], tier: 'dma' }, mappedBytes: { value: null } });
});

test('where every attachment was traced, the bytes are known', () => {
  const traced = event('map-sg', [entry(0x1000n, 4096, 1n)]);
  const [bank] = pictureOf(snapshot([process(7), ...attachedTo3(1)]), events(traced)).banks;
  expect(bank).toMatchObject({ users: { value: [7] }, mappedBytes: { value: 4096, tier: 'dma' } });
});

test('without the dma tier a bank is unknown for the reason of the tier', () => {
  const tiers = [tier('bufinfo'), tier('dma', 'tracefs: EACCES')];
  const [bank] = pictureOf(snapshot(attachedTo3(1), 1, tiers)).banks;
  expect(bank).toMatchObject({ users: { value: null, why: 'tracefs: EACCES' } });
});

test('a process that was seen and is gone while its buffers stay is a finding; one never seen is not', () => {
  const stays = event('alloc', [entry(0x1000n, 4096)]);
  const died = pictureOf(snapshot([process(7), process(9)]), events(stays), snapshot([process(9)], 50));
  expect(died.findings.map((finding) => finding.id)).toEqual(['dead/7', 'bank/qda-cb-cdsp-3']);
  expect(died.findings.map((finding) => finding.sinceNs)).toEqual([50, 50]);
  expect(died.processes.find((row) => row.pid === 7)?.alive).toBe(false);
  const unknown = pictureOf(snapshot([process(9)]), events(stays));
  expect(unknown.findings).toEqual([]);
});

test('a buffer without a holder says what keeps it; holders with descriptors and maps are joined', () => {
  const picture = pictureOf(
    snapshot([
      process(7),
      buffer(1, 4096),
      { kind: 'attachment', ino: 1, device: 'qda-cb-cdsp-3' },
      buffer(2, 4096),
      { kind: 'holder', pid: 7, fd: 5, ino: 2 },
      { kind: 'holder', pid: 7, fd: 6, ino: 2 },
      { kind: 'map', pid: 7, ino: 2, start: 0n, length: 4096 },
    ]),
  );
  expect(picture.findings.map((finding) => finding.id)).toEqual(['unheld']);
  expect(picture.buffers.find((row) => row.ino === 2)?.holders).toEqual([{ pid: 7, fds: [5, 6], maps: 1 }]);
});

test('a tier that is not there makes unknown values with its reason, not empty ones', () => {
  const tiers = [tier('proc'), tier('bufinfo', 'bufinfo: EACCES'), tier('dma', 'tracefs: ENOENT')];
  const facts: MemoryFact[] = [
    process(7),
    { kind: 'buffer', ino: 1, tier: 'proc', size: 4096, exporter: 'system', name: 'cam', references: 3 },
    { kind: 'holder', pid: 7, fd: 3, ino: 1 },
  ];
  const [only] = pictureOf(snapshot(facts, 1, tiers)).buffers;
  expect(only?.attachedTo).toEqual({ value: null, why: 'bufinfo: EACCES' });
  expect(only?.size).toEqual({ value: 4096, tier: 'proc' });
});

test('lost events are said and never lower', () => {
  const model = new MemoryModel();
  model.apply(snapshot([]));
  model.apply({ kind: 'events', events: [], lost: 5 });
  model.apply({ kind: 'events', events: [], lost: 3 });
  expect(model.picture().findings.map((finding) => finding.id)).toEqual(['lost']);
  expect(model.picture().tiers.find((row) => row.tier === 'dma')?.lostEvents).toBe(5);
});

test('a page fault is a finding with the address', () => {
  const picture = pictureOf(snapshot([]), events(event('fault', [entry(0x5000n, 0)])));
  expect(picture.findings[0]?.text).toContain('0x0000_5000');
});

test('a large picture is reduced in one pass each: 20 000 buffers of 200 processes', () => {
  const facts: MemoryFact[] = Array.from({ length: 200 }, (_, pid) => process(pid + 1));
  for (let ino = 1; ino <= 20_000; ino++)
    facts.push(buffer(ino, 4096 * ino), { kind: 'holder', pid: (ino % 200) + 1, fd: ino, ino });
  const picture = pictureOf(snapshot(facts));
  expect(picture.buffers).toHaveLength(20_000);
  expect(picture.findings).toEqual([]);
});

test('a device name says the DSP and the SID, with QDA and with FastRPC', () => {
  expect(bankOf('qda-cb-cdsp-12')).toEqual({ dsp: 'cdsp', sid: 12 });
  expect(bankOf('6800000.remoteproc:glink-edge:fastrpc:compute-cb@3')).toEqual({
    dsp: '6800000.remoteproc',
    sid: 3,
  });
  expect(bankOf('soc@0')).toBeNull();
  expect(bankOf('a00000.gpu')).toBeNull();
});
