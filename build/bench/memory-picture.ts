// What a memory picture of a large board costs, and how that grows.
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import { MemoryModel } from '../../electron/memory/model.ts';
import type { Session } from '../../electron/session/session.ts';
import { must, pause, progress, vqdaSocket, type BenchLab } from './bench-lab.ts';
import { digits, growthExponent, median, type Figure, type Size } from './figure.ts';
import { cpuMs } from './processes.ts';
import { pictureOf, recordedFrames } from './recorded.ts';

const PROCESSES = 200;
const OWNERS = 12;
const BUFFERS = 10_000;
const SMALL = 1000;
const RECORDED = [1000, 3000, 10_000, 30_000, 100_000] as const;
const READY_MS = 120_000;
/** Pictures before the first that counts: the host's code is compiled by then. */
const WARM = 12;
/** Close to linear. */
const LINEAR = { sense: 'at most', value: 1.2 } as const;

/** The virtual board's count of references is old after a second: then it counts anew. */
const RESTED = 5;
const REST_MS = 1100;

/** One picture; ms. The phases overlap: the host decodes one message while the agent makes the next. */
interface Picture {
  readonly total: number;
  /** From the request to the whole snapshot, decoded. */
  readonly snapshot: number;
  readonly reduce: number;
  /** Processor time of it. */
  readonly agent: number;
  readonly board: number;
  readonly host: number;
}

interface Live {
  readonly board: VirtualBoard;
  readonly session: Session;
  readonly pid: number;
  readonly buffers: number;
}

async function pictureFrom(live: Live): Promise<Picture> {
  const before = { agent: cpuMs(live.pid), board: cpuMs(live.board.pid), host: process.cpuUsage() };
  const began = performance.now();
  const snapshot = must(await live.session.memory());
  const there = performance.now();
  const host = process.cpuUsage(before.host);
  const model = new MemoryModel();
  model.apply({ kind: 'snapshot', snapshot });
  const picture = model.picture();
  const end = performance.now();
  if (picture.buffers.length !== live.buffers)
    throw new Error(`the picture has ${picture.buffers.length} of ${live.buffers} buffers`);
  return {
    total: end - began,
    snapshot: there - began,
    reduce: end - there,
    agent: cpuMs(live.pid) - before.agent,
    board: cpuMs(live.board.pid) - before.board,
    host: (host.user + host.system) / 1000,
  };
}

interface Pictures {
  /** One after the other. */
  readonly quick: readonly Picture[];
  /** With a rest before each. */
  readonly rested: readonly Picture[];
}

async function picturesOf(lab: BenchLab, buffers: number, rounds: number): Promise<Pictures> {
  const board = await lab.board();
  progress(`a board with ${PROCESSES} processes and ${buffers} dma-bufs`);
  const shape = [PROCESSES, buffers, OWNERS].map(String);
  const holders = await lab.companion('holders', [vqdaSocket(board), ...shape], READY_MS);
  const live = { board, ...(await lab.session(board)), buffers };
  const quick: Picture[] = [];
  for (let round = 0; round < WARM + rounds; round++) {
    lab.check();
    const picture = await pictureFrom(live);
    if (round >= WARM) quick.push(picture);
  }
  const rested: Picture[] = [];
  for (let round = 0; round < RESTED; round++) {
    await pause(REST_MS, lab.signal);
    rested.push(await pictureFrom(live));
  }
  await live.session.close();
  await holders.stop();
  return { quick, rested };
}

const ms = (pictures: readonly Picture[], part: keyof Picture): string =>
  digits(median(pictures.map((picture) => picture[part])));

const totalOf = (pictures: readonly Picture[]): number => median(pictures.map(({ total }) => total));
const fastest = (pictures: readonly Picture[]): number => Math.min(...pictures.map(({ total }) => total));

const liveFigure = ({ quick: pictures, rested }: Pictures): Figure => ({
  what: `memory picture: ${PROCESSES} processes, ${BUFFERS} buffers, p50`,
  value: totalOf(pictures),
  unit: 'ms',
  goal: { sense: 'at most', value: 60 },
  how:
    `collected, sent and decoded in ${ms(pictures, 'snapshot')} ms, reduced in ${ms(pictures, 'reduce')} ms; processor time: ` +
    `agent ${ms(pictures, 'agent')}, host until decoded ${ms(pictures, 'host')}, virtual board (which also plays the kernel's ` +
    `debugfs) ${ms(pictures, 'board')} ms; ${OWNERS} processes with a bank; ${pictures.length} pictures one after the other, ` +
    `fastest ${digits(fastest(pictures))}; with a rest of ${REST_MS} ms before each, so that the virtual board must count ` +
    `references anew: ${digits(totalOf(rested))}`,
});

const growthFigure = (what: string, sizes: readonly Size[], how: string): Figure => ({
  what,
  value: growthExponent(sizes),
  unit: '',
  goal: LINEAR,
  how: `k of cost = c n^k, 1 is linear; ${sizes.map(({ n, cost }) => `${n}: ${digits(cost)} ms`).join(', ')}; ${how}`,
});

function recordedCost(buffers: number, rounds: number): Size {
  const frames = recordedFrames(buffers);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const picture = pictureOf(frames);
    const used = process.cpuUsage(before);
    times.push((used.user + used.system) / 1000);
    if (picture.mappings.length !== buffers)
      throw new Error(`${picture.mappings.length} of ${buffers} mappings`);
  }
  return { n: buffers, cost: Math.min(...times) };
}

export async function memoryPicture(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const small = await picturesOf(lab, SMALL, rounds);
  const large = await picturesOf(lab, BUFFERS, rounds);
  recordedCost(BUFFERS, WARM); // the code is compiled by then
  const recorded = RECORDED.map((buffers) => {
    lab.check();
    progress(`a recorded board with ${buffers} buffers`);
    return recordedCost(buffers, Math.min(rounds, 5));
  });
  return [
    liveFigure(large),
    growthFigure(
      'memory picture: growth, live',
      [
        { n: SMALL, cost: fastest(small.quick) },
        { n: BUFFERS, cost: fastest(large.quick) },
      ],
      `${PROCESSES} processes in both; the fastest of ${rounds} each`,
    ),
    growthFigure(
      'memory picture: growth, recorded',
      recorded,
      'frames decoded and reduced: an event, a bank and a holder a buffer; processor time, the least of each',
    ),
  ];
}
