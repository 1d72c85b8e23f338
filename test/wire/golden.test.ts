// The golden frames are the protocol's specification: test/native/test_frame.c asserts the same bytes on the agent's side.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, fromJson, toBinary, toJson, type JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { PlanPoint } from '../../electron/model/plan.ts';
import { encodeRequest } from '../../electron/wire/fromModel.ts';
import { encodeFrame, FrameDecoder } from '../../electron/wire/framing.ts';
import { FromAgentSchema, ToAgentSchema } from '../../electron/wire/gen/qda_lab_pb.js';
import type { AgentRequest } from '../../electron/wire/messages.ts';
import { decodeFromAgent } from '../../electron/wire/toModel.ts';

const folder = join(import.meta.dirname, '../fixtures/frames');

interface Golden {
  readonly file: string;
  readonly message: 'ToAgent' | 'FromAgent';
  readonly json: JsonValue;
}
const { frames } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
  frames: readonly Golden[];
};

const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(join(folder, file)));

function messageOf(file: string): Uint8Array {
  const decoder = new FrameDecoder();
  const { frames: found, problem } = decoder.push(bytesOf(file));
  expect([found.length, problem, decoder.end()]).toEqual([1, null, null]);
  return found[0] ?? new Uint8Array();
}

describe('golden frames', () => {
  it('are all in the index', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.bin'));
    expect(frames.map(({ file }) => file).sort()).toEqual(files.sort());
    expect(files.length).toBeGreaterThan(20);
  });

  it.each(frames)(
    '$file: the bytes mean the JSON, and the JSON makes the bytes',
    ({ file, message, json }) => {
      const schema = message === 'ToAgent' ? ToAgentSchema : FromAgentSchema;
      expect(toJson(schema, fromBinary(schema, messageOf(file)))).toEqual(json);
      expect(encodeFrame(toBinary(schema, fromJson(schema, json)))).toEqual(bytesOf(file));
    },
  );
});

describe('what an agent sends', () => {
  /** These carry numbers at the edge of u64, which the model refuses by name. */
  const beyond: Readonly<Record<string, string>> = {
    'from-done.bin': 'FromAgent.reply_to',
    'from-samples.bin': 'SampleBlock.ns',
    'from-welcome.bin': 'Welcome.last_block',
  };
  const sent = frames.filter(({ message }) => message === 'FromAgent').map(({ file }) => file);

  it.each(sent.filter((file) => beyond[file] === undefined))('%s reaches the model', (file) => {
    const outcome = decodeFromAgent(messageOf(file));
    expect(outcome.ok ? outcome.value : outcome.problem).toMatchSnapshot();
  });

  it.each(Object.entries(beyond))('%s is refused for %s', (file, field) => {
    const outcome = decodeFromAgent(messageOf(file));
    expect(outcome.ok ? '' : outcome.problem.message).toContain(field);
  });

  it.each(sent)('%s cut anywhere never reads as another message', (file) => {
    const whole = messageOf(file);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = decodeFromAgent(whole.subarray(0, length));
      if (cut.ok) expect(cut.value).not.toEqual(decodeFromAgent(whole));
      else expect(cut.problem.code).toBe('bad-frame');
    }
  });
});

const first: PlanPoint = {
  index: 0,
  benchmark: 'mem.alloc',
  size: 4096,
  source: 'qda',
  count: 0,
  variant: 0,
  samples: 300,
  warmups: 20,
  budgetNs: 2e9,
  minSamples: 30,
  repeat: 0,
  seed: '18446744073709551615',
  verify: true,
};
const second: PlanPoint = {
  index: 1,
  benchmark: 'mem.import',
  size: 67_108_864,
  source: 'udmabuf',
  count: 7,
  variant: 12,
  samples: 200,
  warmups: 0,
  budgetNs: 0,
  minSamples: 0,
  repeat: 2,
  seed: '0',
  verify: false,
};

describe('what the host sends', () => {
  it.each<[string, number, AgentRequest]>([
    ['to-ack.bin', 5, { kind: 'ack', block: 1_234_567 }],
    ['to-cancel.bin', 10, { kind: 'cancel' }],
    ['to-get-checks.bin', 6, { kind: 'get-checks' }],
    ['to-get-environment.bin', 7, { kind: 'get-environment' }],
    ['to-get-identity.bin', 2, { kind: 'get-identity' }],
    ['to-get-memory.bin', 300, { kind: 'get-memory', tiers: ['proc', 'bufinfo'] }],
    ['to-ping.bin', 11, { kind: 'ping' }],
    ['to-start-events.bin', 8, { kind: 'start-events' }],
    ['to-stop-events.bin', 9, { kind: 'stop-events' }],
    [
      'to-start-plan.bin',
      4,
      { kind: 'start-plan', plan: { runId: '2026-11-22-a', dsp: 'cdsp', points: [first, second] } },
    ],
    [
      'to-start-plan-shell.bin',
      12,
      {
        kind: 'start-plan',
        plan: {
          runId: '2026-11-22-b',
          dsp: 'cdsp',
          points: [first, second],
          shell: '/opt/dsp/fastrpc_shell_unsigned_3',
          dspFiles: '/opt/dsp/files',
        },
      },
    ],
  ])('%s', (file, id, request) => {
    const outcome = encodeRequest(id, request);
    expect(outcome.ok && outcome.value).toEqual(bytesOf(file));
  });
});
