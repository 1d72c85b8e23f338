// How fast samples come from an agent behind adb, beside a bare ADB socket that copies as many bytes.
import { connect } from 'node:net';
import type { Connection, Deployment, Target } from '../../../electron/link/interfaces/link.ts';
import { ok } from '../../../electron/model/outcome.ts';
import { openSession } from '../../../electron/session/open.ts';
import type { Session } from '../../../electron/session/session.ts';
import { startServer } from '../../../test/link/adb-server.ts';
import { LinkBoard, LinkHost } from '../../../test/link/link-lab.ts';
import { at } from '../../run.ts';
import { must, progress, type BenchLab } from '../bench-lab.ts';
import { digits, median, medianRatio, type Figure, type Pair } from '../figure.ts';
import { point } from '../ioctl-cost.ts';
import { forward, MIB, service } from './rig.ts';

const WARM = 3;
/** A plain socket reads so much at once. */
const ROOM = 256 * 1024;
/** A fifth of a second and more: of shorter floods half is beginning and end. */
const SAMPLES = 30_000_000;

/** A target whose streams are counted. */
class Counted implements Target {
  readonly summary: Target['summary'];
  readonly #target: Target;
  bytes = 0;

  constructor(target: Target) {
    this.summary = target.summary;
    this.#target = target;
  }

  async deploy(options: Parameters<Target['deploy']>[0]): ReturnType<Target['deploy']> {
    const deployment = await this.#target.deploy(options);
    return deployment.ok ? ok(this.#counted(deployment.value)) : deployment;
  }

  #counted(deployment: Deployment): Deployment {
    const { token, buildId, ended } = deployment;
    return {
      token,
      buildId,
      ended,
      stop: () => deployment.stop(),
      connect: async () => {
        const connection = await deployment.connect();
        if (connection.ok) this.#count(connection.value);
        return connection;
      },
    };
  }

  #count(connection: Connection): void {
    connection.onData((bytes) => {
      this.bytes += bytes.length;
    });
  }
}

/** Runs a flood of samples to its end; seconds. */
async function flood(session: Session, id: string): Promise<number> {
  let came = 0;
  const over = Promise.withResolvers<void>();
  const off = session.on('plan', (event) => {
    if (event.kind === 'samples') came += event.ns.length;
    session.ackUpTo(event.block);
    if (event.kind === 'plan-done') over.resolve();
  });
  const what = point({ benchmark: 'tool.flood', samples: SAMPLES, minSamples: SAMPLES });
  const began = performance.now();
  must(await session.startPlan({ runId: id, dsp: 'cdsp', points: [what] }));
  await over.promise;
  off();
  if (came !== SAMPLES) throw new Error(`${came} of ${SAMPLES} samples came`);
  return (performance.now() - began) / 1000;
}

async function copied(port: number, bytes: number): Promise<number> {
  const began = performance.now();
  await new Promise<void>((resolve, reject) => {
    let left = bytes;
    const buffer = new Uint8Array(ROOM);
    // Into one room for all, so that it leaves nothing to be collected while ours is measured.
    const callback = (count: number): boolean => {
      left -= count;
      if (left <= 0) resolve();
      return true;
    };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } });
    socket.once('error', reject).once('close', () => {
      reject(new Error(`${left} of ${bytes} bytes did not come`));
    });
  });
  return (performance.now() - began) / 1000;
}

export async function boardStream(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const board = await LinkBoard.start(at('.build/host/build/bench/flood_agent'));
  lab.later(() => board.stop());
  const server = await startServer();
  lab.later(() => server.stop());
  await server.adb('connect', board.adbd.address);
  const host = new LinkHost(board).tcp(board.adbd.address);
  lab.later(() => host.close());
  const target = new Counted(await host.target(board));
  const session = must(await openSession(target));
  lab.later(() => session.close());
  const before = target.bytes;
  await flood(session, 'tool-first');
  const bytes = target.bytes - before;
  // Node compiles what runs often: figures are of a host that has run for a while.
  for (let turn = 0; turn < WARM; turn++) await flood(session, `tool-warm-${turn}`);
  const port = await forward({ adbd: board.adbd, server }, await service(lab, 'give', bytes));
  await copied(port, bytes);
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    lab.check();
    progress(`samples through adb: round ${round + 1} of ${rounds}`);
    const ours = await flood(session, `tool-${round}`);
    pairs.push({ ours: bytes / MIB / ours, bare: bytes / MIB / (await copied(port, bytes)) });
  }
  return [streamFigure(pairs, bytes)];
}

const streamFigure = (pairs: readonly Pair[], bytes: number): Figure => ({
  what: 'stream of samples through adb / a bare ADB socket copying the same bytes',
  value: medianRatio(pairs),
  unit: '',
  goal: { sense: 'at least', value: 0.8 },
  how:
    `${digits(median(pairs.map(({ ours }) => ours)))} / ${digits(median(pairs.map(({ bare }) => bare)))} MiB/s; ${digits(bytes / MIB)} MiB of ` +
    `${SAMPLES / 1e6} million samples, made, packed, sent, unpacked and acknowledged, beside as many bytes through adb forward; ` +
    `${pairs.length} rounds in turn`,
});
