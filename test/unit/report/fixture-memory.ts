import type {
  DmaEvent,
  MemoryFact,
  MemoryInput,
  SgEntry,
  TierStatus,
} from '../../../electron/model/memory.ts';

/** Snapshots and events of a small scene: a camera, a consumer, one that leaks and is gone, and the agent. */

const CAMERA = 2101;
const CONSUMER = 2102;
const LEAKER = 2103;
const AGENT = 2110;

const tier = (name: TierStatus['tier'], more: Partial<TierStatus> = {}): TierStatus => ({
  tier: name,
  available: true,
  reason: '',
  source: '',
  lostEvents: 0,
  sinceNs: null,
  ...more,
});

const TIERS = [
  tier('self', { source: 'the agent' }),
  tier('proc', { source: '/proc' }),
  tier('bufinfo', { source: '/sys/kernel/debug/dma_buf/bufinfo' }),
  tier('dma', { source: '/sys/kernel/tracing', sinceNs: 1_000_000_000, lostEvents: 4 }),
];

const process = (pid: number, comm: string, unreadable = false): MemoryFact => ({
  kind: 'process',
  pid,
  comm,
  uid: 0,
  unreadable,
});

const holder = (pid: number, fd: number, ino: number): MemoryFact => ({ kind: 'holder', pid, fd, ino });
const node = (pid: number): MemoryFact => ({ kind: 'node', pid, fd: 3, path: '/dev/accel/accel0' });
const attached = (ino: number, device: string): MemoryFact => ({ kind: 'attachment', ino, device });

const buffer = (ino: number, size: number, exporter: string, name = ''): MemoryFact => ({
  kind: 'buffer',
  ino,
  tier: 'bufinfo',
  size,
  exporter,
  name,
  references: 2,
});

const FACTS: readonly MemoryFact[] = [
  process(CAMERA, 'camera'),
  process(CONSUMER, 'consumer'),
  process(2120, 'media.codec', true),
  process(AGENT, 'qda-agent'),
  node(CAMERA),
  node(CONSUMER),
  node(AGENT),
  ...[0, 1, 2].flatMap((at): MemoryFact[] => [
    buffer(7001 + at, 3_133_440 + at * 4096, 'system', `frame-${at}`),
    holder(CAMERA, 10 + at, 7001 + at),
    holder(CONSUMER, 20 + at, 7001 + at),
    { kind: 'map', pid: CAMERA, ino: 7001 + at, start: 0x7f00_0000_0000n, length: 3_133_440 },
    attached(7001 + at, 'qda-cb-cdsp-2'),
  ]),
  buffer(7010, 65536, 'drm'),
  attached(7010, 'qda-cb-cdsp-4'),
  {
    kind: 'self',
    node: '/dev/accel/accel0',
    handle: 1,
    size: 1_048_576,
    ino: null,
    sinceNs: 2_500_000_000,
    imported: false,
    mapped: true,
  },
];

const entry = (dmaAddr: bigint, length: number, phys: bigint | null = null): SgEntry => ({
  dmaAddr,
  length,
  phys,
});

const event = (kind: DmaEvent['kind'], device: string, at: Partial<DmaEvent>): DmaEvent => ({
  kind,
  device,
  timeNs: 1_500_000_000,
  pid: CONSUMER,
  comm: 'consumer',
  entries: [],
  truncated: false,
  totalEntries: at.entries?.length ?? 0,
  ...at,
});

const EVENTS: readonly DmaEvent[] = [
  ...[0, 1, 2].map((at) =>
    event('map-sg', 'qda-cb-cdsp-2', {
      timeNs: 1_600_000_000 + at * 33_000_000,
      entries: [
        entry(BigInt(0x8000_0000 + at * 0x40_0000), 2_097_152, BigInt(0x1_2000_0000 + at * 0x80_0000)),
        entry(
          BigInt(0x8000_0000 + at * 0x40_0000 + (at === 2 ? 0x60_0000 : 2_097_152)),
          1_036_288 + at * 4096,
          BigInt(0x1_9000_0000 + at * 0x80_0000),
        ),
      ],
    }),
  ),
  event('alloc', 'qda-cb-cdsp-3', {
    pid: AGENT,
    comm: 'qda-agent',
    timeNs: 2_500_000_000,
    entries: [entry(0x1_0000n, 1_048_576)],
  }),
  event('alloc', 'qda-cb-cdsp-4', { pid: LEAKER, comm: 'leaker', entries: [entry(0x2_0000n, 65536)] }),
];

const snapshot = (takenNs: number, facts: readonly MemoryFact[]): MemoryInput => ({
  kind: 'snapshot',
  snapshot: { takenNs, facts, tiers: TIERS },
});

export const memoryInputs = (): readonly MemoryInput[] => [
  snapshot(1_000_000_000, [...FACTS, process(LEAKER, 'leaker')]),
  { kind: 'events', events: EVENTS, lost: 4 },
  snapshot(3_000_000_000, FACTS),
];
