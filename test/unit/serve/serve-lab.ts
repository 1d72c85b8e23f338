import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { decode, encode } from '../../../electron/contract/codec.ts';
import type { Desk, FacePort, FaceSink, Reply, Request } from '../../../electron/contract/face.ts';
import type { SocketLimits } from '../../../electron/serve/face-socket.ts';
import { startServing, type Serving } from '../../../electron/serve/server.ts';
import { ok } from '../../../electron/model/outcome.ts';

/** A host that answers every call with its arguments, and lets the test push. */
export class EchoDesk implements Desk {
  readonly sinks: FaceSink[] = [];
  readonly seen: unknown[] = [];
  drained = 0;
  closed = 0;

  connect(sink: FaceSink): FacePort {
    this.sinks.push(sink);
    return {
      handle: (message) => {
        this.seen.push(message);
        const { id, args } = (message ?? { id: 0, args: 'none' }) as Request;
        return Promise.resolve<Reply>({ id, outcome: ok(args) });
      },
      drained: () => {
        this.drained += 1;
      },
      close: () => {
        this.closed += 1;
      },
    };
  }

  say(): void {
    throw new Error('the server says what it has to say to whom it was started by');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A server over an `EchoDesk`, with a small page of its own. */
export class ServeLab {
  readonly folder: string;
  readonly desk: EchoDesk;
  readonly said: string[];
  readonly serving: Serving;

  private constructor(parts: { folder: string; desk: EchoDesk; said: string[]; serving: Serving }) {
    this.folder = parts.folder;
    this.desk = parts.desk;
    this.said = parts.said;
    this.serving = parts.serving;
  }

  static async start(more: { limits?: SocketLimits; maxUpload?: number } = {}): Promise<ServeLab> {
    const folder = mkdtempSync(join(tmpdir(), 'qda-serve-'));
    const page = join(folder, 'page');
    mkdirSync(join(page, 'assets'), { recursive: true });
    writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(page, 'assets', 'main-1a2b.js'), 'export {};');
    writeFileSync(join(page, '.hidden.html'), 'hidden');
    writeFileSync(join(folder, 'secret.html'), 'secret');
    symlinkSync(join(folder, 'secret.html'), join(page, 'link.html'));
    const desk = new EchoDesk();
    const said: string[] = [];
    const serving = await startServing({ desk, page, port: 0, say: (text) => said.push(text), ...more });
    if (!serving.ok) throw new Error(serving.problem.message);
    return new ServeLab({ folder, desk, said, serving: serving.value });
  }

  get host(): string {
    return `127.0.0.1:${this.serving.port}`;
  }

  get token(): string {
    return /#token=([0-9a-f]{64})$/.exec(this.serving.url)?.[1] ?? '';
  }

  /** As a socket would: node's own client changes neither the path nor the headers. */
  async http(
    path: string,
    more: { method?: string; headers?: Record<string, string>; body?: Buffer | string } = {},
  ): Promise<Answer> {
    const sent = request({
      host: '127.0.0.1',
      port: this.serving.port,
      path,
      method: more.method ?? 'GET',
      headers: { Host: this.host, ...more.headers },
    });
    sent.end(more.body);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    sent.on('error', reject);
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString(),
        });
      });
    });
    return await promise;
  }

  upload(body: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.http('/upload', {
      method: 'POST',
      body,
      headers: { Origin: `http://${this.host}`, Authorization: `Bearer ${this.token}`, ...headers },
    });
  }

  /** A WebSocket as a page of the server opens it, or with what a test puts in its place. */
  socket(more: { token?: string; origin?: string; host?: string; path?: string } = {}): WebSocket {
    return new WebSocket(
      `ws://${this.host}${more.path ?? '/face'}`,
      ['qda-lab.1', `token.${more.token ?? this.token}`],
      {
        headers: { Origin: more.origin ?? `http://${this.host}`, Host: more.host ?? this.host },
      },
    );
  }

  async open(): Promise<WebSocket> {
    const socket = this.socket();
    await once(socket, 'open');
    return socket;
  }

  /** The status with which the server refuses a WebSocket. */
  async refusal(more: Parameters<ServeLab['socket']>[0]): Promise<number> {
    const socket = this.socket(more);
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    socket.terminate();
    return response.statusCode;
  }

  /** A client that was let in and reads nothing from then on. */
  async silent(): Promise<Socket> {
    const socket = connect(this.serving.port, '127.0.0.1');
    socket.write(
      `GET /face HTTP/1.1\r\nHost: ${this.host}\r\nOrigin: http://${this.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `Sec-WebSocket-Protocol: qda-lab.1, token.${this.token}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.pause();
    socket.on('error', () => undefined);
    return socket;
  }

  async close(): Promise<void> {
    await this.serving.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function ask(socket: WebSocket, message: unknown): Promise<unknown> {
  socket.send(typeof message === 'string' ? message : encode(message));
  const [data] = (await once(socket, 'message')) as [Buffer];
  return decode(data.toString());
}
