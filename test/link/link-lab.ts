import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Identities } from '../../electron/link/adb/identities.ts';
import { Ways } from '../../electron/link/adb/ways.ts';
import { parseServerAddress } from '../../electron/link/adb-server/address.ts';
import { adbServerProvider } from '../../electron/link/adb-server/provider.ts';
import type { Agents } from '../../electron/link/deploy/agents.ts';
import { boardTarget } from '../../electron/link/deploy/board-target.ts';
import type { Provider, Target } from '../../electron/link/interfaces/link.ts';
import { parseTcpAddress } from '../../electron/link/tcp/address.ts';
import { tcpProvider } from '../../electron/link/tcp/provider.ts';
import { nativeProgram } from '../../electron/link/deploy/paths.ts';
import { connectBoard, type BoardControl } from '../../electron/link/virtual/control.ts';
import type { BoardSummary } from '../../electron/model/board.ts';
import { hostAgents } from '../board/deploy-lab.ts';
import { remainsOf, until } from '../board/session-lab.ts';
import { adbFound, startAdbd, type RealAdbd } from './adbd.ts';
import { noKeys, valueOf } from './hosts.ts';

const NAMESPACES = ['--pid', '--fork', '--kill-child', '--mount', '--mount-proc'];

/** Why boards of this kind cannot be played here; null: they can. */
export const cannotPlay = !adbFound.ok
  ? adbFound.problem.message
  : spawnSync('unshare', [...NAMESPACES, 'true']).status === 0
    ? null
    : 'namespaces for processes and mounts need root.';

/** What is up while a board is: a first process, and with it the namespaces that everything of the board lives in. */
class Power {
  /** Runs a program there as its child. */
  readonly within: readonly string[];
  readonly #holder: ChildProcessWithoutNullStreams;

  private constructor(holder: ChildProcessWithoutNullStreams) {
    this.#holder = holder;
    const first = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim();
    this.within = ['nsenter', '-t', first, '-m', '-p', '-r', '-w', '--'];
  }

  static async on(bootFile: string): Promise<Power> {
    const script = 'mount --bind "$0" /proc/sys/kernel/random/boot_id && echo ready && exec cat';
    const holder = spawn('unshare', [...NAMESPACES, 'sh', '-c', script, bootFile]);
    await untilReady(holder);
    return new Power(holder);
  }

  /** Starts a program of the board that says when it is ready. It ends with the power. */
  async start(program: string, ...args: readonly string[]): Promise<void> {
    const [nsenter = '', ...words] = [...this.within, program, ...args];
    await untilReady(spawn(nsenter, words));
  }

  /** Its first process ends, and the kernel ends all others with it. */
  async off(): Promise<void> {
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#holder.once('exit', resolve));
    this.#holder.stdin.end();
    await ended;
  }
}

function untilReady(child: ChildProcessWithoutNullStreams): Promise<void> {
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => {
      resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}: ${said}`));
    });
  });
}

let boards = 0;

/**
 * A board as far as one can be played here: processes and a boot id of its own, Debian's adbd with real shells and files, a virtual QDA under
 * the agent. It says its serial as Android does.
 */
export class LinkBoard {
  readonly serial: string;
  /** Name of its virtual QDA. */
  readonly name: string;
  /** Switches of its virtual QDA; others after a reboot. */
  control!: BoardControl;
  readonly folder = mkdtempSync(join(tmpdir(), 'qda-lab-link-'));
  /** The only place where agents are put. */
  readonly place = join(this.folder, 'tmp');
  adbd!: RealAdbd;
  #power!: Power;

  /** What is put on it: our agent, with its virtual QDA. */
  readonly program: Agents;

  private constructor(index: number, program?: string) {
    this.serial = `LINK${process.pid}N${index}`;
    this.name = `link-${process.pid}-${index}`;
    this.program = hostAgents(this.name, program);
    mkdirSync(this.place);
  }

  /** `program`: in place of our agent. */
  static async start(program?: string): Promise<LinkBoard> {
    boards += 1;
    const board = new LinkBoard(boards, program);
    await board.#boot();
    return board;
  }

  /** Agents that run on it, and what they started. */
  get agents(): readonly number[] {
    const isOurs = (pid: string): boolean => linkOf(`/proc/${pid}/exe`).includes(`${this.place}/`);
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isOurs(name))
      .map(Number);
  }

  /** One of them. Never process 0, which a signal takes for all of the test's own group. */
  get agent(): number {
    const [pid] = this.agents;
    if (pid === undefined) throw new Error('no agent runs on the board');
    return pid;
  }

  get files(): readonly string[] {
    return readdirSync(this.place, { recursive: true, encoding: 'utf8' }).sort();
  }

  /** Everything on it ends, and it comes up as another boot: on another port. */
  async reboot(): Promise<void> {
    await this.#down();
    await this.#boot();
  }

  async stop(): Promise<void> {
    await this.#down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What is left of it once it was stopped. */
  get remains(): readonly string[] {
    return [...remainsOf(this.name), ...this.agents.map((pid) => `process ${pid}`)];
  }

  async #boot(): Promise<void> {
    const bootFile = join(this.folder, 'boot');
    writeFileSync(bootFile, `${randomUUID()}\n`);
    this.#power = await Power.on(bootFile);
    await this.#power.start(valueOf(nativeProgram('vqda')), '--board', this.name);
    this.control = valueOf(await connectBoard(this.name));
    this.adbd = await startAdbd({ serial: this.serial, within: this.#power.within });
  }

  async #down(): Promise<void> {
    this.control.close();
    await this.#power.off();
    await this.adbd.stop();
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // it ended meanwhile
  }
}

/** A computer with its own book of ways, which knows these boards' agents. */
export class LinkHost {
  readonly ways = new Ways();
  readonly #identities = new Identities(this.ways);
  readonly #boards: readonly LinkBoard[];
  readonly #providers: Provider[] = [];

  constructor(...boards: readonly LinkBoard[]) {
    this.#boards = boards;
  }

  /** Looks for a board at that address. */
  tcp(address: string): this {
    return this.#add(tcpProvider([parseTcpAddress(address)], { ...this.#parts, keys: noKeys }));
  }

  /** Looks for boards in that adb server. */
  server(address: string): this {
    return this.#add(adbServerProvider(parseServerAddress(address), this.#parts));
  }

  /** The board, as soon as there is a way to it that can be used. */
  async target(board: LinkBoard): Promise<Target> {
    await until(`a way to ${board.serial}`, () =>
      this.ways.to(board.serial).some(({ usable }) => usable !== false),
    );
    return this.#targetOf({ ...nothingKnown, id: board.serial, label: board.serial });
  }

  async close(): Promise<void> {
    for (const provider of this.#providers) await provider.close?.();
  }

  get #parts() {
    const targetOf = (summary: BoardSummary): Target => this.#targetOf(summary);
    return { ways: this.ways, identities: this.#identities, targetOf };
  }

  #add(provider: Provider): this {
    this.#providers.push(provider);
    provider.onChange?.(() => undefined);
    return this;
  }

  #targetOf(summary: BoardSummary): Target {
    const board = this.#boards.find(({ serial }) => serial === summary.id);
    if (board === undefined) throw new Error(`${summary.id} is none of this test's boards`);
    return boardTarget(summary, {
      ways: this.ways,
      agents: board.program,
      places: [board.place],
    });
  }
}

const nothingKnown = { transport: 'tcp', simulated: false, state: 'ready', detail: '' } as const;

export { until, valueOf };
