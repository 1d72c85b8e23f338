import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { decodeFromBoard, encodeBoardRequest, type BoardRequest } from '../../../electron/wire/control.ts';
import { FrameDecoder } from '../../../electron/wire/framing.ts';
import {
  FailureCode,
  FaultKind,
  FromBoardSchema,
  ToBoardSchema,
} from '../../../electron/wire/gen/qda_lab_pb.js';

const sent = (request: BoardRequest): unknown => {
  const [frame] = new FrameDecoder().push(encodeBoardRequest(4, request)).frames;
  return fromBinary(ToBoardSchema, frame ?? new Uint8Array());
};

const answer = (body: NonNullable<MessageInitShape<typeof FromBoardSchema>['body']>): unknown =>
  decodeFromBoard(toBinary(FromBoardSchema, create(FromBoardSchema, { replyTo: 4n, body })));

describe('requests to a virtual board', () => {
  it('faults, with what was left out at zero', () => {
    expect(
      sent({ kind: 'set-fault', fault: { kind: 'delay', call: 'RELEASE', delayNs: 5e6 } }),
    ).toMatchObject({
      id: 4n,
      request: {
        case: 'setFault',
        value: { kind: FaultKind.FAULT_DELAY, dsp: '', call: 'RELEASE', delayNs: 5_000_000n, count: 0 },
      },
    });
    expect(
      sent({ kind: 'set-fault', fault: { kind: 'foreign-import', dsp: 'cdsp', count: 2 } }),
    ).toMatchObject({
      request: { value: { kind: FaultKind.FAULT_FOREIGN_IMPORT, dsp: 'cdsp', count: 2 } },
    });
  });

  it.each([
    ['dsp-crash', FaultKind.FAULT_DSP_CRASH],
    ['dsp-hang', FaultKind.FAULT_DSP_HANG],
    ['dsp-space', FaultKind.FAULT_DSP_SPACE],
  ] as const)('the fault %s', (kind, number) => {
    expect(sent({ kind: 'set-fault', fault: { kind, delayNs: 2 ** 26 } })).toMatchObject({
      request: { value: { kind: number, delayNs: 67_108_864n } },
    });
  });

  it('workloads', () => {
    expect(
      sent({ kind: 'start-workload', workload: { kind: 'leaker', size: 4096, processes: 3 } }),
    ).toMatchObject({
      request: { case: 'startWorkload', value: { kind: 'leaker', size: 4096n, count: 0, processes: 3 } },
    });
    expect(sent({ kind: 'stop-workload', pid: 0 })).toMatchObject({ request: { value: { pid: 0 } } });
  });

  it.each([
    [{ kind: 'status' }, 'status'],
    [{ kind: 'clear-faults' }, 'clearFaults'],
    [{ kind: 'unplug', dsp: 'cdsp' }, 'unplug'],
    [{ kind: 'replug', dsp: 'cdsp' }, 'replug'],
    [{ kind: 'kill-client', pid: 3 }, 'killClient'],
    [{ kind: 'stop' }, 'stop'],
  ] as const)('%j', (request, wireCase) => {
    expect(sent(request)).toMatchObject({ request: { case: wireCase } });
  });
});

describe('answers of a virtual board', () => {
  it('status: a free bank has no owner', () => {
    const banks = [
      { dsp: 'cdsp', sid: 3 },
      { dsp: 'cdsp', sid: 4, owner: 77, references: 2, iovaUsed: 4096n },
    ];
    const ledger = [{ quirk: 'mmap-leak', objects: 1n, bytes: 4096n }];
    expect(answer({ case: 'info', value: { name: 'b', banks, ledger, bytes: 8192n } })).toMatchObject({
      ok: true,
      value: {
        replyTo: 4,
        body: {
          kind: 'info',
          info: {
            name: 'b',
            bytes: 8192,
            banks: [
              { sid: 3, owner: null },
              { sid: 4, owner: 77, references: 2, iovaUsed: 4096 },
            ],
            ledger: [{ quirk: 'mmap-leak', objects: 1, bytes: 4096 }],
          },
        },
      },
    });
  });

  it('status: the processes of its DSP, what calls copied, and why no DSP runs', () => {
    const dspSessions = [{ pid: 9, session: 1, dsp: 'cdsp', sid: 3, waiting: 1, calls: 12n, mappings: 2n }];
    const value = { dspSessions, copiedBytes: 4096n, dspMissing: 'no emulator' };
    expect(answer({ case: 'info', value })).toMatchObject({
      value: {
        body: {
          info: {
            dspSessions: [{ pid: 9, session: 1, dsp: 'cdsp', sid: 3, waiting: 1, calls: 12, mappings: 2 }],
            copiedBytes: 4096,
            dspMissing: 'no emulator',
          },
        },
      },
    });
    expect(answer({ case: 'info', value: { copiedBytes: 2n ** 60n } })).toMatchObject({
      problem: { code: 'bad-frame' },
    });
  });

  it('done, workload, refusal', () => {
    expect(answer({ case: 'done', value: {} })).toMatchObject({ value: { body: { kind: 'done' } } });
    expect(answer({ case: 'workload', value: { pids: [4, 5] } })).toMatchObject({
      value: { body: { pids: [4, 5] } },
    });
    const refused = answer({
      case: 'failure',
      value: { code: FailureCode.FAILURE_LIMIT, message: 'm', error: -24 },
    });
    expect(refused).toMatchObject({
      value: { body: { refusal: { code: 'limit', message: 'm', error: -24 } } },
    });
  });

  it('garbage and empty messages are bad frames', () => {
    expect(decodeFromBoard(Uint8Array.from([0x0a]))).toMatchObject({
      ok: false,
      problem: { code: 'bad-frame' },
    });
    expect(decodeFromBoard(Uint8Array.from([8, 4]))).toMatchObject({
      ok: false,
      problem: { code: 'bad-frame' },
    });
    expect(answer({ case: 'info', value: { bytes: 2n ** 60n } })).toMatchObject({
      problem: { code: 'bad-frame' },
    });
  });
});
