// Host <-> virtual board: its control protocol.
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { ok, type Outcome } from '../model/outcome.ts';
import { boardInfoOf, type VirtualBoardInfo } from './controlToModel.ts';
import { Fit } from './fit.ts';
import { encodeFrame } from './framing.ts';
import type * as wire from './gen/qda_lab_pb.js';
import { FromBoardSchema, ToBoardSchema } from './gen/qda_lab_pb.js';
import type { Refusal } from './messages.ts';
import { badFrame, refusalOf } from './toModel.ts';
import { faultKinds, numberOf, type FaultKind } from './words.ts';

/** What a virtual board is to do wrong. */
export interface Fault {
  readonly kind: Exclude<FaultKind, 'none'>;
  /** Empty or left out: every DSP. */
  readonly dsp?: string;
  /** delay: which call, "GEM_CREATE". */
  readonly call?: string;
  /** delay: how much later; dsp-space: not a time, the bytes of address space that new sessions have. */
  readonly delayNs?: number;
  /** How many calls it hits; 0 or left out: until cleared. */
  readonly count?: number;
}

export type WorkloadKind = 'producer' | 'consumer' | 'leaker' | 'churn' | 'share' | 'holder';

/** Real processes that hold and share buffers; 0 or left out: the workload's own choice. */
export interface Workload {
  readonly kind: WorkloadKind;
  readonly size?: number;
  readonly count?: number;
  readonly processes?: number;
}

export type BoardRequest =
  | { readonly kind: 'status' }
  | { readonly kind: 'set-fault'; readonly fault: Fault }
  | { readonly kind: 'clear-faults' }
  | { readonly kind: 'start-workload'; readonly workload: Workload }
  /** pid 0: all. */
  | { readonly kind: 'stop-workload'; readonly pid: number }
  | { readonly kind: 'unplug'; readonly dsp: string }
  | { readonly kind: 'replug'; readonly dsp: string }
  | { readonly kind: 'kill-client'; readonly pid: number }
  | { readonly kind: 'stop' };

export type BoardBody =
  | { readonly kind: 'info'; readonly info: VirtualBoardInfo }
  | { readonly kind: 'failure'; readonly refusal: Refusal }
  | { readonly kind: 'done' }
  | { readonly kind: 'workload'; readonly pids: readonly number[] };

export interface BoardMessage {
  readonly replyTo: number;
  readonly body: BoardBody;
}

type WireRequest = NonNullable<MessageInitShape<typeof ToBoardSchema>['request']>;

export const encodeBoardRequest = (id: number, request: BoardRequest): Uint8Array =>
  encodeFrame(toBinary(ToBoardSchema, create(ToBoardSchema, { id: BigInt(id), request: wireOf(request) })));

function wireOf(request: BoardRequest): WireRequest {
  switch (request.kind) {
    case 'status':
      return { case: 'status', value: {} };
    case 'set-fault':
      return { case: 'setFault', value: faultOf(request.fault) };
    case 'clear-faults':
      return { case: 'clearFaults', value: {} };
    case 'start-workload': {
      const { kind, size = 0, count = 0, processes = 0 } = request.workload;
      return { case: 'startWorkload', value: { kind, size: BigInt(size), count, processes } };
    }
    case 'stop-workload':
      return { case: 'stopWorkload', value: { pid: request.pid } };
    case 'unplug':
      return { case: 'unplug', value: { dsp: request.dsp } };
    case 'replug':
      return { case: 'replug', value: { dsp: request.dsp } };
    case 'kill-client':
      return { case: 'killClient', value: { pid: request.pid } };
    case 'stop':
      return { case: 'stop', value: {} };
  }
}

const faultOf = ({
  kind,
  dsp = '',
  call = '',
  delayNs = 0,
  count = 0,
}: Fault): MessageInitShape<typeof wire.SetFaultSchema> => ({
  kind: numberOf(faultKinds, kind),
  dsp,
  call,
  delayNs: BigInt(delayNs),
  count,
});

/** The message in one frame of a virtual board, or why the frame cannot be one. */
export function decodeFromBoard(frame: Uint8Array): Outcome<BoardMessage> {
  let message: wire.FromBoard;
  try {
    message = fromBinary(FromBoardSchema, frame);
  } catch (error) {
    return badFrame('virtual board', error instanceof Error ? error.message : String(error));
  }
  const fit = new Fit();
  const replyTo = fit.exact(message.replyTo, 'FromBoard.reply_to');
  const body = bodyOf(message.body, fit);
  if (fit.fault !== null) return badFrame('virtual board', fit.fault);
  if (body === null) return badFrame('virtual board', 'it has no content that this version knows');
  return ok({ replyTo, body });
}

function bodyOf(body: wire.FromBoard['body'], fit: Fit): BoardBody | null {
  switch (body.case) {
    case 'info':
      return { kind: 'info', info: boardInfoOf(body.value, fit) };
    case 'failure':
      return { kind: 'failure', refusal: refusalOf(body.value, fit) };
    case 'done':
      return { kind: 'done' };
    case 'workload':
      return { kind: 'workload', pids: body.value.pids };
    case undefined:
      return null;
  }
}
