import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { ConnectOptions } from '../adb/device.ts';
import { closedByUs } from '../adb/problems.ts';
import type { Ways } from '../adb/ways.ts';
import type { Connection, Deployment } from '../interfaces/link.ts';
import { endAgent, whyNobodyListens, type DeployedAgent } from './agent-state.ts';
import { leasesOf, type Lease } from './leases.ts';

/** Reaching a board only to see that nothing is left: no longer than this. */
const STOP_MS = 8_000;
/** A stream was lost: where the transport below does not answer either, it is dead, and a new one may do better. */
const AGAIN: ConnectOptions = { timeoutMs: 3_000 };

/** An agent on a board, reached over whichever way there is: it outlives the way that it was started by. */
export class BoardDeployment implements Deployment {
  readonly token: string;
  readonly buildId: string;
  readonly graceMs: number;
  /** Nobody here can watch a process of the board: connect() says what became of it. */
  readonly ended = new Promise<Problem>(() => undefined);
  readonly #agent: DeployedAgent;
  readonly #ways: Ways;
  #lease: Lease | null;
  #patience: ConnectOptions = {};
  /** Via of the way that did not even answer last: it may look as if it could be used, and another one may do better. */
  #dead: string | null = null;
  /** Aborted by `stop`: no new way is taken for `connect` then. */
  readonly #over = new AbortController();

  constructor(agent: DeployedAgent, ways: Ways, lease: Lease) {
    this.#agent = agent;
    this.#ways = ways;
    this.#lease = lease;
    this.token = agent.started.token;
    this.buildId = agent.started.buildId;
    this.graceMs = agent.graceMs;
  }

  async connect(): Promise<Outcome<Connection>> {
    const lease = await this.#way();
    if (!lease.ok) return lease;
    const { device, way } = lease.value;
    const connection = await device.connect(this.#agent.started.socket, this.#patience);
    if (connection.ok) this.#patience = AGAIN;
    const refused = !connection.ok && connection.problem.code === 'connection-refused';
    this.#dead = connection.ok || refused ? null : way.via;
    if (!refused) return connection;
    return (await whyNobodyListens(device, this.#agent)) ?? connection;
  }

  onHope(listener: () => void): () => void {
    return this.#ways.onChange(() => {
      if (this.#ways.to(this.#agent.board).some(({ usable }) => usable !== false)) listener();
    });
  }

  /** Called while `connect` looks for a way, that gives up. */
  async stop(): Promise<void> {
    this.#over.abort();
    const late = AbortSignal.timeout(STOP_MS);
    const held = this.#lease?.over === false ? this.#lease : null;
    if (held === null) this.#lease?.release();
    this.#lease = null;
    const lease = held === null ? await this.#take(late) : ok(held);
    if (!lease.ok) return; // The agent ends by itself when its grace is over.
    await endAgent(lease.value.device, this.#agent, late);
    lease.value.release();
  }

  async #way(): Promise<Outcome<Lease>> {
    if (this.#lease?.over === false) return ok(this.#lease);
    this.#lease?.release();
    this.#lease = null;
    const lease = await this.#take(this.#over.signal);
    if (this.#over.signal.aborted) {
      if (lease.ok) lease.value.release();
      return { ok: false, problem: closedByUs };
    }
    if (lease.ok) this.#lease = lease.value;
    return lease;
  }

  #take(signal: AbortSignal): Promise<Outcome<Lease>> {
    return leasesOf(this.#ways).takeBest(this.#ways, this.#agent.board, signal, this.#dead);
  }
}
