import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { ServerAddress } from './address.ts';
import { parseDevices, type ListedDevice } from './devices.ts';
import { cannotFollow, notAnAdbServer, refusedBy } from './problems.ts';
import { ANSWER_MS, ServerStream } from './wire.ts';

/** What is known of an adb server. */
export type Following =
  /** The first try has not come to anything yet. */
  | { readonly kind: 'starting' }
  /** Nobody listens; it is tried again. */
  | { readonly kind: 'absent'; readonly problem: Problem }
  /** Something is there that cannot be used; it is tried again. */
  | { readonly kind: 'broken'; readonly problem: Problem }
  /** `version`: null where it does not say. */
  | {
      readonly kind: 'following';
      readonly version: number | null;
      readonly devices: readonly ListedDevice[];
    };

export interface FollowOptions {
  /** Without a word for so long it hangs. */
  readonly answerMs?: number;
  /** The first wait before it is tried again; each is twice the one before, up to the longest. */
  readonly retryMs?: number;
}

/** On this machine a try costs nothing, and a board shall be back soon after its server. */
const LONGEST_LOCAL_MS = 1_000;
const LONGEST_REMOTE_MS = 5_000;

/** Follows the device list of one adb server. Never starts or ends that server; when it is not there, waits for it. */
export class ServerFollower {
  readonly address: ServerAddress;
  readonly #answerMs: number;
  readonly #retryMs: number;
  readonly #listeners = new Set<() => void>();
  #state: Following = { kind: 'starting' };
  #abort: AbortController | null = null;

  constructor(address: ServerAddress, { answerMs = ANSWER_MS, retryMs = 100 }: FollowOptions = {}) {
    this.address = address;
    this.#answerMs = answerMs;
    this.#retryMs = retryMs;
  }

  get state(): Following {
    return this.#state;
  }

  /** Begins, where that has not been done. Following does not keep the process alive. */
  start(): void {
    if (this.#abort !== null) return;
    this.#abort = new AbortController();
    void this.#run(this.#abort.signal);
  }

  /** Resolves when the first try has come to something. */
  settled(): Promise<void> {
    if (this.#state.kind !== 'starting' || this.#abort === null) return Promise.resolve();
    const { signal } = this.#abort;
    return new Promise((resolve) => {
      const finish = (): void => {
        off();
        resolve();
      };
      const off = this.onChange(finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  /** Calls the listener when the state is another; the result ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The same device as it stands now; a server that was restarted has other numbers for the same boards. */
  now(device: ListedDevice): ListedDevice | undefined {
    if (this.#state.kind !== 'following') return undefined;
    const { devices } = this.#state;
    return (
      devices.find((one) => one.transportId === device.transportId && one.serial === device.serial) ??
      devices.find((one) => one.serial === device.serial && one.path === device.path)
    );
  }

  /** Resolves when that transport cannot be used any more, or `until` is aborted. */
  whenGone(device: ListedDevice, until: AbortSignal): Promise<Problem> {
    return new Promise((resolve) => {
      const look = (): void => {
        const problem = until.aborted ? CLOSED.problem : this.#whyGone(device);
        if (problem === null) return;
        off();
        until.removeEventListener('abort', look);
        resolve(problem);
      };
      const off = this.onChange(look);
      until.addEventListener('abort', look);
      look();
    });
  }

  /** Ends it; `start` may be called again. */
  close(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#set({ kind: 'starting' });
  }

  #whyGone({ serial, transportId }: ListedDevice): Problem | null {
    const { name } = this.address;
    if (this.#state.kind !== 'following')
      return 'problem' in this.#state ? this.#state.problem : CLOSED.problem;
    const now = this.#state.devices.find((one) => one.serial === serial && one.transportId === transportId);
    return now?.state === 'device' ? null : refusedBy(name, serial, now?.state ?? 'not found').problem;
  }

  #set(state: Following): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const longest = this.address.local ? LONGEST_LOCAL_MS : LONGEST_REMOTE_MS;
    for (let waitMs = this.#retryMs; !signal.aborted; waitMs = Math.min(longest, waitMs * 2)) {
      const { problem, followed } = await this.#follow(signal);
      if (isAborted(signal)) return;
      if (followed) waitMs = this.#retryMs;
      const absent = problem.code === 'adb-server-absent' || problem.code === 'connection-lost';
      this.#set({ kind: absent ? 'absent' : 'broken', problem });
      await pause(waitMs, signal);
    }
  }

  /** Until it ends, and why it ended. */
  async #follow(signal: AbortSignal): Promise<{ problem: Problem; followed: boolean }> {
    const version = await this.#version(signal);
    if (!version.ok) return { problem: version.problem, followed: false };
    const opened = await this.#openList(version.value, signal);
    if (!opened.ok) return { problem: opened.problem, followed: false };
    const stream = opened.value;
    let followed = false;
    for (;;) {
      const list = await this.#nextList(stream, followed);
      if (isAborted(signal) || !list.ok) {
        stream.close();
        return { problem: list.ok ? CLOSED.problem : list.problem, followed };
      }
      followed = true;
      stream.socket.unref();
      this.#set({ kind: 'following', version: version.value, devices: list.value });
    }
  }

  async #nextList(stream: ServerStream, followed: boolean): Promise<Outcome<readonly ListedDevice[]>> {
    const text = await stream.text(followed ? 'whenever' : 'now');
    if (!text.ok) return text;
    const devices = parseDevices(text.value);
    if (devices !== null) return ok(devices);
    return { ok: false, problem: notAnAdbServer(this.address.name, 'its list of devices cannot be read') };
  }

  #connect(signal: AbortSignal): Promise<Outcome<ServerStream>> {
    return ServerStream.connect(this.address, { signal, answerMs: this.#answerMs });
  }

  /** The protocol's version: 41 since 2018. null: it refuses to say. */
  async #version(signal: AbortSignal): Promise<Outcome<number | null>> {
    const stream = await this.#connect(signal);
    if (!stream.ok) return stream;
    const asked = await stream.value.request('host:version');
    const text = asked.ok ? await stream.value.text() : asked;
    stream.value.close();
    if (text.ok && /^[0-9a-f]{1,8}$/i.test(text.value)) return ok(parseInt(text.value, 16));
    if (text.ok)
      return { ok: false, problem: notAnAdbServer(this.address.name, 'it gives no number as its version') };
    return text.problem.code === 'adb-server-refused' ? ok(null) : text;
  }

  /** Older servers know the short list only. */
  async #openList(version: number | null, signal: AbortSignal): Promise<Outcome<ServerStream>> {
    let said = '';
    for (const service of ['host:track-devices-l', 'host:track-devices']) {
      const stream = await this.#connect(signal);
      if (!stream.ok) return stream;
      const asked = await stream.value.request(service);
      if (asked.ok) return stream;
      stream.value.close();
      if (asked.problem.code !== 'adb-server-refused') return asked;
      said = asked.problem.message;
    }
    return { ok: false, problem: cannotFollow(this.address.name, version, said) };
  }
}

const CLOSED = fail('closed', 'The adb server is not followed any more.');

/** Asked after an await: it may have come to pass in between. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Does not keep the process alive. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    timer.unref();
    signal.addEventListener('abort', finish);
  });
}
