import { createHash, randomBytes } from 'node:crypto';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { BoardProbe } from './probe.ts';
import { ask, quote, words } from './shell.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface PushJob {
  readonly probe: BoardProbe;
  /** Full path on the board, in a folder of ours. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly signal?: AbortSignal;
  /** Share of it that is there, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Only the first of its kind is waited for: the file is small, a board may be slow. */
const CHECK_MS = 60_000;

/**
 * Puts a program on the board: under a temporary name, compared with ours by its digest there, made executable, and only then under its
 * name, so that nobody ever runs half of it. What goes wrong leaves nothing.
 */
export async function pushProgram(device: AdbDevice, job: PushJob): Promise<Outcome<undefined>> {
  const temporary = `${job.path}.${randomBytes(4).toString('hex')}.new`;
  const options = job.signal === undefined ? {} : { signal: job.signal };
  const pushed = await device.push(temporary, job.bytes, {
    ...options,
    mode: 0o700,
    onProgress: (bytes) => job.onProgress?.(bytes / job.bytes.length),
  });
  const same = pushed.ok ? await isSame(device, temporary, job) : pushed;
  if (!same.ok) {
    await device.run(`rm -f ${quote(temporary)}`);
    return same;
  }
  const moved = await ask(
    device,
    `e=$({ chmod 700 ${quote(temporary)}&&mv -f ${quote(temporary)} ${quote(job.path)};} 2>&1)&&echo moved=yes;echo "said=$e"`,
    options,
  );
  if (moved.ok && moved.value.get('moved') === 'yes') return ok(undefined);
  await device.run(`rm -f ${quote(temporary)}`);
  if (!moved.ok) return moved;
  return fail(
    'push-failed',
    `${job.path} was pushed, and could not be given its name: ${moved.value.get('said')}.`,
    'Look at that folder on the board: ls -la, df, mount.',
  );
}

async function isSame(device: AdbDevice, path: string, job: PushJob): Promise<Outcome<undefined>> {
  const found =
    job.probe.sha256 === '' ? await readBack(device, path, job) : await digestThere(device, path, job);
  if (!found.ok) return found;
  const wanted = sha256(job.bytes);
  if (found.value === wanted) return ok(undefined);
  return fail(
    'digest-mismatch',
    `The agent on the board is not what was pushed: its SHA-256 is ${found.value.slice(0, 16)}..., ours ${wanted.slice(0, 16)}.... It was ` +
      'removed, and nothing was started.',
    'Try again; where it stays so, the cable, the hub or the storage of the board changes data: use another.',
  );
}

async function digestThere(
  device: AdbDevice,
  path: string,
  { probe, signal }: PushJob,
): Promise<Outcome<string>> {
  const options = { timeoutMs: CHECK_MS, ...(signal === undefined ? {} : { signal }) };
  const fields = await ask(device, `set -- $(${probe.sha256} ${quote(path)});echo "digest=$1"`, options);
  return fields.ok ? ok(fields.value.get('digest')) : fields;
}

const PIECE = 65_536;

/** Digest of what lies there, for a board without a tool for it: read back as hexadecimal digits, piece by piece. */
async function readBack(device: AdbDevice, path: string, job: PushJob): Promise<Outcome<string>> {
  const hash = createHash('sha256');
  const options = { timeoutMs: CHECK_MS, ...(job.signal === undefined ? {} : { signal: job.signal }) };
  // One piece more than there should be: what is too long differs as well.
  for (let piece = 0; piece <= Math.ceil(job.bytes.length / PIECE); piece += 1) {
    const read = `dd if=${quote(path)} bs=${PIECE} skip=${piece} count=1 2>/dev/null`;
    const done = await device.run(`${read}|od -An -v -tx1||${read}|xxd -p`, options);
    if (!done.ok) return done;
    const digits = done.value.out.replaceAll(/\s/g, '');
    if (!/^([0-9a-f]{2})*$/.test(digits)) return unreadable(path, done.value.out);
    hash.update(Buffer.from(digits, 'hex'));
  }
  return ok(hash.digest('hex'));
}

const unreadable = (path: string, said: string): Outcome<never> =>
  fail(
    'push-failed',
    `${path} cannot be compared with what was pushed: the board has neither sha256sum nor openssl, and od and xxd do not read it back ` +
      `('${words(said, 100)}').`,
    'Put one of them on the board (busybox has them).',
  );
