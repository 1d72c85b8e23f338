import { endToEndOf, type EndToEnd } from './one-go.ts';
import type { ChartGroup } from './results.ts';
import { handoffIsWhole, isAt, sumOf, timeOf, type Stage, type WaterfallRow } from './stage-times.ts';
import { STAGES, WHOLE_PATH, type StageSpec } from './stages.ts';

export { nameOf, type EndToEnd } from './one-go.ts';
export type { Measured, Stage, StageTime, WaterfallRow } from './stage-times.ts';

export interface WaterfallSize {
  /** Bytes. */
  readonly size: number;
  readonly cold: WaterfallRow;
  readonly warm: WaterfallRow;
  /** Cold ones and warm ones; empty where no series measures several stages in one go. */
  readonly endToEnd: readonly EndToEnd[];
}

/**
 * The share-cost waterfall: the way of one buffer of the accel driver, stage by stage, one entry a size (ascending). Every
 * stage is there in every row: measured, missing with the reason, or not paid again (warm).
 */
export function waterfallOf(groups: readonly ChartGroup[]): WaterfallSize[] {
  const own = groups.filter((group) => group.point.source === 'qda' && group.point.size > 0);
  const specs = stagesOf(own);
  const benchmarks = new Set(specs.map((stage) => stage.cold.benchmark).filter((id) => !OWN_SIZES.has(id)));
  const sizes = own.filter((group) => benchmarks.has(group.point.benchmark)).map((group) => group.point.size);
  return [...new Set(sizes)].sort((a, b) => a - b).map((size) => ofSize(size, specs, own));
}

/** Sweeps over sizes of their own: those alone make no entry. */
const OWN_SIZES: ReadonlySet<string> = new Set(['rpc.argsize']);

/** The stages of this run: those of the DSP only where a benchmark of theirs was in its plan. */
function stagesOf(groups: readonly ChartGroup[]): readonly StageSpec[] {
  const onDsp = STAGES.filter((stage) => stage.dsp === true);
  const names = onDsp.flatMap((stage) => [stage.cold, ...(stage.else ? [stage.else] : [])]);
  const planned = groups.some((group) =>
    [...names, WHOLE_PATH.cold, WHOLE_PATH.warm].some((name) => isAt(group, name)),
  );
  return planned ? STAGES : STAGES.filter((stage) => stage.dsp !== true);
}

function ofSize(size: number, specs: readonly StageSpec[], groups: readonly ChartGroup[]): WaterfallSize {
  const here = groups.filter((group) => group.point.size === size);
  const rows = { cold: rowOf('cold', specs, here), warm: rowOf('warm', specs, here) };
  return { size, ...rows, endToEnd: endToEndOf(rows, specs, here) };
}

function rowOf(
  temperature: WaterfallRow['temperature'],
  specs: readonly StageSpec[],
  groups: readonly ChartGroup[],
): WaterfallRow {
  const seen = { groups, whole: handoffIsWhole(groups), path: WHOLE_PATH[temperature] };
  const stages = specs.map((spec): Stage => ({
    key: spec.key,
    title: spec.title,
    what: spec.what,
    time: timeOf(spec, spec[temperature], seen),
  }));
  return {
    temperature,
    stages,
    sumNs: sumOf(stages),
    missing: stages.filter((stage) => stage.time.kind === 'missing').map((stage) => stage.title),
  };
}
