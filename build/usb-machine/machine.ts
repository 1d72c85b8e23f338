// A machine with a USB of its own: boots Debian's kernel on the host's user land, runs one command in it, and is gone.
import { spawn, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { fail, ok, type Outcome } from '../../electron/model/outcome.ts';
import { at, root, run } from '../run.ts';
import { archive, charDevice, file, folder } from './cpio.ts';
import { moduleFiles, type Parts } from './parts.ts';

export interface Job {
  /** A shell script that runs as root in the checkout. It sees the host's files and may write any of them: into memory, which is gone afterwards. */
  readonly command: string;
  /** The machine is ended after so long. */
  readonly limitMs: number;
  readonly onOutput: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface Done {
  /** Exit code of the command. */
  readonly code: number;
  /** From the start of the machine until the command ran, and until the machine was off. */
  readonly bootMs: number;
  readonly wholeMs: number;
}

/** To get at the host's root. */
const EARLY = ['9pnet_virtio', '9p', 'overlay'];
/** Both sides of a USB that is nothing but memory: host controller and device controller, and adb's function of a device. */
const LATE = ['dummy_hcd', 'libcomposite', 'usb_f_fs'];

/** The kernel's first root. busybox cannot load compressed modules: they go in unpacked. */
async function initramfs(parts: Parts, path: string): Promise<Outcome<undefined>> {
  const unpacked = `${path}.modules`;
  mkdirSync(unpacked);
  const names: string[] = [];
  for (const from of moduleFiles(parts, EARLY)) {
    const name = basename(from).replace(/\.xz$/, '');
    const done = await run('sh', [
      '-c',
      '"$0" xzcat -f "$1" > "$2"',
      parts.busybox,
      from,
      `${unpacked}/${name}`,
    ]);
    if (!done.ok) return fail('no-modules', `${from} cannot be unpacked: ${done.output.trim()}`);
    names.push(name);
  }
  const entries = [
    ...['bin', 'modules', 'dev', 'proc', 'sys', 'lower', 'memory', 'new'].map(folder),
    charDevice('dev/console', [5, 1]),
    file('bin/busybox', readFileSync(parts.busybox)),
    file('init', readFileSync(at('build/usb-machine/init.sh'))),
    file('modules/order', names.join('\n')),
    ...names.map((name) => file(`modules/${name}`, readFileSync(`${unpacked}/${name}`))),
  ];
  writeFileSync(path, archive(entries));
  return ok(undefined);
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function writeJob(parts: Parts, job: Job, place: string): void {
  const settings = {
    PATH: process.env['PATH'] ?? '',
    debs: parts.folder,
    libraries: parts.env.LD_LIBRARY_PATH,
    release: parts.release,
    modules: LATE.join(' '),
    folder: root,
    QDA_USB_ADB: parts.adb.adb,
    QDA_USB_ADBD: parts.adb.adbd,
    QDA_USB_ADB_LIBRARIES: parts.adb.env['LD_LIBRARY_PATH'] ?? '',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${quoted(value)}\n`);
  writeFileSync(`${place}/settings`, lines.join(''));
  writeFileSync(`${place}/command`, job.command);
  copyFileSync(at('build/usb-machine/inside.sh'), `${place}/inside.sh`);
}

const share = (tag: string, path: string, more: string): readonly string[] => [
  '-virtfs',
  `local,path=${path.replaceAll(',', ',,')},mount_tag=${tag},security_model=none,multidevs=remap${more}`,
];

/**
 * Software emulation, one processor whose time is what it has executed (four nanoseconds an instruction): with two, or with the host's time, a busy
 * host makes the machine wait for itself, and time limits inside pass that would not. No network at all. The command's output comes by a
 * socket, as file descriptor 3.
 */
function qemuArgs({ folder: debs, kernel }: Parts, place: string): readonly string[] {
  const data = [
    `${debs}/usr/share/qemu`,
    `${debs}/usr/share/seabios`,
    '/usr/share/qemu',
    '/usr/share/seabios',
  ];
  const words =
    '-M q35 -accel tcg -icount shift=2,sleep=on -cpu qemu64 -smp 1 -m 2048 -nic none -display none';
  return [
    ...words.split(' '),
    ...['-nodefaults', '-no-user-config', '-no-reboot', ...data.flatMap((path) => ['-L', path])],
    ...['-kernel', kernel, '-initrd', `${place}/initramfs`],
    ...['-append', 'console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off'],
    ...['-serial', 'stdio', '-chardev', 'socket,id=out,fd=3', '-serial', 'chardev:out'],
    ...share('root', '/', ',readonly=on'),
    ...share('job', place, ''),
  ];
}

interface Watched {
  readonly console: string;
  readonly code: number | null;
  readonly bootMs: number | null;
}

/** Takes down what the console says until it ends. */
async function watchConsole(console: Readable, started: number): Promise<Watched> {
  let text = '';
  let bootMs: number | null = null;
  for await (const piece of console.setEncoding('utf8') as AsyncIterable<string>) {
    text += piece;
    if (bootMs === null && text.includes('machine: ready')) bootMs = performance.now() - started;
  }
  const code = /^machine: ended (\d+)/m.exec(text)?.[1];
  return { console: text, code: code === undefined ? null : Number(code), bootMs };
}

/** It dies with us: at our exit by our hand, at our sudden death by the kernel's. */
function startQemu(parts: Parts, place: string): ChildProcess {
  const qemu = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...qemuArgs(parts, place)];
  return spawn('setpriv', qemu, {
    env: { ...process.env, ...parts.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
}

async function runQemu(parts: Parts, job: Job, place: string): Promise<Outcome<Done>> {
  const started = performance.now();
  const qemu = startQemu(parts, place);
  const end = (): void => void qemu.kill('SIGKILL');
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, job.limitMs);
  process.once('exit', end);
  job.signal?.addEventListener('abort', end);
  let errors = '';
  qemu.on('error', (error) => (errors += error.message));
  qemu.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  (qemu.stdio[3] as Readable).setEncoding('utf8').on('data', job.onOutput);
  const watched = await watchConsole(qemu.stdout as Readable, started);
  clearTimeout(timer);
  process.off('exit', end);
  job.signal?.removeEventListener('abort', end);
  if (job.signal?.aborted === true) return fail('cancelled', 'The machine was ended.');
  if (late)
    return fail(
      'machine-hangs',
      `The machine was ended after ${job.limitMs / 1000} s.${tail(watched.console)}`,
    );
  if (watched.code === null || watched.bootMs === null)
    return fail('machine-died', `The machine ended by itself. ${errors.trim()}${tail(watched.console)}`);
  return ok({ code: watched.code, bootMs: watched.bootMs, wholeMs: performance.now() - started });
}

const tail = (text: string): string => `\nIts console ended with:\n${text.trimEnd().slice(-3000)}`;

/**
 * Boots the machine, runs the job's command in it, and powers it off. Problems: 'machine-hangs' (the limit was reached), 'machine-died',
 * 'cancelled', 'no-modules'.
 */
export async function runInMachine(parts: Parts, job: Job): Promise<Outcome<Done>> {
  const jobs = at('.build/usb-machine/jobs');
  mkdirSync(jobs, { recursive: true });
  // Of processes that were killed.
  for (const left of readdirSync(jobs))
    if (!existsSync(`/proc/${left.split('-')[0]}`))
      rmSync(`${jobs}/${left}`, { recursive: true, force: true });
  const place = mkdtempSync(`${jobs}/${process.pid}-`);
  try {
    writeJob(parts, job, place);
    const made = await initramfs(parts, `${place}/initramfs`);
    if (!made.ok) return made;
    return await runQemu(parts, job, place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
