// What a file and a short message cost through our link, beside Debian's adb on the same daemon.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdbDevice } from '../../../electron/link/adb/device.ts';
import { must, progress, type BenchLab } from '../bench-lab.ts';
import { digits, median, medianRatio, type Figure, type Pair } from '../figure.ts';
import { adbRig, bareSocket, devices, forward, MIB, service, type AdbRig } from './rig.ts';

const FILE = 32 * MIB;
const MESSAGE = 100;
const ECHOES = 300;
/** Pushes of each a round: one takes a twentieth of a second, which another process of this machine easily doubles. */
const PUSHES = 3;

export async function transfer(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const rig = await adbRig(lab);
  const ways = await devices(lab, rig);
  const figures: Figure[] = [];
  for (const [way, device] of ways) figures.push(await pushFigure(lab, { rig, way, device }, rounds));
  for (const [way, device] of ways) figures.push(await echoFigure(lab, { rig, way, device }, rounds));
  return figures;
}

interface Side {
  readonly rig: AdbRig;
  readonly way: string;
  readonly device: AdbDevice;
}

/** Rounds of both in turn, the first of each thrown away. Which of them begins changes, so that neither always follows the other. */
async function inTurn(
  lab: BenchLab,
  rounds: number,
  what: string,
  [ours, bare]: readonly [() => Promise<number>, () => Promise<number>],
): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round <= rounds; round++) {
    lab.check();
    progress(`${what}: round ${round} of ${rounds}`);
    const first = round % 2 === 0 ? await ours() : await bare();
    const second = round % 2 === 0 ? await bare() : await ours();
    pairs.push(round % 2 === 0 ? { ours: first, bare: second } : { ours: second, bare: first });
  }
  return pairs.slice(1);
}

async function pushFigure(lab: BenchLab, { rig, way, device }: Side, rounds: number): Promise<Figure> {
  const { folder, address } = rig.adbd;
  const local = join(folder, 'local');
  const content = randomBytes(FILE);
  writeFileSync(local, content);
  const untilOkay: number[] = [];
  const ours = async (): Promise<number> => {
    // As adb counts (traced with strace, version 34.0.5): from the first piece until the last is handed on, without the opening of the
    // service before and without the wait for the daemon's OKAY after.
    const pieces: { bytes: number; at: number }[] = [];
    const onProgress = (bytes: number): void => {
      pieces.push({ bytes, at: performance.now() });
    };
    must(await device.push(join(folder, 'ours'), content, { mode: 0o600, onProgress }));
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (!first || !last || last.bytes !== FILE) throw new Error('the push told nothing of its progress');
    untilOkay.push((FILE - first.bytes) / MIB / ((performance.now() - first.at) / 1000));
    return (FILE - first.bytes) / MIB / ((last.at - first.at) / 1000);
  };
  const adb = async (): Promise<number> =>
    rateIn(await rig.server.adb('-s', address, 'push', '-Z', local, join(folder, 'theirs')));
  const pairs = await inTurn(lab, PUSHES * rounds, `push of 32 MiB ${way}`, [ours, adb]);
  return {
    what: `push of 32 MiB ${way} / adb push, throughput`,
    value: medianRatio(pairs),
    unit: '',
    goal: { sense: 'at least', value: 0.9 },
    how:
      `${digits(median(pairs.map((pair) => pair.ours)))} / ${digits(median(pairs.map((pair) => pair.bare)))} MiB/s; random bytes to the ` +
      `same adbd: ours from memory, as an agent is pushed; adb from a file in the page cache, without compression, its time as it says itself ` +
      `(from the first piece to the last, of both); until the daemon's OKAY ours is ${digits(median(untilOkay.slice(1)))} MiB/s; ${pairs.length} of each in turn`,
  };
}

/** "... 459.6 MB/s (33554432 bytes in 0.070s)": with three decimals of a second the rate is the finer number. Its MB are 2^20 bytes. */
export function rateIn(said: string): number {
  const rate = /([\d.]+) MB\/s \((\d+) bytes in/.exec(said);
  if (rate === null) throw new Error(`adb push said no rate: ${said.trim()}`);
  return Number(rate[1]);
}

async function echoFigure(lab: BenchLab, { rig, way, device }: Side, rounds: number): Promise<Figure> {
  const name = await service(lab, 'echo');
  const stream = must(await device.connect(name));
  const socket = await bareSocket(await forward(rig, name));
  lab.later(() => {
    stream.close();
    socket.destroy();
  });
  let back: () => void = () => undefined;
  stream.onData(() => {
    back();
  });
  socket.on('data', () => {
    back();
  });
  const message = randomBytes(MESSAGE);
  const p50 = async (send: (bytes: Uint8Array) => unknown): Promise<number> => {
    const times: number[] = [];
    for (let turn = 0; turn < ECHOES; turn++) {
      const came = new Promise<void>((resolve) => (back = resolve));
      const began = performance.now();
      send(message);
      await came;
      times.push((performance.now() - began) * 1000);
    }
    return median(times);
  };
  const ours = (): Promise<number> => p50((bytes) => stream.send(bytes));
  const adb = (): Promise<number> => p50((bytes) => socket.write(bytes));
  const pairs = await inTurn(lab, rounds, `echo of 100 bytes ${way}`, [ours, adb]);
  return {
    what: `echo of 100 bytes ${way} / adb forward, round trip`,
    value: medianRatio(pairs),
    unit: '',
    goal: { sense: 'at most', value: 1.2 },
    how:
      `${digits(median(pairs.map((pair) => pair.ours)))} us / ${digits(median(pairs.map((pair) => pair.bare)))} us, p50 of ${ECHOES} on one open ` +
      `stream to an abstract socket behind the same adbd; ${rounds} rounds in turn`,
  };
}
