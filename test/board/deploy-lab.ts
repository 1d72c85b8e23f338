import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { unpackDebs } from '../../build/debs.ts';
import { at } from '../../build/run.ts';
import { Fate } from '../../electron/link/adb/fate.ts';
import type {
  AdbDevice,
  AdbWay,
  PushOptions,
  RunOptions,
  ShellResult,
} from '../../electron/link/adb/device.ts';
import { Ways } from '../../electron/link/adb/ways.ts';
import type { Agents } from '../../electron/link/deploy/agents.ts';
import { boardTarget, type BoardParts } from '../../electron/link/deploy/board-target.ts';
import { LONGEST_COMMAND } from '../../electron/link/deploy/shell.ts';
import { nativeProgram } from '../../electron/link/deploy/paths.ts';
import type { Target } from '../../electron/link/interfaces/link.ts';
import { connectAbstract } from '../../electron/link/virtual/stream.ts';
import { fail, ok, type Outcome, type Problem } from '../../electron/model/outcome.ts';
import { valueOf } from './session-lab.ts';

/** How a board of these tests differs from this machine. */
export interface LocalBoard {
  /** Its shell, which is given a command line as the last argument. */
  readonly shell?: readonly string[];
  /** Programs that stand before the machine's own. */
  readonly path?: string;
  /** A folder with all the programs that it has. */
  readonly programs?: string;
  /** Runs everything of the board: in namespaces of its own, say. */
  readonly within?: readonly string[];
  /** User of the daemon; left out: ours. */
  readonly uid?: number;
  /** What its shell prints before each command. */
  readonly banner?: string;
  /** So many connections to sockets of the board are refused. */
  refusals?: number;
  /** Changes what is pushed on its way. */
  readonly spoil?: (content: Uint8Array) => Uint8Array;
}

interface Running {
  readonly out: Buffer[];
  readonly err: Buffer[];
  readonly code: number | null;
}

const text = (pieces: readonly Buffer[]): string => Buffer.concat(pieces).toString();

/** The daemon of a board that is this very machine: real shells, real files, real abstract sockets. Counts what goes over it. */
export class LocalDevice implements AdbDevice {
  readonly features = ['shell_v2'];
  readonly banner = { product: '', model: '', device: '' };
  readonly #board: LocalBoard;
  readonly #fate: Fate;
  readonly #children = new Set<ChildProcessWithoutNullStreams>();
  readonly pushed: string[] = [];

