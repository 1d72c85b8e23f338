import { Adb, AdbBanner, type AdbFeature } from '@yume-chan/adb';
import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { AdbDevice, AdbWay } from '../adb/device.ts';
import type { ListedDevice } from './devices.ts';
import type { ServerFollower } from './follow.ts';
import { refusedBy } from './problems.ts';
import { connectDevice, ServerTransport } from './transport.ts';
import type { CallOptions } from './wire.ts';

/** Makes our device of Tango's. `gone`: why the transport cannot be used any more, as soon as that is known. */
export type DeviceOf = (adb: Adb, gone: Promise<Problem>) => AdbDevice;

/** The way to a board through an adb server. */
export const serverWay = (follower: ServerFollower, device: ListedDevice, deviceOf: DeviceOf): AdbWay => ({
  transport: 'adb',
  serial: device.serial,
  via: `adb server ${follower.address.name}`,
  usable: device.state === 'device',
  open: (signal) => open(follower, device, deviceOf, signal),
});

async function open(
  follower: ServerFollower,
  asked: ListedDevice,
  deviceOf: DeviceOf,
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
  const gone = follower.whenGone(device, over.signal);
  const transport = new ServerTransport({
    address,
    device,
    banner,
    disconnected: gone.then(() => undefined),
  });
  const made = deviceOf(new Adb(transport), gone);
  void made.gone.then(() => {
    over.abort();
  });
  return ok(made);
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
