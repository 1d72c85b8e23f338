import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { PlanPoint } from '../../../electron/model/plan.ts';
import { encodeRequest } from '../../../electron/wire/fromModel.ts';
import { FrameDecoder } from '../../../electron/wire/framing.ts';
import { Source, ToAgentSchema, type ToAgent } from '../../../electron/wire/gen/qda_lab_pb.js';
import { MAX_POINTS, type AgentRequest } from '../../../electron/wire/messages.ts';

const point: PlanPoint = {
  index: 0,
  benchmark: 'mem.import',
  size: 65_536,
  source: 'heap-system',
  count: 1,
  variant: 2,
  samples: 3,
  warmups: 4,
  budgetNs: 5e9,
  minSamples: 6,
  repeat: 7,
  seed: '18446744073709551615',
  verify: true,
};
const planOf = (...points: PlanPoint[]): AgentRequest => ({
  kind: 'start-plan',
  plan: { runId: 'r1', dsp: 'cdsp', points },
});

function sent(request: AgentRequest): ToAgent {
  const outcome = encodeRequest(12, request);
  if (!outcome.ok) throw new Error(outcome.problem.message);
  const { frames, problem } = new FrameDecoder().push(outcome.value);
  expect([frames.length, problem]).toEqual([1, null]);
  const message = fromBinary(ToAgentSchema, frames[0] ?? new Uint8Array());
  expect(message.id).toBe(12n);
  return message;
}

describe('requests', () => {
  it('hello carries token, protocol, build and where to go on', () => {
    const message = sent({ kind: 'hello', token: 't', buildId: 'b', resumeAfter: 41 });
    expect(message.request).toMatchObject({
      case: 'hello',
      value: { token: 't', protocol: 1, buildId: 'b', resumeAfter: 41n },
    });
  });

  it.each([
    ['get-identity', 'getIdentity'],
    ['get-checks', 'getChecks'],
    ['get-environment', 'getEnvironment'],
    ['start-events', 'startEvents'],
    ['stop-events', 'stopEvents'],
    ['cancel', 'cancel'],
    ['ping', 'ping'],
    ['shutdown', 'shutdown'],
  ] as const)('%s', (kind, wireCase) => {
    expect(sent({ kind }).request.case).toBe(wireCase);
  });

  it('memory and acknowledgements', () => {
    expect(sent({ kind: 'get-memory', tiers: ['proc', 'dma'] }).request.value).toMatchObject({
      tiers: ['proc', 'dma'],
    });
    expect(sent({ kind: 'ack', block: 9 }).request.value).toMatchObject({ block: 9n });
  });

  it('a plan, field by field', () => {
    const { request } = sent(planOf(point));
    expect(request).toMatchObject({
      case: 'startPlan',
      value: {
        runId: 'r1',
        dsp: 'cdsp',
        points: [
          {
            index: 0,
            benchmark: 'mem.import',
            size: 65_536n,
            source: Source.HEAP_SYSTEM,
            count: 1,
            variant: 2,
            samples: 3,
            warmups: 4,
            budgetNs: 5_000_000_000n,
            minSamples: 6,
            repeat: 7,
            seed: 2n ** 64n - 1n,
            verify: true,
          },
        ],
      },
    });
  });
});

describe('plans that cannot be sent', () => {
  it.each([
    ['no points', planOf(), 'no points'],
    [
      'too many points',
      planOf(...Array.from({ length: MAX_POINTS + 1 }, () => point)),
      `${MAX_POINTS + 1} points`,
    ],
    ['a negative count', planOf({ ...point, count: -1 }), 'count -1'],
    ['half a sample', planOf({ ...point, samples: 0.5 }), 'samples 0.5'],
    ['an endless budget', planOf({ ...point, budgetNs: Number.POSITIVE_INFINITY }), 'budgetNs Infinity'],
    ['a seed that is no number', planOf({ ...point, seed: '0x1' }), "seed '0x1'"],
    ['a seed beyond u64', planOf({ ...point, seed: '18446744073709551616' }), 'no u64'],
    ['no run id', { kind: 'start-plan', plan: { runId: '', dsp: 'cdsp', points: [point] } }, 'no run id'],
    ['a name too long for the agent', planOf({ ...point, benchmark: 'x'.repeat(32) }), '32 bytes'],
    [
      'a long run id',
      { kind: 'start-plan', plan: { runId: 'r'.repeat(64), dsp: 'cdsp', points: [point] } },
      'run id',
    ],
    [
      'a long DSP',
      { kind: 'start-plan', plan: { runId: 'r', dsp: 'd'.repeat(16), points: [point] } },
      'DSP has 16',
    ],
    [
      'a shell whose path has too many bytes',
      {
        kind: 'start-plan',
        plan: { runId: 'r', dsp: 'cdsp', points: [point], shell: `/${'ö'.repeat(128)}` },
      },
      'shell path has 257 bytes',
    ],
    [
      "a folder of the DSP's files whose path is too long",
      {
        kind: 'start-plan',
        plan: { runId: 'r', dsp: 'cdsp', points: [point], dspFiles: `/${'f'.repeat(255)}` },
      },
      "folder of the DSP's files has 256 bytes",
    ],
  ] as const)('%s', (_what, request, text) => {
    const outcome = encodeRequest(1, request);
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'bad-plan' } });
    expect(outcome.ok ? '' : outcome.problem.message).toContain(text);
  });
});
