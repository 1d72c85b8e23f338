import type { Plan, PlanPoint } from '../model/plan.ts';
import type { AccelNode, BenchmarkInfo, Identity } from '../model/board.ts';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import { CATALOGUE, QUICK_SIZES, SIZES, findBenchmark, type Benchmark, type Block } from './catalogue.ts';
import { HANDOFF, isWholePath, passOf } from './variants.ts';

/** What the user asks for; everything else comes from the catalogue. */
export interface PlanRequest {
  readonly name: 'quick' | 'full';
  readonly dsp: string;
  /** Public ids; empty: every benchmark of the plan. */
  readonly only: readonly string[];
  /** Samples a series; null: the catalogue's (quick: fewer). */
  readonly samples: number | null;
  /** Seconds a point; null: the plan's own. */
  readonly budgetS: number | null;
  /** Bytes; null: the plan's own. */
  readonly sizes: readonly number[] | null;
  readonly exhaustive: boolean;
  readonly verify: boolean;
  /** The shell ELF on the board; empty: the agent looks for it. */
  readonly shell: string;
  /** A folder on the board: code on the DSP may read files below it; empty or left out: it may read none. */
  readonly dspFiles?: string;
  /** u64 as decimal text: pattern seed. */
  readonly seed: string;
}

export const MAX_POINTS = 1024;
const REPEATS = 3;
const MIN_SAMPLES = 30;
const QUICK_BUDGET_S = 0.12;
const FULL_BUDGET_S = 2;

/**
 * Makes the plan: catalogue order, and the independent runs (`repeat`) interleaved: the first of every point, then the
 * second of every point, so that a drift of the board hits all points alike.
 * Fails with 'unknown-benchmark', 'plan-too-large' or 'empty-plan'.
 */
export function makePlan(request: PlanRequest, offered: readonly BenchmarkInfo[]): Outcome<Plan> {
  const chosen = chooseBenchmarks(request, offered);
  if (!chosen.ok) return chosen;
  const shapes = chosen.value.flatMap((benchmark) => shapesOf(benchmark, request));
  if (shapes.length === 0)
    return fail(
      'empty-plan',
      'The plan has no point to run.',
      'Name benchmarks with --only, or choose another plan.',
    );
  const count = shapes.length * REPEATS;
  if (count > MAX_POINTS) {
    return fail(
      'plan-too-large',
      `The plan has ${count} points; an agent takes ${MAX_POINTS}.`,
      'Name fewer benchmarks (--only) or fewer sizes.',
    );
  }
  const points: PlanPoint[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const shape of shapes) points.push({ ...shape, repeat, index: points.length });
  }
  return ok({
    name: request.only.length > 0 ? 'custom' : request.name,
    dsp: request.dsp,
    seed: request.seed,
    repeats: REPEATS,
    verify: request.verify,
    budgetS: budgetOf(request),
    shell: request.shell,
    dspFiles: request.dspFiles ?? '',
    points,
  });
}

/**
 * What the budgets of the points add up to, seconds; a point whose least samples are known to take longer counts with those. A
 * point takes less where its samples are quick.
 */
export const planSeconds = (plan: Plan): number =>
  plan.points.reduce((sum, point) => sum + Math.max(point.budgetNs, leastNs(point)) / 1e9, 0);

const leastNs = (point: PlanPoint): number =>
  point.minSamples * (findBenchmark(point.benchmark)?.leastNs(point) ?? 0);

/**
 * Bytes that the plan leaves held until reboot, on a driver that keeps every buffer of its own once mapped, through its node or
 * as a dma-buf (a reading of the identity says so). mem.alloc maps its buffer to check it, in its first run only; mem.export and
 * mem.import map none there; what points without a size hold (the shared lines of shm.doorbell) is not in it.
 */
export function leavesBehind(plan: Plan, node: AccelNode, identity: Identity): number {
  const keeps =
    identity.readings.find((reading) => reading.key === `${node.path}.keeps-mapped-buffers`)?.value === 'yes';
  return keeps ? plan.points.reduce((sum, point) => sum + point.size * buffersMapped(point), 0) : 0;
}

