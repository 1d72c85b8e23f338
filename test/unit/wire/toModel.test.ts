import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { AgentBody } from '../../../electron/wire/messages.ts';
import { FromAgentSchema, DmaKind, Status, Tier } from '../../../electron/wire/gen/qda_lab_pb.js';
import { decodeFromAgent } from '../../../electron/wire/toModel.ts';

type Body = NonNullable<MessageInitShape<typeof FromAgentSchema>['body']>;

const encode = (body: Body, seq = 5n, replyTo = 3n): Uint8Array =>
  toBinary(FromAgentSchema, create(FromAgentSchema, { seq, replyTo, body }));

function decoded(body: Body): AgentBody {
  const outcome = decodeFromAgent(encode(body));
  if (!outcome.ok) throw new Error(outcome.problem.message);
  expect([outcome.value.seq, outcome.value.replyTo]).toEqual([5, 3]);
  return outcome.value.body;
}

function fault(body: Body): string {
  const outcome = decodeFromAgent(encode(body));
  if (outcome.ok) throw new Error('was read');
  expect(outcome.problem.code).toBe('bad-frame');
  return outcome.problem.message;
}

describe('what an agent says, as the model has it', () => {
  it('welcome: empty and zero mean none', () => {
    const value = { buildId: 'b', protocol: 1, session: 's', simulated: true, lastBlock: 4n };
    expect(decoded({ case: 'welcome', value })).toMatchObject({
      welcome: { buildId: 'b', runningPlan: null, lastBlock: 4, oldestBlock: null, droppedBlocks: 0 },
    });
    const goesOn = decoded({ case: 'welcome', value: { ...value, runningPlan: 'r', oldestBlock: 2n } });
    expect(goesOn).toMatchObject({ welcome: { runningPlan: 'r', oldestBlock: 2 } });
  });

  it('identity and readings: what is missing is null, never zero', () => {
    const body = decoded({
      case: 'identity',
      value: {
        nodes: [{ path: '/dev/accel/accel0', dsp: 'cdsp', proof: 'no BTF', error: -13 }],
        readings: [
          { key: 'a', reason: 'no such file' },
          { key: 'b', value: '' },
        ],
        benchmarks: [{ id: 'mem.alloc', exhaustive: false }],
      },
    });
    expect(body).toMatchObject({
      identity: {
        serial: null,
        nodes: [{ generation: null, proof: 'no BTF', error: -13 }],
        readings: [
          { key: 'a', value: null, reason: 'no such file' },
          { key: 'b', value: '' },
        ],
        benchmarks: [{ id: 'mem.alloc', exhaustive: false }],
      },
    });
  });

  it('memory: every fact keeps its tier, optional numbers may be missing', () => {
    const ino = 77n;
    const body = decoded({
      case: 'memory',
      value: {
        records: [
          { record: { case: 'process', value: { pid: 9, comm: 'cam', uid: 1000, unreadable: true } } },
          { record: { case: 'node', value: { pid: 9, fd: 4, path: '/dev/accel/accel0' } } },
          { record: { case: 'buffer', value: { ino, tier: Tier.BUFINFO, size: 4096n, exporter: 'system' } } },
          { record: { case: 'holder', value: { pid: 9, fd: 5, ino } } },
          { record: { case: 'map', value: { pid: 9, ino, start: 0xffff_ffff_ffff_f000n, length: 4096n } } },
          { record: { case: 'attachment', value: { ino, device: 'qda-cb-cdsp-3' } } },
          { record: { case: 'self', value: { node: 'n', handle: 1, size: 1n, sinceNs: 8n, mapped: true } } },
        ],
        last: true,
        takenNs: 10n,
        tiers: [{ tier: Tier.DMA, available: false, reason: 'no tracefs', lostEvents: 2n }],
      },
    });
    expect(body).toEqual({
      kind: 'memory',
      part: {
        facts: [
          { kind: 'process', pid: 9, comm: 'cam', uid: 1000, unreadable: true },
          { kind: 'node', pid: 9, fd: 4, path: '/dev/accel/accel0' },
          {
            kind: 'buffer',
            ino: 77,
            tier: 'bufinfo',
            size: 4096,
            exporter: 'system',
            name: '',
            references: null,
          },
          { kind: 'holder', pid: 9, fd: 5, ino: 77 },
          { kind: 'map', pid: 9, ino: 77, start: 0xffff_ffff_ffff_f000n, length: 4096 },
          { kind: 'attachment', ino: 77, device: 'qda-cb-cdsp-3' },
          {
            kind: 'self',
            node: 'n',
            handle: 1,
            size: 1,
            ino: null,
            sinceNs: 8,
            imported: false,
            mapped: true,
          },
        ],
        last: {
          takenNs: 10,
          tiers: [
            { tier: 'dma', available: false, reason: 'no tracefs', source: '', lostEvents: 2, sinceNs: null },
          ],
        },
      },
    });
  });

  it('memory events: addresses stay exact', () => {
    const dmaAddr = 0x3_8000_1000n;
    const entries = [
      { dmaAddr, length: 4096n },
      { dmaAddr: dmaAddr + 4096n, length: 4096n, phys: 2n ** 63n },
    ];
    const value = {
      events: [{ kind: DmaKind.DMA_MAP_SG, timeNs: 5n, pid: 3, process: 2, entries, totalEntries: 2 }],
      lost: 6n,
    };
    expect(decoded({ case: 'events', value })).toMatchObject({
      kind: 'memory-events',
      lost: 6,
      events: [
        {
          kind: 'map-sg',
          process: 2,
          entries: [
            { dmaAddr, length: 4096, phys: null },
            { dmaAddr: dmaAddr + 4096n, length: 4096, phys: 2n ** 63n },
          ],
          totalEntries: 2,
        },
      ],
    });
  });

  it('a point: started, samples, done', () => {
    expect(decoded({ case: 'pointStarted', value: { index: 1, block: 2n, series: ['a', 'b'] } })).toEqual({
      kind: 'point-started',
      started: { index: 1, block: 2, series: ['a', 'b'] },
    });
    const ns = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]);
    expect(
      decoded({ case: 'samples', value: { block: 3n, index: 1, series: 1, first: 9n, ns, simulated: true } }),
    ).toEqual({
      kind: 'samples',
      block: {
        block: 3,
        index: 1,
        series: 1,
        first: 9,
        ns: Float64Array.from([1, 2 ** 32 + 2]),
        simulated: true,
      },
    });
    const value = { index: 1, block: 4n, status: Status.ERROR, error: -12, call: 'GEM_CREATE', limit: 0n };
    const done = decoded({ case: 'pointDone', value });
    expect(done).toMatchObject({ done: { status: 'error', error: -12, call: 'GEM_CREATE', limit: 0 } });
    expect(decoded({ case: 'pointDone', value: {} })).toMatchObject({
      done: { status: 'pass', limit: null },
    });
  });

  it('board times beyond 104 days of uptime are rounded, not refused', () => {
    const nowNs = 2n ** 53n + 1n;
    const body = decoded({
      case: 'heartbeat',
      value: { nowNs, utcNs: 1_790_000_000_123_456_789n, rssBytes: 1n },
    });
    expect(body).toMatchObject({ heartbeat: { nowNs: 2 ** 53, utcNs: 1_790_000_000_123_456_789n } });
  });
});

