// One device of a board for several users: what each may do while it has it, and that nothing of it stays behind.
import { expect, it, vi } from 'vitest';
import type { AdbDevice } from '../../../electron/link/adb/device.ts';
import type { Connection } from '../../../electron/link/interfaces/link.ts';
import { SharedDevice } from '../../../electron/link/tcp/lease.ts';
import { ok, type Outcome, type Problem } from '../../../electron/model/outcome.ts';

const pulled: Problem = { code: 'connection-lost', message: 'pulled', remedy: '' };

class PlayedStream implements Connection {
  closed = 0;
  send = (): Promise<void> => Promise.resolve();
  onData = (): void => undefined;
  onClose = (): void => undefined;
  pause = (): void => undefined;
  resume = (): void => undefined;
  close(): void {
    this.closed += 1;
  }
}

/** A device that answers when the test says so. */
class PlayedDevice implements AdbDevice {
  readonly features = ['shell_v2'];
  readonly banner = { product: '', model: 'Played', device: '' };
  readonly signals: AbortSignal[] = [];
  readonly answers: (() => void)[] = [];
  readonly streams: PlayedStream[] = [];
  closed = 0;
  lose: (problem: Problem) => void = () => undefined;
  readonly gone = new Promise<Problem>((resolve) => (this.lose = resolve));

  #answer<T>(value: T, signal?: AbortSignal): Promise<Outcome<T>> {
    if (signal !== undefined) this.signals.push(signal);
    return new Promise((resolve) => {
      this.answers.push(() => {
        resolve(ok(value));
      });
    });
  }

  run: AdbDevice['run'] = (_, options) => this.#answer({ code: 0, out: 'done', err: '' }, options?.signal);
  push: AdbDevice['push'] = (_path, _content, options) => this.#answer(undefined, options.signal);
  connect: AdbDevice['connect'] = () => {
    const stream = new PlayedStream();
    this.streams.push(stream);
    return this.#answer<Connection>(stream);
  };
  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

const begin = (device: AdbDevice): Promise<Outcome<unknown>>[] => [
  device.run('id'),
  device.push('/tmp/x', new Uint8Array(1), { mode: 0o755 }),
  device.connect('agent'),
];
const problemsOf = async (work: readonly Promise<Outcome<unknown>>[]): Promise<readonly string[]> =>
  (await Promise.all(work)).map((outcome) => (outcome.ok ? 'none' : outcome.problem.code));

it('does what the device does', async () => {
  const device = new PlayedDevice();
  const lease = new SharedDevice(device).lease();
  expect(lease).toMatchObject({ features: device.features, banner: device.banner });
  const work = begin(lease);
  for (const answer of device.answers) answer();
  expect(await problemsOf(work)).toEqual(['none', 'none', 'none']);
});

it('ends what was begun through it when it is closed, and begins nothing after that', async () => {
  const device = new PlayedDevice();
  const shared = new SharedDevice(device);
  const [one, other] = [shared.lease(), shared.lease()];
  const work = begin(one);
  const others = begin(other);
  await one.close();
  expect(await problemsOf(work)).toEqual(['closed', 'closed', 'closed']);
  expect(device.signals.map(({ aborted }) => aborted)).toEqual([true, true, false, false]);
  expect(await problemsOf(begin(one))).toEqual(['closed', 'closed', 'closed']);
  expect(device.answers).toHaveLength(6); // nobody asked the board for that
  for (const answer of device.answers) answer();
  expect(await problemsOf(others)).toEqual(['none', 'none', 'none']);
  expect(device.streams.map(({ closed }) => closed)).toEqual([1, 0]); // the one that came too late
  await other.close();
  expect(device.streams.map(({ closed }) => closed)).toEqual([1, 1]);
  expect([await one.gone, await other.gone].map(({ code }) => code)).toEqual(['closed', 'closed']);
  expect(device.closed).toBe(0);
});

it("heeds its caller's word", async () => {
  const device = new PlayedDevice();
  const abort = new AbortController();
  const work = new SharedDevice(device).lease().run('id', { signal: abort.signal });
  abort.abort();
  expect(await problemsOf([work])).toEqual(['cancelled']);
  expect(device.signals.map(({ aborted }) => aborted)).toEqual([true]);
});

it('is gone with the device, which is listened to once for all of them', async () => {
  const device = new PlayedDevice();
  const listened = vi.spyOn(device.gone, 'then');
  const shared = new SharedDevice(device);
  for (let count = 0; count < 100; count += 1) await shared.lease().close();
  const lease = shared.lease();
  const work = begin(lease);
  expect(listened).toHaveBeenCalledTimes(1);
  device.lose(pulled);
  expect(await lease.gone).toEqual(pulled);
  expect(await problemsOf([...work, ...begin(lease), ...begin(shared.lease())])).toEqual(
    Array.from({ length: 9 }, () => 'connection-lost'),
  );
});
