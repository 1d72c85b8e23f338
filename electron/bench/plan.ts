import type { Plan, PlanPoint, Source } from '../model/plan.ts';
import type { AccelNode, BenchmarkInfo, Identity } from '../model/board.ts';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import { CATALOGUE, QUICK_SIZES, SIZES, findBenchmark, type Benchmark } from './catalogue.ts';

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
  /** u64 as decimal text: pattern seed. */
  readonly seed: string;
}

export const MAX_POINTS = 1024;
const REPEATS = 3;
const MIN_SAMPLES = 30;
const QUICK = { budgetS: 0.12, samples: 200, ioctlSamples: 4000, syncVariants: [1, 3, 11, 15] };
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
    points,
  });
}

/** What the budgets of the points add up to, seconds. A point takes less where its samples are quick, more where its least samples are slow. */
export const planSeconds = (plan: Plan): number =>
  plan.points.reduce((sum, point) => sum + point.budgetNs / 1e9, 0);

/**
 * Bytes that the plan leaves held until reboot, on a driver that keeps every buffer of its own once mapped, through its node or
 * as a dma-buf (a reading of the identity says so). A point maps one buffer at most; mem.alloc maps it to check it, in its
 * first run only; mem.export and mem.import map none there.
 */
export function leavesBehind(plan: Plan, node: AccelNode, identity: Identity): number {
  const keeps =
    identity.readings.find((reading) => reading.key === `${node.path}.keeps-mapped-buffers`)?.value === 'yes';
  return keeps ? plan.points.filter(mapsOwnBuffer).reduce((sum, point) => sum + point.size, 0) : 0;
}

const mapsOwnBuffer = (point: PlanPoint): boolean =>
  (point.source === 'qda' || point.source === 'dmabuf') &&
  (['mem.cpumap', 'mem.handoff', 'cpu.bw'].includes(point.benchmark) ||
    (point.benchmark === 'mem.alloc' && point.verify && point.repeat === 0));

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
  request.budgetS ?? (request.name === 'quick' ? QUICK.budgetS : FULL_BUDGET_S);

function samplesOf(benchmark: Benchmark, request: PlanRequest): number {
  if (request.samples !== null) return request.samples;
  if (request.name === 'full' || benchmark.id === 'mem.import_scale') return benchmark.samples;
  return benchmark.id === 'base.ioctl' ? QUICK.ioctlSamples : Math.min(benchmark.samples, QUICK.samples);
}

function variantsOf(benchmark: Benchmark, request: PlanRequest): readonly number[] {
  return benchmark.id === 'cpu.sync' && request.name === 'quick'
    ? QUICK.syncVariants
    : benchmark.sweep.variants;
}

type Shape = Omit<PlanPoint, 'index' | 'repeat'>;

function shapesOf(benchmark: Benchmark, request: PlanRequest): Shape[] {
  const sizes = benchmark.sweep.sizes
    ? (request.sizes ?? (request.name === 'quick' ? QUICK_SIZES : SIZES))
    : [0];
  const shapes: Shape[] = [];
  for (const source of benchmark.sweep.sources) {
    for (const size of sizes) {
      for (const variant of variantsOf(benchmark, request))
        shapes.push(shape(benchmark, request, { source, size, variant }));
    }
  }
  return shapes;
}

function shape(
  benchmark: Benchmark,
  request: PlanRequest,
  at: { source: Source; size: number; variant: number },
): Shape {
  const samples = samplesOf(benchmark, request);
  return {
    benchmark: benchmark.id,
    size: at.size,
    source: at.source,
    count: 0,
    variant: at.variant,
    samples,
    warmups: request.name === 'quick' ? Math.min(benchmark.warmups, 100) : benchmark.warmups,
    budgetNs: Math.round(budgetOf(request) * 1e9),
    minSamples: Math.min(samples, MIN_SAMPLES),
    seed: request.seed,
    verify: request.verify,
  };
}
