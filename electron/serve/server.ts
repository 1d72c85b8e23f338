import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Desk } from '../contract/face.ts';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import { FaceSocket, LIMITS, type SocketLimits } from './face-socket.ts';
import { sendFile, sendText } from './files.ts';
import { Guard, PROTOCOL, tokenOfAuthorization, tokenOfProtocols, type Refusal } from './guard.ts';
import { securityHeaders } from './headers.ts';
import { Refused } from './refused.ts';
import { Uploads } from './uploads.ts';

/** Only programs of this machine reach it. */
const ADDRESS = '127.0.0.1';
/** Longest message of a page. */
const MAX_MESSAGE = 2 * 2 ** 20;
const MAX_PAGES = 32;

export interface ServeOptions {
  readonly desk: Desk;
  /** Folder of the built page. */
  readonly page: string;
  /** 0: any free one. */
  readonly port: number;
  /** Lines for whoever started the program. */
  readonly say: (text: string) => void;
  readonly limits?: SocketLimits;
  readonly maxUpload?: number;
}

export interface Serving {
  readonly port: number;
  /** Where a browser finds it, the secret in the fragment, which no browser sends anywhere. */
  readonly url: string;
  /** Requests that were refused. */
  readonly refused: () => number;
  /** Closes all pages and removes what was uploaded; the desk is the caller's. */
  close(): Promise<void>;
}

/** Serves the page and its host on the loopback. Fails with 'port-in-use' or 'port-barred'. */
export async function startServing(options: ServeOptions): Promise<Outcome<Serving>> {
  const http = createServer();
  const listening = await listen(http, options.port);
  if (!listening.ok) return listening;
  const token = randomBytes(32).toString('hex');
  const door = new Door(options, new Guard(listening.value, token));
  http.on('request', (request, response) => {
    door.request(request, response);
  });
  http.on('upgrade', (request, socket, head) => {
    door.upgrade(request, socket, head);
  });
  return ok({
    port: listening.value,
    url: `http://${ADDRESS}:${listening.value}/#token=${token}`,
    refused: () => door.refused.count,
    close: async () => {
      // First nobody comes in any more: a page that came while the others are told to go would stay.
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await door.close();
      await closed;
    },
  });
}

class Door {
  readonly refused: Refused;
  private readonly options: ServeOptions;
  private readonly guard: Guard;
  private readonly uploads: Uploads;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    handleProtocols: () => PROTOCOL,
  });
  private readonly faces = new Set<FaceSocket>();

  constructor(options: ServeOptions, guard: Guard) {
    this.options = options;
    this.guard = guard;
    this.refused = new Refused(options.say);
    this.uploads = new Uploads(options.maxUpload);
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    const { host } = request.headers;
    const refusal = this.guard.refuseHost(host);
    for (const [name, value] of Object.entries(securityHeaders(refusal ? 'localhost' : (host ?? ''))))
      response.setHeader(name, value);
    if (refusal) this.refuse(request, response, refusal);
    else if (request.method === 'GET' || request.method === 'HEAD')
      void sendFile(request, response, this.options.page);
    else if (request.method === 'POST' && request.url === '/upload') void this.upload(request, response);
    else sendText(response, 405, 'Only files of the page can be had here.');
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origin, 'sec-websocket-protocol': protocols } = request.headers;
    socket.on('error', () => undefined); // it went before it was let in: nothing to tell it
    const refusal = this.guard.refuse({ host, origin, token: tokenOfProtocols(protocols) });
    if (refusal) {
      this.refused.add('A page', refusal);
      endSocket(socket, refusal.status === 401 ? '401 Unauthorized' : '403 Forbidden');
    } else if (request.url !== '/face') endSocket(socket, '404 Not Found');
    else if (this.faces.size >= MAX_PAGES) endSocket(socket, '503 Service Unavailable');
    else
      this.sockets.handleUpgrade(request, socket, head, (opened) => {
        const face = new FaceSocket(opened, this.options.desk, {
          uploads: this.uploads,
          limits: this.options.limits ?? LIMITS,
          say: this.options.say,
        });
        this.faces.add(face);
        opened.once('close', () => this.faces.delete(face));
      });
  }

  async close(): Promise<void> {
    for (const face of this.faces) face.close();
    this.refused.close();
    await this.uploads.close();
  }

  private async upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, origin, authorization } = request.headers;
    const refusal = this.guard.refuse({ host, origin, token: tokenOfAuthorization(authorization) });
    if (refusal) {
      this.refuse(request, response, refusal);
      return;
    }
    const announced = Number(request.headers['content-length'] ?? 0);
    const taken = await this.uploads.take(request, announced);
    const body = JSON.stringify(taken.ok ? { path: taken.value } : taken);
    response.writeHead(taken.ok ? 200 : 400, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(taken.ok ? {} : { Connection: 'close' }),
    });
    response.end(body);
  }

  private refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    this.refused.add(`${request.method ?? ''} ${request.url?.slice(0, 80) ?? ''}`, refusal);
    response.setHeader('Connection', 'close');
    sendText(response, refusal.status, `Refused: ${refusal.why}.`);
  }
}

async function listen(http: Server, port: number): Promise<Outcome<number>> {
  try {
    http.listen(port, ADDRESS);
    await once(http, 'listening');
    return ok((http.address() as AddressInfo).port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EADDRINUSE')
      return fail(
        'port-in-use',
        `Port ${port} of this machine is taken by another program, maybe another \`qda-lab serve\`.`,
        'Use that one, or take any free port: qda-lab serve --port 0',
      );
    if (code === 'EACCES')
      return fail(
        'port-barred',
        `Port ${port} may not be used by you.`,
        'Take one above 1023: qda-lab serve --port 0',
      );
    throw error;
  }
}

function endSocket(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