describe('what is no message of ours', () => {
  it.each([
    ['garbage', Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff])],
    ['a cut message', encode({ case: 'welcome', value: { buildId: 'abcdef' } }).subarray(0, 8)],
    ['a message without content', toBinary(FromAgentSchema, create(FromAgentSchema, { seq: 1n }))],
    ['content of a later version', Uint8Array.from([8, 1, 0xfa, 1, 0])],
  ])('%s is a bad frame', (_what, frame) => {
    expect(decodeFromAgent(frame)).toMatchObject({ ok: false, problem: { code: 'bad-frame' } });
  });

  it('numbers and words that the model does not have are named', () => {
    expect(fault({ case: 'pointDone', value: { verified: 2n ** 53n } })).toContain('PointDone.verified');
    expect(fault({ case: 'pointDone', value: { status: 99 as Status } })).toContain('unknown value 99');
    expect(fault({ case: 'samples', value: { ns: new Uint8Array(9) } })).toContain('SampleBlock.ns');
    const tier = fault({ case: 'memory', value: { last: true, tiers: [{ tier: Tier.NONE }] } });
    expect(tier).toContain('TierStatus.tier names no tier');
    const buffer = { record: { case: 'buffer' as const, value: { ino: 1n, tier: Tier.DMA } } };
    expect(fault({ case: 'memory', value: { records: [buffer] } })).toContain('BufferFact.tier is dma');
    expect(fault({ case: 'memory', value: { records: [{}] } })).toContain('MemoryRecord');
  });
});
