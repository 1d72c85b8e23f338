// A recorded board of any size: the frames that an agent would send of it. Pure: the same size gives the same bytes.
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { MemoryModel } from '../../electron/memory/model.ts';
import type { MemoryFact, MemoryPicture } from '../../electron/model/memory.ts';
import {
  DmaKind,
  FromAgentSchema,
  type MemoryRecordSchema,
  Tier,
  type DmaEventSchema,
} from '../../electron/wire/gen/qda_lab_pb.js';
import { decodeFromAgent } from '../../electron/wire/toModel.ts';

const PROCESSES = 200;
const BANKS = 12;
const PAGE = 4096n;
/** As the agent cuts its messages. */
const RECORDS_A_CHUNK = 2000;
const EVENTS_A_BATCH = 256;

type Record = MessageInitShape<typeof MemoryRecordSchema>;
type Body = NonNullable<MessageInitShape<typeof FromAgentSchema>['body']>;

const inoOf = (buffer: number): bigint => BigInt(10_000 + buffer);
const deviceOf = (buffer: number): string => `qda-cb-cdsp-${1 + (buffer % BANKS)}`;

const processRecord = (at: number): Record => ({
  record: { case: 'process', value: { pid: 1000 + at, comm: `holder-${at}`, uid: 0 } },
});

/** What the tiers say of one buffer: bufinfo its size and bank, proc who holds it. */
const bufferRecords = (at: number): readonly Record[] => [
  {
    record: {
      case: 'buffer',
      value: { ino: inoOf(at), tier: Tier.BUFINFO, size: PAGE, exporter: 'system', references: 2n },
    },
  },
  { record: { case: 'attachment', value: { ino: inoOf(at), device: deviceOf(at) } } },
  { record: { case: 'holder', value: { pid: 1000 + (at % PROCESSES), fd: 10 + at, ino: inoOf(at) } } },
];

const eventOf = (at: number): MessageInitShape<typeof DmaEventSchema> => ({
  kind: DmaKind.DMA_MAP_SG,
  timeNs: BigInt(at + 1),
  pid: 1000 + (at % PROCESSES),
  comm: `holder-${at % PROCESSES}`,
  device: deviceOf(at),
  entries: [
    { dmaAddr: 0x1000_0000n + BigInt(at) * PAGE, length: PAGE, phys: 0x8000_0000n + BigInt(at) * PAGE },
  ],
  totalEntries: 1,
});

function* cut<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}

function* bodies(buffers: number): Generator<Body> {
  const numbers = Array.from({ length: buffers }, (_, at) => at);
  for (const part of cut(numbers, EVENTS_A_BATCH))
    yield { case: 'events', value: { events: part.map(eventOf), lost: 0n } };
  const records = [
    ...Array.from({ length: PROCESSES }, (_, at) => processRecord(at)),
    ...numbers.flatMap(bufferRecords),
  ];
  for (const part of cut(records, RECORDS_A_CHUNK)) yield { case: 'memory', value: { records: [...part] } };
  const tiers = [Tier.PROC, Tier.BUFINFO, Tier.DMA].map((tier) => ({ tier, available: true }));
  yield { case: 'memory', value: { last: true, takenNs: BigInt(buffers), tiers } };
}

/** The frames of a board with so many buffers: each mapped in a bank by an event, then all of it in one snapshot. */
export const recordedFrames = (buffers: number): readonly Uint8Array[] =>
  [...bodies(buffers)].map((body, at) =>
    toBinary(FromAgentSchema, create(FromAgentSchema, { seq: BigInt(at + 1), body })),
  );

/** Decodes the frames and folds them into a picture, as the host does with those of an agent. */
export function pictureOf(frames: readonly Uint8Array[]): MemoryPicture {
  const model = new MemoryModel();
  const facts: MemoryFact[] = [];
  for (const frame of frames) {
    const message = decodeFromAgent(frame);
    if (!message.ok) throw new Error(message.problem.message);
    const { body } = message.value;
    if (body.kind === 'memory-events') model.apply({ kind: 'events', events: body.events, lost: body.lost });
    if (body.kind !== 'memory') continue;
    for (const fact of body.part.facts) facts.push(fact);
    if (body.part.last !== null) model.apply({ kind: 'snapshot', snapshot: { ...body.part.last, facts } });
  }
  return model.picture();
}
