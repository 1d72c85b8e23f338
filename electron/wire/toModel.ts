// Agent -> host: bytes of one frame to the model's shapes, field by field.
import { fromBinary } from '@bufbuild/protobuf';
import { fail, ok, type Outcome, type Problem } from '../model/outcome.ts';
import type * as wire from './gen/qda_lab_pb.js';
import { FromAgentSchema } from './gen/qda_lab_pb.js';
import { checkOf, identityOf, readingOf } from './boardToModel.ts';
import { Fit } from './fit.ts';
import { memoryEventsOf, memoryPartOf } from './memoryToModel.ts';
import type { AgentBody, AgentMessage, Refusal } from './messages.ts';
import {
  heartbeatOf,
  logLineOf,
  planDoneOf,
  pointDoneOf,
  pointStartedOf,
  sampleBlockOf,
  welcomeOf,
} from './streamToModel.ts';
import { failureCodes } from './words.ts';

export const badFrame = (who: string, why: string): { readonly ok: false; readonly problem: Problem } =>
  fail(
    'bad-frame',
    `A message of the ${who} cannot be read: ${why}. It is damaged, or of another version.`,
    'The connection is dropped and made anew; if it happens again, run npm run native.',
  );

export const refusalOf = (failure: wire.Failure, fit: Fit): Refusal => ({
  code: fit.word(failureCodes, failure.code, 'Failure.code'),
  message: failure.message,
  error: failure.error,
});

/** The message in one frame of an agent, or why the frame cannot be one. */
export function decodeFromAgent(frame: Uint8Array): Outcome<AgentMessage> {
  let message: wire.FromAgent;
  try {
    message = fromBinary(FromAgentSchema, frame);
  } catch (error) {
    return badFrame('agent', error instanceof Error ? error.message : String(error));
  }
  const fit = new Fit();
  const seq = fit.exact(message.seq, 'FromAgent.seq');
  const replyTo = fit.exact(message.replyTo, 'FromAgent.reply_to');
  const body = bodyOf(message.body, fit);
  if (fit.fault !== null) return badFrame('agent', fit.fault);
  if (body === null) return badFrame('agent', 'it has no content that this version knows');
  return ok({ seq, replyTo, body });
}

function bodyOf(body: wire.FromAgent['body'], fit: Fit): AgentBody | null {
  switch (body.case) {
    case 'welcome':
      return { kind: 'welcome', welcome: welcomeOf(body.value, fit) };
    case 'failure':
      return { kind: 'failure', refusal: refusalOf(body.value, fit) };
    case 'identity':
      return { kind: 'identity', identity: identityOf(body.value, fit) };
    case 'checks':
      return { kind: 'checks', checks: body.value.checks.map((check) => checkOf(check, fit)) };
    case 'environment':
      return { kind: 'environment', readings: body.value.readings.map(readingOf) };
    case 'memory':
      return { kind: 'memory', part: memoryPartOf(body.value, fit) };
    case 'done':
      return { kind: 'done' };
    case 'events':
      return memoryEventsOf(body.value, fit);
    case 'pointStarted':
      return { kind: 'point-started', started: pointStartedOf(body.value, fit) };
    case 'samples':
      return { kind: 'samples', block: sampleBlockOf(body.value, fit) };
    case 'pointDone':
      return { kind: 'point-done', done: pointDoneOf(body.value, fit) };
    case 'planDone':
      return { kind: 'plan-done', done: planDoneOf(body.value, fit) };
    case 'heartbeat':
      return { kind: 'heartbeat', heartbeat: heartbeatOf(body.value, fit) };
    case 'log':
      return { kind: 'log', line: logLineOf(body.value, fit) };
    case undefined:
      return null;
  }
}
