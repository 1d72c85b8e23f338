import type { PlanEvent } from '../model/plan-events.ts';
import type { PointDone } from '../model/stream.ts';
import type { Plan, PlanPoint } from '../model/plan.ts';
import type { PointResult, Series } from '../model/run.ts';

/** Digest of a series, passed in because pure code has no hash. */
export type Digest = (ns: Float64Array) => string;

interface Open {
  names: readonly string[];
  readonly chunks: Map<number, Map<number, Float64Array>>;
  end: PointDone | null;
}

/**
 * Folds the events of a plan into its point results. Events may come twice (after a resumed stream): a block of samples
 * is known by its place, so the second changes nothing.
 */
export class Collector {
  private readonly open = new Map<number, Open>();

  add(event: PlanEvent): void {
    if (event.kind === 'plan-done') return;
    const point = this.at(event.index);
    if (event.kind === 'started') point.names = event.series;
    else if (event.kind === 'done') point.end = event;
    else {
      const series = point.chunks.get(event.series) ?? new Map<number, Float64Array>();
      series.set(event.first, event.ns.slice());
      point.chunks.set(event.series, series);
    }
  }

  /** One result a point of the plan, in its order; what never ended stands as 'not-run', or 'cancelled' with what it has. */
  results(plan: Plan, simulated: boolean, digest: Digest): PointResult[] {
    return plan.points.map((point) => resultOf(point, this.open.get(point.index), simulated, digest));
  }

  /** Points that have ended so far. */
  get ended(): number {
    return [...this.open.values()].filter((point) => point.end !== null).length;
  }

  private at(index: number): Open {
    const known = this.open.get(index);
    if (known) return known;
    const fresh: Open = { names: [], chunks: new Map(), end: null };
    this.open.set(index, fresh);
    return fresh;
  }
}

function resultOf(point: PlanPoint, open: Open | undefined, simulated: boolean, digest: Digest): PointResult {
  const series = open
    ? open.names.map((name, at): Series => seriesOf(name, open.chunks.get(at), digest))
    : [];
  const end = open?.end;
  if (!end) {
    return {
      ...NOTHING,
      point,
      series,
      simulated,
      status: open ? 'cancelled' : 'not-run',
      reason: open ? 'The stream ended before the point did.' : 'The run ended before this point.',
    };
  }
  return {
    point,
    series,
    status: end.status,
    error: end.error,
    call: end.call,
    reason: end.reason,
    limit: end.limit,
    verified: end.verified,
    mismatches: end.mismatches,
    bytesPerSample: end.bytesPerSample,
    leftBehind: end.leftBehind,
    dropped: end.samplesDropped,
    simulated: end.simulated,
    counters: end.counters,
    proof: end.proof,
  };
}

const NOTHING = {
  error: 0,
  call: '',
  limit: null,
  verified: 0,
  mismatches: 0,
  bytesPerSample: 0,
  leftBehind: 0,
  dropped: 0,
  counters: [],
  proof: null,
};

function seriesOf(name: string, chunks: Map<number, Float64Array> | undefined, digest: Digest): Series {
  const parts = [...(chunks ?? new Map<number, Float64Array>())]
    .sort(([a], [b]) => a - b)
    .map(([, part]) => part);
  const [whole, second] = parts;
  if (whole && !second) return { name, ns: whole, sha256: digest(whole) };
  const ns = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    ns.set(part, at);
    at += part.length;
  }
  return { name, ns, sha256: digest(ns) };
}