/** Buffers of the driver's own that the point maps for the CPU. */
function buffersMapped(point: PlanPoint): number {
  if (point.source !== 'qda' && point.source !== 'dmabuf') return 0;
  if (isWholePath(point)) return buffersOfPath(point);
  if (findBenchmark(point.benchmark)?.dsp !== true) return mapsOwnBuffer(point) ? 1 : 0;
  const passes = ['rpc.argc', 'rpc.argsize', 'e2e.frame'].includes(point.benchmark);
  if (passes && passOf(point.variant) === 'copy') return 0;
  if (point.benchmark === 'rpc.argc') return point.count;
  if (point.benchmark === 'dsp.map') return 0; // nothing is read or written there
  return point.benchmark === 'dsp.copy' ? 2 : 1;
}

/** What the agent makes a driver keep of one cold point at most: so many bytes, but five samples (native/run/mem_handoff_dsp.c). */
const KEPT_BYTES = 8 * 2 ** 20;
const KEPT_BUFFERS = 5;

/** The buffer that is proven to be shared; cold besides one warm-up, and one a sample. */
function buffersOfPath({ variant, size, warmups, minSamples }: PlanPoint): number {
  if (variant === HANDOFF.warm) return 1;
  const most = Math.max(KEPT_BUFFERS, Math.floor(KEPT_BYTES / size));
  return 1 + Math.min(warmups, 1) + Math.min(minSamples, most);
}

const mapsOwnBuffer = ({ benchmark, verify, repeat }: PlanPoint): boolean =>
  ['mem.cpumap', 'mem.handoff', 'cpu.bw'].includes(benchmark) ||
  (benchmark === 'mem.alloc' && verify && repeat === 0);

function chooseBenchmarks(
  request: PlanRequest,
  offered: readonly BenchmarkInfo[],
): Outcome<readonly Benchmark[]> {
  const known = offered.map((row) => row.id);
  for (const id of request.only) {
    if (!findBenchmark(id) || !known.includes(id)) {
      return fail('unknown-benchmark', `There is no benchmark "${id}".`, `Known here: ${known.join(', ')}.`);
    }
  }
  const wanted = (row: Benchmark): boolean =>
    request.only.length > 0 ? request.only.includes(row.id) : request.exhaustive || !row.exhaustive;
  return ok(CATALOGUE.filter((row) => known.includes(row.id) && wanted(row)));
}

const budgetOf = (request: PlanRequest): number =>
  request.budgetS ?? (request.name === 'quick' ? QUICK_BUDGET_S : FULL_BUDGET_S);

function samplesOf(benchmark: Benchmark, request: PlanRequest): number {
  return request.samples ?? (request.name === 'quick' ? benchmark.quickSamples : benchmark.samples);
}

/** The full plan of a benchmark that was asked for by name leaves nothing out. */
function blocksOf({ sweep }: Benchmark, request: PlanRequest): readonly Block[] {
  if (request.name === 'quick') return sweep.quick;
  return request.only.length > 0 ? (sweep.alone ?? sweep.full) : sweep.full;
}

type Shape = Omit<PlanPoint, 'index' | 'repeat'>;
type Place = Pick<PlanPoint, 'source' | 'size' | 'count' | 'variant'>;

/** Blocks that come to the same place (the user's sizes can make them) give one point. */
function shapesOf(benchmark: Benchmark, request: PlanRequest): Shape[] {
  const places = new Map<string, Place>();
  for (const block of blocksOf(benchmark, request))
    for (const place of placesOf(block, sizesOf(block, benchmark, request)))
      places.set(Object.values(place).join('/'), place);
  return [...places.values()].map((place) => shape(benchmark, request, place));
}

function sizesOf({ sizes }: Block, { ownSizes }: Benchmark, request: PlanRequest): readonly number[] {
  if (sizes !== 'any' && (ownSizes === true || sizes.every((size) => size === 0))) return sizes;
  if (request.sizes !== null) return request.sizes;
  return sizes !== 'any' ? sizes : request.name === 'quick' ? QUICK_SIZES : SIZES;
}

const placesOf = ({ sources, counts, variants }: Block, sizes: readonly number[]): Place[] =>
  sources.flatMap((source) =>
    sizes.flatMap((size) =>
      counts.flatMap((count) => variants.map((variant) => ({ source, size, count, variant }))),
    ),
  );

function shape(benchmark: Benchmark, request: PlanRequest, place: Place): Shape {
  const samples = samplesOf(benchmark, request);
  return {
    benchmark: benchmark.id,
    ...place,
    samples,
    warmups: request.name === 'quick' ? Math.min(benchmark.warmups, 100) : benchmark.warmups,
    budgetNs: Math.round(budgetOf(request) * 1e9),
    minSamples: Math.min(samples, MIN_SAMPLES),
    seed: request.seed,
    verify: request.verify,
  };
}
