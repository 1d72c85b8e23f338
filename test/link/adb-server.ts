import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import { adbFound } from './adbd.ts';

/**
 * Debian's adb server as a process of a test: a port and a home of its own, so that it meets no other server and no key of the user's.
 * The tool under test never starts one; a test does.
 */
export interface RealServer {
  readonly port: number;
  readonly address: string;
  /** A folder that is its home, removed at the end. */
  readonly home: string;
  /** Runs the adb client on this server. */
  adb(...args: readonly string[]): Promise<string>;
  /** Kills it, as `adb kill-server` or a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port; it has forgotten what it was connected to. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.kill('SIGKILL');
  });
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (there: boolean): void => {
      socket.destroy();
      resolve(there);
    };
    socket.on('connect', () => {
      finish(true);
    });
    socket.on('error', () => {
      finish(false);
    });
  });

async function untilThere(child: ChildProcess, port: number): Promise<void> {
  // A minute of looks.
  for (let tries = 0; tries < 2_400; tries++) {
    if (child.exitCode !== null) throw new Error(`the adb server ended with exit code ${child.exitCode}`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no adb server on port ${port}`);
}

/** Starts a server. Throws where adb is not there: ask `adbFound` before. */
export async function startServer(): Promise<RealServer> {
  if (!adbFound.ok) throw new Error(adbFound.problem.message);
  const tools = adbFound.value;
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), 'qda-lab-adb-'));
  // No mDNS and no USB: what else hangs on this machine or its network is none of a test's.
  const none = { ADB_MDNS: '0', ADB_USB: '0', ADB_EMU: '0', ADB_LOCAL_TRANSPORT_MAX_PORT: '5554' };
  const env = { ...process.env, ...tools.env, ...none, HOME: home, ANDROID_ADB_SERVER_PORT: String(port) };
  const start = (): ChildProcess => {
    const child = spawn(tools.adb, ['-P', String(port), 'nodaemon', 'server'], {
      env,
      cwd: home,
      stdio: 'ignore',
    });
    living.add(child);
    return child.once('exit', () => living.delete(child));
  };
  let child = start();
  await untilThere(child, port);
  return {
    port,
    address: `127.0.0.1:${port}`,
    home,
    adb: (...args) =>
      new Promise((resolve, reject) => {
        execFile(tools.adb, ['-P', String(port), ...args], { env, cwd: home }, (error, out, err) => {
          if (error) reject(new Error(`${error.message}\n${out}${err}`));
          else resolve(out);
        });
      }),
    kill: () => killed(child),
    async restart() {
      await killed(child);
      child = start();
      await untilThere(child, port);
    },
    async stop() {
      await killed(child);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
