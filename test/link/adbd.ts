import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adbTools, type AdbTools } from '../../build/adbd.ts';
import { at } from '../../build/run.ts';
import { freePort } from '../ports.ts';

/** Debian's adbd as a process of a test, on a port of this machine's loopback. It asks for no key. */
export interface RealAdbd {
  readonly port: number;
  readonly address: string;
  readonly tools: AdbTools;
  readonly pid: number;
  /** A folder for the test, removed at the end. */
  readonly folder: string;
  /** Kills it, as a crash or a reboot would. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Tools that are there; else the sentence with which tests are skipped. Fetched once. */
export const adbFound = await adbTools();

/** The library of loopback-only.c, built once for all. */
function loopbackOnly(): string {
  const source = at('test/link/loopback-only.c');
  const version = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const library = at('.build/adbd-test', `loopback-only.${version}.so`);
  if (existsSync(library)) return library;
  mkdirSync(at('.build/adbd-test'), { recursive: true });
  const fresh = `${library}.${process.pid}`;
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', fresh, source, '-ldl']);
  renameSync(fresh, library);
  return library;
}

/** Local addresses that somebody listens on at this port, as /proc/net writes them (hexadecimal words, each little-endian). */
function listeners(port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => readFileSync(path, 'utf8').split('\n'));
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields.flatMap(([, local, , state]) => (state === '0A' && local?.endsWith(wanted) ? [local] : []));
}

const LOOPBACK = ['0100007F:', '0000000000000000FFFF00000100007F:'];

/** A minute of looks. */
const HUNG_TRIES = 2_400;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until it listens, and makes sure that it does so on the loopback alone. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < HUNG_TRIES; tries++) {
    if (child.exitCode !== null) throw new Error(`adbd ended at once with exit code ${child.exitCode}`);
    const found = listeners(port);
    if (found.length > 0) {
      if (found.every((address) => LOOPBACK.some((own) => address.startsWith(own)))) return;
      killNow(child);
      throw new Error(`adbd listens to the network (${found.join(', ')}); it was killed`);
    }
    await pause(25);
  }
  throw new Error(`adbd does not listen on port ${port}`);
}

/** Daemons of this process, which never outlive it. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) killNow(child);
});

export interface AdbdOptions {
  /** What the board says that its serial is; left out: nothing. */
  readonly serial?: string;
  /** nsenter with its arguments, for a daemon in namespaces; the last of them ends its options. */
  readonly within?: readonly string[];
}

interface Daemon {
  readonly tools: AdbTools;
  readonly library: string;
  readonly port: number;
  readonly folder: string;
}

function startOn({ within = [] }: AdbdOptions, { tools, library, port, folder }: Daemon): ChildProcess {
  const PATH = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  const own = { ...tools.env, LD_PRELOAD: library, ADBD_PORT: String(port), TMPDIR: folder, PATH };
  // nsenter would take the preloaded library for itself: `env` sets it for the daemon alone.
  const words = Object.entries(own).map(([name, value]) => `${name}=${value}`);
  const [program = 'env', ...args] = [...within, 'env', ...words, tools.adbd];
  const child = spawn(program, args, { stdio: 'ignore', cwd: folder });
  living.add(child);
  return child.once('exit', () => living.delete(child));
}

/** The daemon itself, which is the child of nsenter where that started it; 0: it is gone. */
function daemonPid({ pid = 0, spawnfile }: ChildProcess): number {
  if (!spawnfile.endsWith('nsenter')) return pid;
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  } catch {
    return 0;
  }
}

function killNow(child: ChildProcess): void {
  const pid = child.exitCode === null && child.signalCode === null ? daemonPid(child) : 0;
  if (pid === 0) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    killNow(child);
  });
}

/** An Android board's program that tells the serial: daemons on one machine are one board unless they say who they are. */
function tellSerial(folder: string, serial: string): void {
  mkdirSync(join(folder, 'bin'));
  const text = `#!/bin/sh\n[ "$1" = ro.serialno ] && printf '%s\\n' '${serial.replaceAll("'", "'\\''")}'\n`;
  writeFileSync(join(folder, 'bin/getprop'), text, { mode: 0o755 });
}

/** Starts adbd. Throws where it is not there: ask `adbFound` before. */
export async function startAdbd(options: AdbdOptions = {}): Promise<RealAdbd> {
  if (!adbFound.ok) throw new Error(adbFound.problem.message);
  const tools = adbFound.value;
  const [library, port] = [loopbackOnly(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'qda-lab-adbd-'));
  if (options.serial !== undefined) tellSerial(folder, options.serial);
  const daemon = { tools, library, port, folder };
  let child = startOn(options, daemon);
  await listening(child, port);
  return {
    port,
    address: `127.0.0.1:${port}`,
    tools,
    folder,
    get pid() {
      return daemonPid(child);
    },
    kill: () => killed(child),
    async restart() {
      await killed(child);
      child = startOn(options, daemon);
      await listening(child, port);
    },
    async stop() {
      await killed(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
