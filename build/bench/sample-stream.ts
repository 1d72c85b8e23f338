// How many samples a second go from the agent into the store, and what memory the agent has while it streams.
import { join } from 'node:path';
import { Collector } from '../../electron/bench/collect.ts';
import { Recorder } from '../../electron/host/recorder.ts';
import type { Identity } from '../../electron/model/board.ts';
import type { PlanPoint } from '../../electron/model/plan.ts';
import type { Session } from '../../electron/session/session.ts';
import type { RunHeader } from '../../electron/store/read.ts';
import { must, progress, type BenchLab } from './bench-lab.ts';
import { digits, median, type Figure } from './figure.ts';
import { point } from './ioctl-cost.ts';
import { statusOf } from './processes.ts';

const SAMPLES = 2_000_000;
const LONG = 20_000_000;
const KIB_A_MIB = 1024;

const flood = (samples: number): PlanPoint =>
  point({ benchmark: 'tool.flood', samples, minSamples: samples });

/** The head of a run that is stored only to be thrown away. */
const headerOf = (id: string, identity: Identity, what: PlanPoint): RunHeader => ({
  schema: 'qda-lab/run/1',
  id,
  label: 'bench:tool',
  notes: '',
  simulated: true,
  status: 'running',
  reason: '',
  startedAt: new Date().toISOString(),
  endedAt: null,
  app: { version: '', buildId: '' },
  agent: { version: '', buildId: '' },
  board: { id: 'tool', transport: 'virtual', label: 'tool', identity },
  node: { path: '', dsp: 'cdsp', generation: 'qda-v1', proof: '', error: 0 },
  clockOffsetNs: null,
  before: [],
  after: [],
  plan: {
    name: 'tool',
    dsp: 'cdsp',
    seed: '1',
    repeats: 1,
    verify: false,
    budgetS: 60,
    shell: '',
    dspFiles: '',
    points: [what],
  },
  gaps: [],
  memory: null,
  dsp: null,
  dspLog: { lines: [], omitted: 0 },
  command: '',
});

interface Way {
  readonly session: Session;
  readonly identity: Identity;
  readonly store: string;
}

/** Streams a run into the store as a run is recorded: collected, stored, then acknowledged. Seconds from start to end. */
async function stream(way: Way, id: string, what: PlanPoint, keep: boolean): Promise<number> {
  const { session } = way;
  const collector = new Collector();
  const recorder = Recorder.begin(way.store, headerOf(id, way.identity, what));
  let stored = 0;
  const over = Promise.withResolvers<void>();
  const off = session.on('plan', (event) => {
    if (keep) {
      collector.add(event);
      recorder.add(id, [event]);
    }
    if (event.kind === 'samples') stored += event.ns.length;
    session.ackUpTo(event.block);
    if (event.kind === 'plan-done') over.resolve();
  });
  const began = performance.now();
  try {
    must(await session.startPlan({ runId: id, dsp: 'cdsp', points: [what] }));
    await over.promise;
  } finally {
    off();
  }
  const seconds = (performance.now() - began) / 1000;
  if (recorder.problem !== null) throw new Error(recorder.problem.message);
  if (stored !== what.samples) throw new Error(`${stored} of ${what.samples} samples came`);
  return seconds;
}

export async function sampleStream(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  const board = await lab.board();
  const { session, pid } = await lab.session(board, 'flood');
  const way = { session, identity: must(await session.identity()), store: join(lab.folder(), 'runs.sqlite') };
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    lab.check();
    progress(`samples from agent to store: round ${round + 1} of ${rounds}`);
    rates.push(SAMPLES / (await stream(way, `tool-stream-${round}`, flood(SAMPLES), true)));
  }
  const after = residentMib(pid);
  progress(`the agent's memory while it streams ${LONG / 1e6} million samples`);
  await stream(way, 'tool-long', flood(LONG), false);
  return [rateFigure(rates), memoryFigure(after, residentMib(pid))];
}

const rateFigure = (rates: readonly number[]): Figure => ({
  what: 'samples from agent to store',
  value: median(rates) / 1e6,
  unit: 'million/s',
  goal: { sense: 'at least', value: 1 },
  how:
    `the agent's own sink, ring, frames and socket, fed by a benchmark that costs nothing; the host's decoder, collector, ` +
    `SQLite store and acknowledgement; median of ${rates.length} runs of ${digits(SAMPLES / 1e6)} million, slowest ` +
    `${digits(Math.min(...rates) / 1e6)}`,
});

function residentMib(pid: number): number | null {
  const kib = statusOf(pid, 'VmHWM');
  return kib === null ? null : kib / KIB_A_MIB;
}

const memoryFigure = (before: number | null, value: number | null): Figure => ({
  what: "agent's memory while it streams, at its highest",
  value,
  unit: 'MiB',
  goal: { sense: 'at most', value: 8 },
  how:
    `VmHWM of the host build after ${digits(LONG / 1e6)} million samples more ` +
    `(before them ${before === null ? 'unknown' : `${digits(before)} MiB`}); the ring in front of the host is part of it`,
});
