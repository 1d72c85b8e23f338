import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { ConnectOptions } from '../adb/device.ts';
import type { Ways } from '../adb/ways.ts';
import type { Connection, Deployment } from '../interfaces/link.ts';
import { leasesOf, type Lease } from './leases.ts';
import type { Installed } from './install.ts';
import type { BoardProbe } from './probe.ts';
import type { Rank } from './root.ts';
import { ask, quote, words } from './shell.ts';
import type { Started } from './start.ts';

/** What is known of an agent that was started. */
export interface DeployedAgent {
  readonly board: string;
  readonly probe: BoardProbe;
  readonly rank: Rank;
  readonly installed: Installed;
  readonly started: Started;
  readonly graceMs: number;
}

/** Reaching a board only to see that nothing is left: no longer than this. */
const STOP_MS = 8_000;
const ASK_MS = 10_000;
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
    const connection = await lease.value.device.connect(this.#agent.started.socket, this.#patience);
    if (connection.ok) this.#patience = AGAIN;
    if (connection.ok || connection.problem.code !== 'connection-refused') return connection;
    return (await this.#whyNobodyListens(lease.value)) ?? connection;
  }

  onHope(listener: () => void): () => void {
    return this.#ways.onChange(() => {
      if (this.#ways.to(this.#agent.board).some(({ usable }) => usable !== false)) listener();
    });
  }

  async stop(): Promise<void> {
    const late = AbortSignal.timeout(STOP_MS);
    const lease = await this.#way(late);
    if (!lease.ok) return; // The agent ends by itself when its grace is over.
    await ask(lease.value.device, endScript(this.#agent), { as: this.#agent.rank.as, signal: late });
    lease.value.release();
    this.#lease = null;
  }

  async #way(signal?: AbortSignal): Promise<Outcome<Lease>> {
    if (this.#lease?.over === false) return ok(this.#lease);
    this.#lease?.release();
    this.#lease = null;
    const lease = await leasesOf(this.#ways).takeBest(this.#ways, this.#agent.board, signal);
    if (lease.ok) this.#lease = lease.value;
    return lease;
  }

  /** null: its process is still there, or the board does not tell. */
  async #whyNobodyListens({ device }: Lease): Promise<Outcome<never> | null> {
    const { probe, rank, started } = this.#agent;
    const answer = await ask(device, stateScript(this.#agent), { as: rank.as, timeoutMs: ASK_MS });
    if (!answer.ok) return null;
    const boot = answer.value.get('boot');
    if (boot !== '' && probe.boot !== '' && boot !== probe.boot) return rebooted(this.#agent.board);
    if (answer.value.get('lives') !== '') return null;
    return died(started.pid, words(answer.value.all('log').slice(-LAST_LINES).join(' / '), 1200));
  }
}

const LAST_LINES = 8;

/** Is the process of that number still our program? */
const livesTest = ({ started, installed }: DeployedAgent): string =>
  `case "$(ls -l /proc/${started.pid}/exe 2>/dev/null)" in *${quote(installed.path)}*)true;;*)false;;esac`;

const stateScript = (agent: DeployedAgent): string => `
echo "boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
${livesTest(agent)}&&echo lives=yes
tail -n 20 ${quote(agent.started.log)} 2>/dev/null|sed 's/^/log=/'
`;

/** It was told to end over its own stream. Where it does not, it is asked by a signal, and then killed. */
const endScript = (agent: DeployedAgent): string => `
l(){ ${livesTest(agent)};}
w(){ i=0;while [ $i -lt 20 ]&&l;do i=$((i+1));sleep 0.1 2>/dev/null||{ sleep 1;i=$((i+9));};done;}
w;l&&kill ${agent.started.pid}&&w
l&&kill -9 ${agent.started.pid}&&w
l||rm -f ${quote(agent.started.log)}
`;

const rebooted = (board: string): Outcome<never> =>
  fail(
    'rebooted',
    `The board ${board} was started anew since: its agent is gone, and what it had measured since the loss with it.`,
    'Connect anew, and run it again.',
  );

const died = (pid: number, log: string): Outcome<never> =>
  fail(
    'agent-died',
    `The agent (process ${pid} of the board) has ended. What it had sent until then is kept; the rest is lost. ` +
      `${log === '' ? 'It left no log.' : `Its log ends with: ${log}`}`,
    'Connect anew, and run it again.',
  );