  constructor(board: LocalBoard, fate: Fate = new Fate()) {
    this.#board = board;
    this.#fate = fate;
    fate.on(() => {
      for (const child of this.#children) if (child.pid !== undefined) process.kill(-child.pid, 'SIGHUP');
    });
  }

  get gone(): Promise<Problem> {
    return this.#fate.promise;
  }

  async run(command: string, options: RunOptions = {}): Promise<Outcome<ShellResult>> {
    // As a daemon of the first protocol version would have to.
    if (command.length > LONGEST_COMMAND)
      return fail(
        'adb-protocol',
        `A command of ${command.length} bytes is too long: ${command.slice(0, 200)}`,
      );
    const [shell = 'sh', ...args] = [...(this.#board.shell ?? ['sh', '-c']), command];
    const done = await this.#spawn([shell, ...args], Buffer.from(options.input ?? ''), options);
    if (!done.ok) return done;
    const { code, out, err } = done.value;
    return ok({ code, out: `${this.#board.banner ?? ''}${text(out)}`, err: text(err) });
  }

  async push(path: string, content: Uint8Array, options: PushOptions): Promise<Outcome<undefined>> {
    this.pushed.push(path);
    const bytes = this.#board.spoil?.(content) ?? content;
    options.onProgress?.(content.length / 2);
    const script = 'cat >"$1"&&chmod "$2" "$1"';
    const mode = options.mode.toString(8);
    const done = await this.#spawn(['/bin/sh', '-c', script, 'sh', path, mode], Buffer.from(bytes), options);
    if (!done.ok) return done;
    options.onProgress?.(content.length);
    if (done.value.code === 0) return ok(undefined);
    return fail('push-failed', `${path} was not written: ${text(done.value.err)}`);
  }

  connect(name: string): ReturnType<AdbDevice['connect']> {
    const { refusals = 0 } = this.#board;
    this.#board.refusals = Math.max(0, refusals - 1);
    if (refusals > 0) return Promise.resolve(fail('connection-refused', `Nobody listens at ${name}.`));
    return connectAbstract(name, 'the agent', 5_000);
  }

  close(): Promise<void> {
    this.#fate.end({ code: 'closed', message: 'closed', remedy: '' });
    return Promise.resolve();
  }

  #spawn(
    words: readonly string[],
    input: Buffer,
    { timeoutMs = 60_000, signal }: Pick<RunOptions, 'timeoutMs' | 'signal'>,
  ): Promise<Outcome<Running>> {
    const { within = [], uid, path, programs = process.env['PATH'] ?? '' } = this.#board;
    const [program = '', ...args] = [...within, ...words];
    const PATH = path === undefined ? programs : `${path}:${programs}`;
    const user = uid === undefined ? {} : { uid, gid: uid };
    if (this.#fate.problem !== null) return Promise.resolve({ ok: false, problem: this.#fate.problem });
    return new Promise((resolve) => {
      const child = spawn(program, args, {
        detached: true,
        cwd: '/',
        env: { PATH, HOME: '/nowhere' },
        ...user,
      });
      this.#children.add(child);
      const [out, err]: [Buffer[], Buffer[]] = [[], []];
      const finish = (outcome: Outcome<Running>): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        this.#children.delete(child);
        resolve(outcome);
      };
      const give = (code: string): void => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        finish(fail(code, `${program} was given up`));
      };
      const timer = setTimeout(give, timeoutMs, 'timed-out');
      const aborted = (): void => {
        give('cancelled');
      };
      signal?.addEventListener('abort', aborted);
      if (signal?.aborted === true) aborted();
      child.stdout.on('data', (piece: Buffer) => out.push(piece));
      child.stderr.on('data', (piece: Buffer) => err.push(piece));
      child.stdin.on('error', () => undefined).end(input);
      child.on('error', (error) => finish(fail('no-shell', error.message)));
      child.on('close', (code) => finish(ok({ out, err, code })));
    });
  }
}

/** A way to such a board whose cable can be pulled. */
export class LocalWay implements AdbWay {
  readonly transport: AdbWay['transport'];
  readonly serial: string;
  readonly via: string;
  board: LocalBoard;
  plugged = true;
  opened = 0;
  #fate = new Fate();
  last: LocalDevice | null = null;

  constructor(serial: string, board: LocalBoard = {}, transport: AdbWay['transport'] = 'usb') {
    this.serial = serial;
    this.board = board;
    this.transport = transport;
    this.via = `${transport} of the test`;
  }

  open(): Promise<Outcome<AdbDevice>> {
    if (!this.plugged) return Promise.resolve(fail('unknown-board', 'The cable is out.'));
    this.opened += 1;
    this.#fate = new Fate();
    this.last = new LocalDevice(this.board, this.#fate);
    return Promise.resolve(ok(this.last));
  }

  /** Everything over it ends; nothing can be opened before it is plugged in again. */
  pull(): void {
    this.plugged = false;
    this.#fate.end({ code: 'connection-lost', message: 'The cable was pulled.', remedy: '' });
  }
}

/** A book with these ways to one board. */
export function waysTo(...ways: readonly LocalWay[]): Ways {
  const book = new Ways();
  for (const way of ways) book.put(way, new Map([[way.serial, way]]));
  return book;
}

/** The agent of this machine (or another program in its place), on a virtual board (its name) or on the machine's own kernel. */
export function hostAgents(board: string | null, program = valueOf(nativeProgram('agent'))): Agents {
  const bytes = readFileSync(program);
  const args = board === null ? [] : ['--vqda', `qda-lab/${userInfo().uid}/${board}/vqda`];
  return () => ok({ bytes, buildId: null, args });
}

export const summaryOf = (id: string): Target['summary'] => ({
  id,
  transport: 'usb',
  label: id,
  simulated: false,
  state: 'absent',
  detail: '',
});

export const targetFor = (way: LocalWay, parts: Omit<BoardParts, 'ways'>, ways = waysTo(way)): Target =>
  boardTarget(summaryOf(way.serial), { ...parts, ways });

/** A folder of a test with everything that it may need; `remove` takes it away. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'qda-deploy-'));
  readonly #holders: ChildProcessWithoutNullStreams[] = [];

  constructor() {
    chmodSync(this.folder, 0o755);
  }

  /** A place with the permissions of /tmp. */
  place(name: string, mode = 0o1777): string {
    const path = join(this.folder, name);
    mkdirSync(path);
    chmodSync(path, mode);
    return path;
  }

