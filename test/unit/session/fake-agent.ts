import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import type { Connection, Deployment, Target } from '../../../electron/link/interfaces/link.ts';
import { ok, type Outcome, type Problem } from '../../../electron/model/outcome.ts';
import { encodeFrame, FrameDecoder } from '../../../electron/wire/framing.ts';
import { FromAgentSchema, ToAgentSchema, type ToAgent } from '../../../electron/wire/gen/qda_lab_pb.js';
import type { WelcomeSchema } from '../../../electron/wire/gen/qda_lab_pb.js';

export type Body = NonNullable<MessageInitShape<typeof FromAgentSchema>['body']>;

const nothing = (): void => undefined;

/** One connection to the scripted agent, seen from the agent. */
export class FakeConnection implements Connection {
  readonly #agent: FakeAgent;
  readonly #decoder = new FrameDecoder();
  #data: (bytes: Uint8Array) => void = nothing;
  #close: (problem: Problem | null) => void = nothing;
  #seq = 0n;
  closed = false;

  constructor(agent: FakeAgent) {
    this.#agent = agent;
  }

  send(bytes: Uint8Array): Promise<void> {
    for (const frame of this.#decoder.push(bytes).frames) {
      const request = fromBinary(ToAgentSchema, frame);
      this.#agent.requests.push(request);
      // A real agent answers later, never inside the call.
      queueMicrotask(() => {
        for (const body of this.#agent.reply(request)) this.say(body, request.id);
      });
    }
    return Promise.resolve();
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#data = listener;
  }

  onClose(listener: (problem: Problem | null) => void): void {
    this.#close = listener;
  }

  pause(): void {
    throw new Error('nobody pauses here');
  }

  resume(): void {
    throw new Error('nobody resumes here');
  }

  close(): void {
    this.closed = true;
  }

  frame(body: Body, replyTo = 0n): Uint8Array {
    this.#seq += 1n;
    return encodeFrame(toBinary(FromAgentSchema, create(FromAgentSchema, { seq: this.#seq, replyTo, body })));
  }

  /** Leaves out as many messages as were lost on the way. */
  skip(messages: bigint): void {
    this.#seq += messages;
  }

  say(body: Body, replyTo = 0n): void {
    this.raw(this.frame(body, replyTo));
  }

  raw(bytes: Uint8Array): void {
    if (!this.closed) this.#data(bytes);
  }

  /** The stream ends from the agent's side. */
  hangUp(problem: Problem | null = null): void {
    if (this.closed) return;
    this.closed = true;
    this.#close(problem);
  }
}

/** A scripted agent behind a link that is not there. */
export class FakeAgent implements Deployment, Target {
  readonly summary = {
    id: 'fake',
    transport: 'virtual',
    label: 'fake',
    simulated: true,
    state: 'ready',
    detail: '',
  } as const;
  readonly token = 'the token';
  readonly buildId = 'the build';
  readonly ended: Promise<Problem>;
  readonly requests: ToAgent[] = [];
  readonly connections: FakeConnection[] = [];
  /** What the next welcome says. */
  welcome: MessageInitShape<typeof WelcomeSchema> = { buildId: 'the build', protocol: 1, session: 's1' };
  /** Answers by request; what is not here is answered with done, null with nothing. */
  answers: Partial<Record<NonNullable<ToAgent['request']['case']>, readonly Body[] | null>> = {};
  reachable = true;
  /** What a try to reach it says while it is not reachable. */
  unreachable: Problem = { code: 'connection-refused', message: 'Nobody listens.', remedy: '' };
  graceMs?: number;
  stops = 0;
  readonly #hopeful = new Set<() => void>();
  #die: (problem: Problem) => void = nothing;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  deploy(): Promise<Outcome<Deployment>> {
    return Promise.resolve(ok(this));
  }

  connect(): Promise<Outcome<Connection>> {
    if (!this.reachable) return Promise.resolve({ ok: false, problem: this.unreachable });
    const connection = new FakeConnection(this);
    this.connections.push(connection);
    return Promise.resolve(ok(connection));
  }

  onHope(listener: () => void): () => void {
    this.#hopeful.add(listener);
    return () => this.#hopeful.delete(listener);
  }

  /** It is there again, and shows it. Says how many heard. */
  show(): number {
    this.reachable = true;
    const heard = [...this.#hopeful];
    for (const listener of heard) listener();
    return heard.length;
  }

  stop(): Promise<void> {
    this.stops += 1;
    return Promise.resolve();
  }

  die(problem: Problem): void {
    this.#die(problem);
  }

  /** The connection made last. */
  get line(): FakeConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('nobody has connected');
    return last;
  }

  /** Requests of one kind, in order. */
  asked<K extends NonNullable<ToAgent['request']['case']>>(kind: K): ToAgent[] {
    return this.requests.filter(({ request }) => request.case === kind);
  }

  reply({ request }: ToAgent): readonly Body[] {
    if (request.case === undefined || request.case === 'ack') return [];
    const scripted = this.answers[request.case];
    if (scripted !== undefined) return scripted ?? [];
    return [
      request.case === 'hello' ? { case: 'welcome', value: this.welcome } : { case: 'done', value: {} },
    ];
  }
}
