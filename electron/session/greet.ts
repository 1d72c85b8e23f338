import type { Deployment } from '../link/interfaces/link.ts';
import { fail, ok, type Outcome, type Problem } from '../model/outcome.ts';
import type { Welcome } from '../model/stream.ts';
import { PROTOCOL, type AgentBody } from '../wire/messages.ts';
import { Channel, type ChannelEnd } from './channel.ts';
import type { Clock, Limits } from './clock.ts';
import { buildMismatch, ofRefusal, protocolMismatch, rebooted, unwelcome } from './problems.ts';
import type { ReplyTaker } from './replies.ts';

export interface Greeting {
  readonly deployment: Deployment;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Last block that is safely stored. */
  readonly resumeAfter: number;
  /** The agent's session of the connection before; null: none. */
  readonly session: string | null;
  /** The channel exists, but nobody has been let in yet. */
  readonly opened: (channel: Channel) => void;
  /** Called at once with the welcome, before any message that follows it. */
  readonly welcomed: (channel: Channel, welcome: Welcome) => void;
  readonly push: (body: AgentBody) => Problem | null;
  /** Only after `welcomed`. */
  readonly ended: (channel: Channel, end: ChannelEnd) => void;
}

/** Connects and shakes hands. Comes back with a channel that is open for requests, or leaves nothing. */
export async function greet(greeting: Greeting): Promise<Outcome<Channel>> {
  const { deployment, clock, limits } = greeting;
  const connection = await deployment.connect();
  if (!connection.ok) return connection;
  let inside = false;
  const channel = new Channel(connection.value, clock, limits, {
    onPush: (body) => (inside ? greeting.push(body) : beforeWelcome(body)),
    onEnd: (end) => {
      if (inside) greeting.ended(channel, end);
    },
  });
  greeting.opened(channel);
  const taker: ReplyTaker<Problem | null> = (body) => {
    if (body.kind !== 'welcome') return { kind: 'unexpected' };
    const refused = judge(body.welcome, greeting);
    if (refused === null) {
      inside = true;
      greeting.welcomed(channel, body.welcome);
    }
    return { kind: 'value', value: refused };
  };
  const { token, buildId } = deployment;
  const hello = { kind: 'hello', token, buildId, resumeAfter: greeting.resumeAfter } as const;
  const reply = await channel.request(hello, taker, limits.welcomeMs);
  const problem = reply.ok ? reply.value : reply.problem;
  if (problem === null) return ok(channel);
  channel.close(problem);
  return fail(problem.code, problem.message, problem.remedy);
}

const beforeWelcome = (body: AgentBody): Problem =>
  body.kind === 'failure' ? ofRefusal(body.refusal) : unwelcome(body.kind);

function judge(welcome: Welcome, { deployment, session }: Greeting): Problem | null {
  if (welcome.protocol !== PROTOCOL) return protocolMismatch(welcome.protocol, PROTOCOL);
  if (welcome.buildId !== deployment.buildId) return buildMismatch(welcome.buildId, deployment.buildId);
  return session === null || session === welcome.session ? null : rebooted;
}