  /** A program for the board's own path. */
  program(name: string, script: string): string {
    const folder = join(this.folder, 'bin');
    if (!existsSync(folder)) mkdirSync(folder);
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
    return folder;
  }

  /** What runs a command where these commands were run before, in mounts of its own. */
  async mounts(script: string): Promise<readonly string[]> {
    const holder = spawn('unshare', ['-m', 'sh', '-c', `${script}\necho ready; exec cat`]);
    this.#holders.push(holder);
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once('data', () => {
        resolve();
      });
      holder.once('exit', (code) => {
        reject(new Error(`unshare ended with ${code}: ${String(holder.stderr.read())}`));
      });
    });
    return [pathOf('nsenter'), '-t', String(holder.pid), '-m', '-r', '-w', '--'];
  }

  /** Takes all away, also what a test that failed has left running; that is told. */
  async remove(): Promise<readonly string[]> {
    const left = programsBelow(this.folder);
    for (const line of left) spawnSync('kill', ['-9', /\/proc\/(\d+)\/exe/.exec(line)?.[1] ?? '']);
    for (const holder of this.#holders) {
      const ended = new Promise((resolve) => holder.once('exit', resolve));
      holder.stdin.end();
      await ended;
    }
    rmSync(this.folder, { recursive: true });
    return left;
  }
}

export const isRoot = process.getuid?.() === 0;
export const canMount = isRoot && spawnSync('unshare', ['-m', 'true']).status === 0;

/** Shells and programs of small systems, for tests only; where they cannot be fetched, what is installed serves. */
const lands = at('.build/userlands');
await unpackDebs(lands, [
  { packages: ['busybox-static', 'mksh', 'toybox'], only: /^(busybox-static|mksh|toybox)$/ },
]);

const pathOf = (program: string): string => {
  const unpacked = ['bin', 'usr/bin'].map((folder) => join(lands, folder, program)).find(existsSync);
  return unpacked ?? spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
};
const isThere = (program: string): boolean => pathOf(program) !== '';

/** What the scripts of electron/link/deploy call. */
const CALLED = [
  ...['cat', 'chmod', 'dd', 'grep', 'head', 'id', 'kill', 'ls', 'mkdir', 'mv', 'od', 'printf', 'rm', 'rmdir'],
  ...['sed', 'sha256sum', 'sleep', 'tail', 'tr', 'uname'],
];

/** A kind of user land that boards have. */
export interface UserLand {
  readonly name: string;
  /** It is not installed here, and so it is skipped. */
  readonly missing: boolean;
  /** Makes a board of it. */
  readonly board: (bench: Bench) => LocalBoard;
}

const shellOnly = (shell: string): UserLand => ({
  name: shell,
  missing: !isThere(shell),
  board: () => ({ shell: [shell, '-c'] }),
});

/** Programs of one binary, and of a second one where the first has none: Debian's toybox lacks some that Android's has. */
const multi = (name: string, shell: readonly string[], binaries: readonly string[]): UserLand => ({
  name,
  missing: ![...shell.slice(0, 1), ...binaries].every(isThere),
  board: (bench) => {
    const programs = join(bench.folder, 'programs');
    mkdirSync(programs);
    for (const binary of [...binaries].reverse()) {
      const list = spawnSync(pathOf(binary), binary === 'busybox' ? ['--list'] : [], {
        encoding: 'utf8',
      }).stdout;
      const has = new Set(list.split(/\s+/));
      for (const called of CALLED.filter((one) => has.has(one))) {
        rmSync(join(programs, called), { force: true });
        symlinkSync(pathOf(binary), join(programs, called));
      }
    }
    return { shell: [pathOf(shell[0] ?? ''), ...shell.slice(1)], programs };
  },
});

/** Debian's, a small system's, Android's. */
export const USER_LANDS: readonly UserLand[] = [
  shellOnly('dash'),
  shellOnly('bash'),
  multi('busybox', ['busybox', 'sh', '-c'], ['busybox']),
  multi('mksh with toybox', ['mksh', '-c'], ['toybox', 'busybox']),
];

/** Processes whose program lies below a folder. */
export function programsBelow(folder: string): string[] {
  const { stdout } = spawnSync('sh', ['-c', 'ls -l /proc/[0-9]*/exe 2>/dev/null'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(`-> ${folder}/`));
}
