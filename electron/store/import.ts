import type { PlanEvent } from '../model/plan-events.ts';
import type { PointResult } from '../model/run.ts';

/** Samples of one row of the store. */
const BLOCK = 65_536;

/** The results of a run as the events that would have made them. What was never begun has none. */
export function* eventsOf(points: readonly PointResult[]): Generator<PlanEvent> {
  for (const result of points) {
    if (result.status === 'not-run') continue;
    const { index } = result.point;
    yield { kind: 'started', block: 0, index, series: result.series.map((row) => row.name) };
    for (const [series, row] of result.series.entries()) {
      for (let first = 0; first < row.ns.length; first += BLOCK) {
        const ns = Float64Array.from(row.ns.slice(first, first + BLOCK));
        yield { kind: 'samples', block: 0, index, series, first, ns, simulated: result.simulated };
      }
    }
    yield { kind: 'done', ...doneOf(result, result.status) };
  }
}

function doneOf(
  result: PointResult,
  status: Exclude<PointResult['status'], 'not-run'>,
): Omit<Extract<PlanEvent, { kind: 'done' }>, 'kind'> {
  const { error, call, reason, limit, verified, mismatches, bytesPerSample, leftBehind } = result;
  return {
    index: result.point.index,
    block: 0,
    status,
    error,
    call,
    reason,
    limit,
    verified,
    mismatches,
    bytesPerSample,
    leftBehind,
    samplesTaken: Math.max(0, ...result.series.map((row) => row.ns.length)),
    samplesDropped: result.dropped,
    startedNs: 0,
    endedNs: 0,
    simulated: result.simulated,
    counters: result.counters,
    proof: result.proof,
  };
}
