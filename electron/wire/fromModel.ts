// Host -> agent: requests to frames, field by field.
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { PlanPoint } from '../model/plan.ts';
import { encodeFrame } from './framing.ts';
import { ToAgentSchema, type PlanPointSchema } from './gen/qda_lab_pb.js';
import { MAX_POINTS, PROTOCOL, type AgentRequest, type PlanRequest } from './messages.ts';
import { numberOf, sources } from './words.ts';

type WireRequest = NonNullable<MessageInitShape<typeof ToAgentSchema>['request']>;

const U32 = 0xffff_ffff;
const U64 = 0xffff_ffff_ffff_ffffn;

/** One request as a frame; a plan that the schema cannot carry is refused here, before anything is sent. */
export function encodeRequest(id: number, request: AgentRequest): Outcome<Uint8Array> {
  if (request.kind === 'start-plan') {
    const why = faultOfPlan(request.plan);
    if (why !== null) return fail('bad-plan', `The plan cannot be sent: ${why}.`, 'Correct the plan.');
  }
  const message = toBinary(
    ToAgentSchema,
    create(ToAgentSchema, { id: BigInt(id), request: wireOf(request) }),
  );
  return ok(encodeFrame(message));
}

function wireOf(request: AgentRequest): WireRequest {
  switch (request.kind) {
    case 'hello': {
      const { token, buildId, resumeAfter } = request;
      return {
        case: 'hello',
        value: { token, buildId, protocol: PROTOCOL, resumeAfter: BigInt(resumeAfter) },
      };
    }
    case 'get-identity':
      return { case: 'getIdentity', value: {} };
    case 'get-checks':
      return { case: 'getChecks', value: {} };
    case 'get-environment':
      return { case: 'getEnvironment', value: {} };
    case 'get-memory':
      return { case: 'getMemory', value: { tiers: [...request.tiers] } };
    case 'start-events':
      return { case: 'startEvents', value: {} };
    case 'stop-events':
      return { case: 'stopEvents', value: {} };
    case 'start-plan': {
      const { runId, dsp, points, shell = '', dspFiles = '' } = request.plan;
      return { case: 'startPlan', value: { runId, dsp, points: points.map(pointOf), shell, dspFiles } };
    }
    case 'cancel':
      return { case: 'cancel', value: {} };
    case 'ack':
      return { case: 'ack', value: { block: BigInt(request.block) } };
    case 'ping':
      return { case: 'ping', value: {} };
    case 'shutdown':
      return { case: 'shutdown', value: {} };
  }
}

const pointOf = (point: PlanPoint): MessageInitShape<typeof PlanPointSchema> => ({
  index: point.index,
  benchmark: point.benchmark,
  size: BigInt(point.size),
  source: numberOf(sources, point.source),
  count: point.count,
  variant: point.variant,
  samples: point.samples,
  warmups: point.warmups,
  budgetNs: BigInt(point.budgetNs),
  minSamples: point.minSamples,
  repeat: point.repeat,
  seed: BigInt(point.seed),
  verify: point.verify,
});

function faultOfPlan(plan: PlanRequest): string | null {
  if (plan.runId === '') return 'it has no run id';
  if (plan.points.length === 0) return 'it has no points';
  if (plan.points.length > MAX_POINTS)
    return `it has ${plan.points.length} points, the most is ${MAX_POINTS}`;
  const long =
    tooLong('run id', plan.runId, 63) ??
    tooLong('DSP', plan.dsp, 15) ??
    tooLong('shell path', plan.shell ?? '', 255) ??
    tooLong("folder of the DSP's files", plan.dspFiles ?? '', 255);
  if (long !== null) return `its ${long}`;
  for (const point of plan.points) {
    const fault = faultOfPoint(point);
    if (fault !== null) return `point ${point.index} (${point.benchmark}) ${fault}`;
  }
  return null;
}

/** The agent keeps these texts in fields of fixed size, native/wire/qda_lab.options: bytes of UTF-8. */
function tooLong(what: string, text: string, most: number): string | null {
  const length = [...text].reduce((sum, letter) => sum + utf8Length(letter.codePointAt(0) ?? 0), 0);
  return length <= most ? null : `${what} has ${length} bytes, the most is ${most}`;
}

const utf8Length = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4);

const smallFields = ['index', 'count', 'variant', 'samples', 'warmups', 'minSamples', 'repeat'] as const;

function faultOfPoint(point: PlanPoint): string | null {
  const whole = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 0 && value <= most;
  for (const field of smallFields) {
    if (!whole(point[field], U32)) return `has ${field} ${point[field]}, no whole number below 2^32`;
  }
  for (const field of ['size', 'budgetNs'] as const) {
    if (!whole(point[field], Number.MAX_SAFE_INTEGER))
      return `has ${field} ${point[field]}, no whole number below 2^53`;
  }
  const long = tooLong('name', point.benchmark, 31);
  if (long !== null) return `is refused: its ${long}`;
  if (!/^\d{1,20}$/.test(point.seed) || BigInt(point.seed) > U64)
    return `has the seed '${point.seed}', no u64`;
  return null;
}
