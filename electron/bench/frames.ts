import { findBenchmark } from './catalogue.ts';
import type { PointGroup, ResultRow } from './results.ts';

/** The stages of a frame beside the frame measured in one go; a way without a stage (a copy needs no sync) has none. p50, ns. */
export interface FrameSplit {
  readonly group: PointGroup;
  readonly stages: readonly { readonly name: string; readonly ns: number | null }[];
  /** null where a stage has no times. */
  readonly sumNs: number | null;
  readonly frame: ResultRow | null;
  /** Frame minus sum: what no stage timed. */
  readonly differenceNs: number | null;
}

const FRAME = 'e2e.frame';
const WHOLE = 'frame';

/** One entry a way and size of e2e.frame that gave times and held its checks. */
export function framesOf(groups: readonly PointGroup[]): FrameSplit[] {
  return groups
    .filter((group) => group.point.benchmark === FRAME && group.status !== 'fail')
    .filter((group) => group.rows.some((row) => row.samples.length > 0))
    .map(splitOf);
}

function splitOf(group: PointGroup): FrameSplit {
  const names = (findBenchmark(FRAME)?.series ?? []).map((row) => row.name).filter((name) => name !== WHOLE);
  const given = names.filter((name) => group.rows.some((row) => row.series === name));
  const stages = given.map((name) => ({ name, ns: p50Of(group, name) }));
  const sumNs = stages.reduce<number | null>(
    (sum, { ns }) => (sum === null || ns === null ? null : sum + ns),
    0,
  );
  const whole = p50Of(group, WHOLE);
  return {
    group,
    stages,
    sumNs,
    frame: group.rows.find((row) => row.series === WHOLE) ?? null,
    differenceNs: sumNs === null || whole === null ? null : whole - sumNs,
  };
}

function p50Of(group: PointGroup, series: string): number | null {
  const row = group.rows.find((one) => one.series === series);
  return row?.summary.kind === 'summary' ? row.summary.p50 : null;
}
