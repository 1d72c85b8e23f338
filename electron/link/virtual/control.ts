import type { Connection } from '../interfaces/link.ts';
import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import {
  decodeFromBoard,
  encodeBoardRequest,
  type BoardBody,
  type BoardRequest,
  type Fault,
  type Workload,
} from '../../wire/control.ts';
import type { VirtualBoardInfo } from '../../wire/controlToModel.ts';
import { FrameDecoder } from '../../wire/framing.ts';
import { connectAbstract } from './stream.ts';
import { checkBoardName, socketName } from './sockets.ts';

const CONNECT_MS = 5_000;
const REPLY_MS = 10_000;

interface Waiting {
  readonly resolve: (outcome: Outcome<BoardBody>) => void;
  readonly timer: NodeJS.Timeout;
}

/** A connection to a virtual board's control door: its status, faults, workloads and end. */
export class BoardControl {
  readonly #connection: Connection;
  readonly #frames = new FrameDecoder();
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #over: Problem | null = null;
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.closed = new Promise((resolve) => {
      connection.onClose((problem) => {
        this.#end(problem ?? { code: 'closed', message: 'The control connection was closed.', remedy: '' });
        resolve();
      });
    });
    connection.onData((bytes) => {
      this.#take(bytes);
    });
  }

  async status(): Promise<Outcome<VirtualBoardInfo>> {
    const reply = await this.#ask({ kind: 'status' });
    if (!reply.ok) return reply;
    return reply.value.kind === 'info' ? ok(reply.value.info) : unexpected('status', reply.value);
  }

  setFault(fault: Fault): Promise<Outcome<undefined>> {
    return this.#do({ kind: 'set-fault', fault });
  }

  clearFaults(): Promise<Outcome<undefined>> {
    return this.#do({ kind: 'clear-faults' });
  }

  /** Process ids of the workload. */
  async startWorkload(workload: Workload): Promise<Outcome<readonly number[]>> {
    const reply = await this.#ask({ kind: 'start-workload', workload });
    if (!reply.ok) return reply;
    return reply.value.kind === 'workload' ? ok(reply.value.pids) : unexpected('start-workload', reply.value);
  }

  /** Without a process id: all of them. */
  stopWorkload(pid = 0): Promise<Outcome<undefined>> {
    return this.#do({ kind: 'stop-workload', pid });
  }

  unplug(dsp: string): Promise<Outcome<undefined>> {
    return this.#do({ kind: 'unplug', dsp });
  }

  replug(dsp: string): Promise<Outcome<undefined>> {
    return this.#do({ kind: 'replug', dsp });
  }

  killClient(pid: number): Promise<Outcome<undefined>> {
    return this.#do({ kind: 'kill-client', pid });
  }

  /** Asks the board to end, and waits until it has closed the connection. */
  async stop(): Promise<Outcome<undefined>> {
    const reply = await this.#do({ kind: 'stop' });
    // It may be gone before its answer is.
    if (!reply.ok && reply.problem.code !== 'connection-lost') return reply;
    await this.closed;
    return ok(undefined);
  }

  close(): void {
    this.#connection.close();
  }

  async #do(request: BoardRequest): Promise<Outcome<undefined>> {
    const reply = await this.#ask(request);
    if (!reply.ok) return reply;
    return reply.value.kind === 'done' ? ok(undefined) : unexpected(request.kind, reply.value);
  }

  #ask(request: BoardRequest): Promise<Outcome<BoardBody>> {
    if (this.#over !== null) return Promise.resolve({ ok: false, problem: this.#over });
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        resolve(
          fail(
            'request-timeout',
            `The virtual board has not answered '${request.kind}'.`,
            'Stop it and start it anew.',
          ),
        );
      }, REPLY_MS);
      this.#waiting.set(id, { resolve, timer });
      void this.#connection.send(encodeBoardRequest(id, request));
    });
  }

  #take(bytes: Uint8Array): void {
    const { frames, problem } = this.#frames.push(bytes);
    for (const frame of frames) {
      const message = decodeFromBoard(frame);
      if (message.ok) this.#answer(message.value.replyTo, message.value.body);
      else this.#break(message.problem);
    }
    if (problem !== null) this.#break(problem);
  }

  #answer(id: number, body: BoardBody): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return; // its time was out
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.resolve(body.kind === 'failure' ? fail(body.refusal.code, body.refusal.message) : ok(body));
  }

  #break(problem: Problem): void {
    this.#end(problem);
    this.#connection.close();
  }

  #end(problem: Problem): void {
    this.#over ??= problem;
    for (const { resolve, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      resolve({ ok: false, problem: this.#over });
    }
    this.#waiting.clear();
  }
}

const unexpected = (what: string, body: BoardBody): { readonly ok: false; readonly problem: Problem } =>
  fail(
    'unexpected-reply',
    `The virtual board answered '${what}' with '${body.kind}'.`,
    'Run npm run native.',
  );

/** Connects to the control door of a running virtual board of this user. Fails with 'unknown-board' where there is none. */
export async function connectBoard(name: string): Promise<Outcome<BoardControl>> {
  const checked = checkBoardName(name);
  if (!checked.ok) return checked;
  const connection = await connectAbstract(socketName(name, 'ctl'), 'the virtual board', CONNECT_MS);
  if (connection.ok) return ok(new BoardControl(connection.value));
  return fail(
    'unknown-board',
    `No virtual board '${name}' runs for this user. ${connection.problem.message}`,
    `Start it: qda-lab board start ${name}`,
  );
}
