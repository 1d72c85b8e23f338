import type { Connection } from '../link/interfaces/link.ts';
import type { Outcome, Problem } from '../model/outcome.ts';
import { FrameDecoder } from '../wire/framing.ts';
import { encodeRequest } from '../wire/fromModel.ts';
import type { AgentBody, AgentRequest } from '../wire/messages.ts';
import { Sequence } from '../wire/sequence.ts';
import { decodeFromAgent } from '../wire/toModel.ts';
import type { Clock, Limits } from './clock.ts';
import { PendingReplies } from './pending.ts';
import { closedByUs, silent, streamEnded, unaskedReply } from './problems.ts';
import type { ReplyTaker } from './replies.ts';

/** How a channel ended: what the stream held was defective, or it just ended. */
export interface ChannelEnd {
  readonly kind: 'defect' | 'lost';
  readonly problem: Problem;
}

export interface ChannelHandlers {
  /** A message that answers no request. A problem where it must not come: the channel ends with it. */
  readonly onPush: (body: AgentBody) => Problem | null;
  /** Once, and not after `close`. */
  readonly onEnd: (end: ChannelEnd) => void;
}

/** Messages over one connection: cut, decoded, in order, replies to their requests, silence noticed. */
export class Channel {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #handlers: ChannelHandlers;
  readonly #frames = new FrameDecoder();
  readonly #sequence = new Sequence();
  readonly #pending: PendingReplies;
  #nextId = 1;
  #heardMs: number;
  #stopWatch: () => void = () => undefined;
  #open = true;

  constructor(connection: Connection, clock: Clock, limits: Limits, handlers: ChannelHandlers) {
    this.#connection = connection;
    this.#clock = clock;
    this.#limits = limits;
    this.#handlers = handlers;
    this.#pending = new PendingReplies(clock);
    this.#heardMs = clock.steadyMs();
    this.#watch(limits.silenceMs);
    connection.onClose((problem) => {
      this.#ended(problem);
    });
    connection.onData((bytes) => {
      this.#take(bytes);
    });
  }

  get open(): boolean {
    return this.#open;
  }

  /** Asks, and waits for the reply. `taker` sees it at once, before any message that follows it. */
  request<T>(
    request: AgentRequest,
    taker: ReplyTaker<T>,
    timeoutMs = this.#limits.replyMs,
  ): Promise<Outcome<T>> {
    if (!this.#open) return Promise.resolve({ ok: false, problem: closedByUs });
    const id = this.#nextId;
    this.#nextId += 1;
    const frame = encodeRequest(id, request);
    if (!frame.ok) return Promise.resolve(frame);
    const reply = this.#pending.add(id, request.kind, taker, timeoutMs);
    void this.#connection.send(frame.value);
    return reply;
  }

  /** Says something that has no reply. */
  tell(request: Extract<AgentRequest, { kind: 'ack' }>): void {
    const frame = encodeRequest(this.#nextId, request);
    this.#nextId += 1;
    if (this.#open && frame.ok) void this.#connection.send(frame.value);
  }

  close(why: Problem = closedByUs): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stopWatch();
    this.#connection.close();
    this.#pending.failAll(why);
  }

  #end(end: ChannelEnd): void {
    if (!this.#open) return;
    this.close(end.problem);
    this.#handlers.onEnd(end);
  }

  #ended(problem: Problem | null): void {
    this.#end({ kind: 'lost', problem: withCut(problem ?? streamEnded, this.#frames.end()) });
  }

  #take(bytes: Uint8Array): void {
    const { frames, problem } = this.#frames.push(bytes);
    for (const frame of frames) {
      if (!this.#open) return;
      const defect = this.#takeFrame(frame);
      if (defect !== null) this.#end({ kind: 'defect', problem: defect });
    }
    if (problem !== null) this.#end({ kind: 'defect', problem });
  }

  #takeFrame(frame: Uint8Array): Problem | null {
    const message = decodeFromAgent(frame);
    if (!message.ok) return message.problem;
    const { seq, replyTo, body } = message.value;
    const disorder = this.#sequence.check(seq);
    if (disorder !== null) return disorder;
    this.#heardMs = this.#clock.steadyMs();
    if (replyTo === 0) return this.#handlers.onPush(body);
    return this.#pending.deliver(replyTo, body) ? null : unaskedReply(replyTo, body.kind);
  }

  /** Wakes when the agent could have been silent for too long. `last`: this process itself may have been held up. */
  #watch(ms: number, last = false): void {
    this.#stopWatch = this.#clock.after(ms, () => {
      const rest = this.#heardMs + this.#limits.silenceMs - this.#clock.steadyMs();
      if (rest > 0) this.#watch(rest);
      else if (!last) this.#watch(this.#limits.drainMs, true);
      else this.#end({ kind: 'lost', problem: silent(this.#limits.silenceMs) });
    });
  }
}

/** Why a stream ended, and that a message was cut by it. */
const withCut = (end: Problem, cut: Problem | null): Problem =>
  cut === null ? end : { ...cut, message: `${end.message} ${cut.message}` };
