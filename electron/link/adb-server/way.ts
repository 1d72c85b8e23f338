import { Adb, AdbBanner, type AdbFeature } from '@yume-chan/adb';
import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { AdbDevice, AdbWay } from '../adb/device.ts';
import { tangoDevice } from '../adb/tango-device.ts';
import { isNetwork, type ListedDevice } from './devices.ts';
import type { ServerFollower } from './follow.ts';
import { refusedBy } from './problems.ts';
import { viaOf } from './states.ts';
import { connectDevice, ServerError, ServerTransport } from './transport.ts';
import type { CallOptions } from './wire.ts';

/** The way to a board through an adb server. */
export const serverWay = (follower: ServerFollower, device: ListedDevice): AdbWay => ({
  transport: 'adb',
  serial: device.serial,
  via: viaOf(device, follower.address.name, isNetwork(device)),
  usable: device.state === 'device',
  open: (signal) => open(follower, device, signal),
});

async function open(
  follower: ServerFollower,
  asked: ListedDevice,
  signal: AbortSignal | undefined,
): Promise<Outcome<AdbDevice>> {
  const { address, state } = follower;
  if ('problem' in state) return { ok: false, problem: state.problem };
  const device = follower.now(asked);
  if (device?.state !== 'device') return refusedBy(address.name, asked.serial, device?.state ?? 'not found');
  const features = await featuresOf(follower, device, { signal });
  if (!features.ok) return features;
  const banner = new AdbBanner('device', device.product, device.model, device.device, features.value);
  const over = new AbortController();
  const broken = follower.whenGone(device, over.signal);
  const disconnected = broken.then(() => undefined);
  const transport = new ServerTransport({ address, device, banner, disconnected });
  const release = (): void => {
    over.abort();
  };
  const openFailed = (error: unknown): Problem | null => causeOf(error, address.name, device);
  return ok(tangoDevice(new Adb(transport), { broken, release, openFailed }));
}

/** A problem of the way to the server, or its words about the device; null: the service was refused. */
function causeOf(error: unknown, server: string, { serial }: ListedDevice): Problem | null {
  const problem = error instanceof ServerError ? error.problem : null;
  if (problem?.code !== 'adb-server-refused') return problem;
  return /^device |unauthorized|offline|not found/.test(problem.message)
    ? refusedBy(server, serial, problem.message).problem
    : null;
}

/** What the board's daemon can do, as the server keeps it; nothing where the server is too old to tell. */
async function featuresOf(
  { address }: ServerFollower,
  device: ListedDevice,
  options: CallOptions,
): Promise<Outcome<readonly AdbFeature[]>> {
  const stream = await connectDevice(address, device, options);
  if (!stream.ok) return wordsFor(stream.problem, address.name, device);
  const asked = await stream.value.request('host:features');
  const text = asked.ok ? await stream.value.text() : asked;
  stream.value.close();
  if (text.ok) return ok(text.value.split(',').filter((word) => word !== '') as AdbFeature[]);
  const old = /unknown host service|unknown service/.test(text.problem.message);
  return old ? ok([]) : wordsFor(text.problem, address.name, device);
}

const wordsFor = (problem: Problem, server: string, { serial }: ListedDevice): Outcome<never> =>
  problem.code === 'adb-server-refused' ? refusedBy(server, serial, problem.message) : { ok: false, problem };
