import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../ports.ts';

/** A port of the loopback that leads to another one, until a test pulls it, freezes it or plugs it in again. */
export class Cable {
  readonly port: number;
  readonly address: string;
  #to: number;
  readonly #guests = new Set<readonly [Socket, Socket]>();
  #server: Server | null;
  #frozen = false;

  private constructor(server: Server, port: number, to: number) {
    this.#server = server;
    this.#to = to;
    this.port = port;
    this.address = `127.0.0.1:${port}`;
    this.#serve(server);
  }

  static async to(port: number): Promise<Cable> {
    const server = createServer();
    return new Cable(server, await listen(server, await freePort()), port);
  }

  /** Connections that stand now. */
  get guests(): number {
    return this.#guests.size;
  }

  /** Everything over it breaks; whoever tries again is refused. */
  async pull(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#drop();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }

  async plug(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer();
    await listen(server, this.port);
    this.#server = server;
    this.#serve(server);
  }

  /** Plugs it in again, at another port. */
  lead(to: number): Promise<void> {
    this.#to = to;
    return this.plug();
  }

  /** Nothing moves any more, and nobody is told: a computer asleep, a network that swallows everything. */
  freeze(): void {
    this.#frozen = true;
    for (const [near, far] of this.#guests) {
      near.unpipe().pause();
      far.unpipe().pause();
    }
  }

  /** It goes on where it stopped. */
  thaw(): void {
    this.#frozen = false;
    for (const [near, far] of this.#guests) joined(near, far);
  }

  /** The other side has forgotten what stood; new connections work. */
  async wake(): Promise<void> {
    this.#frozen = false;
    this.#drop();
    await this.plug();
  }

  /** What stood stays dead without a word; new connections work. */
  forsake(): void {
    this.#frozen = false;
  }

  close(): Promise<void> {
    return this.pull();
  }

  #drop(): void {
    for (const [near, far] of this.#guests) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.#guests.clear();
  }

  #serve(server: Server): void {
    server.on('connection', (near) => {
      const far = createConnection({ port: this.#to, host: '127.0.0.1', noDelay: true });
      near.setNoDelay(true);
      const guest = [near, far] as const;
      this.#guests.add(guest);
      for (const [socket, other] of [guest, [far, near] as const])
        socket
          .on('error', () => undefined)
          .on('close', () => {
            this.#guests.delete(guest);
            other.destroy();
          });
      if (this.#frozen) near.pause();
      else joined(near, far);
    });
  }
}

function joined(near: Socket, far: Socket): void {
  near.pipe(far);
  far.pipe(near);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
  });
}
