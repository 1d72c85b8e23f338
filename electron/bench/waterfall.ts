import type { PointStatus } from '../model/run.ts';
import type { PointGroup, ResultRow } from './results.ts';
import {
  END_TO_END,
  STAGES,
  WHOLE_HANDOFF,
  type SeriesName,
  type StageKey,
  type StageSpec,
} from './stages.ts';
import type { Interval, TooFew } from './statistics/figures.ts';

/** p50 of a series, nanoseconds, and where it comes from. */
export interface Measured {
  readonly kind: 'measured';
  readonly benchmark: string;
  readonly series: string;
  readonly ns: number;
  readonly interval: Interval | TooFew;
  readonly n: number;
  /** 'pass', or the word of a point that did not come to its end. */
  readonly status: PointStatus;
  /** The p50 differs too much between the independent runs. */
  readonly unstable: boolean;
  /** False where another stage's time contains this one, so that the sum does not count it twice. */
  readonly inSum: boolean;
  /** What the reader has to know about this time; empty: nothing. */
  readonly note: string;
}

export type StageTime =
  | Measured
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'not-paid'; readonly reason: string };

export interface Stage {
  readonly key: StageKey;
  readonly title: string;
  readonly what: string;
  readonly time: StageTime;
}

/** Several stages measured in one go beside the sum of the same stages measured apart. */
export interface EndToEnd {
  readonly title: string;
  readonly covers: readonly StageKey[];
  /** What it contains besides: series that are no stage of the path. */
  readonly also: readonly SeriesName[];
  readonly whole: Measured;
  /** Sum of the covered stages and of `also`; null where one of them is missing. */
  readonly sumNs: number | null;
  /** Whole minus sum: what no stage timed (below 0: what was timed twice). */
  readonly differenceNs: number | null;
  /** Titles of the covered stages that are missing. */
  readonly missing: readonly string[];
  /** From the making of the buffer to its end. */
  readonly isPath: boolean;
  /** In what it differs from the stages measured apart, sentences. */
  readonly differs: string;
}

export interface WaterfallRow {
  readonly temperature: 'cold' | 'warm';
  readonly stages: readonly Stage[];
  /** Sum of the p50 of the stages that are there. */
  readonly sumNs: number;
  /** Titles of the stages that are missing: with one of them the sum is a lower bound. */
  readonly missing: readonly string[];
}

export interface WaterfallSize {
  /** Bytes. */
  readonly size: number;
  readonly cold: WaterfallRow;
  readonly warm: WaterfallRow;
  /** Of the cold path; empty where no series measures several stages in one go. */
  readonly endToEnd: readonly EndToEnd[];
}

/**
 * The share-cost waterfall: the way of one buffer of the accel driver, stage by stage, one entry a size (ascending). Every
 * stage is there in every row: measured, missing with the reason, or not paid again (warm).
 */
export function waterfallOf(groups: readonly PointGroup[]): WaterfallSize[] {
  const own = groups.filter((group) => group.point.source === 'qda' && group.point.size > 0);
  const specs = stagesOf(own);
  const benchmarks = new Set(specs.map((stage) => stage.cold.benchmark).filter((id) => !OWN_SIZES.has(id)));
  const sizes = own.filter((group) => benchmarks.has(group.point.benchmark)).map((group) => group.point.size);
  return [...new Set(sizes)].sort((a, b) => a - b).map((size) => ofSize(size, specs, own));
}

/** Sweeps over sizes of their own: those alone make no entry. */
const OWN_SIZES: ReadonlySet<string> = new Set(['rpc.argsize']);

/** The stages of this run: those of the DSP only where a benchmark of theirs was in its plan. */
function stagesOf(groups: readonly PointGroup[]): readonly StageSpec[] {
  const onDsp = STAGES.filter((stage) => stage.dsp === true);
  const planned = groups.some((group) => onDsp.some(({ cold }) => isAt(group, cold)));
  return planned ? STAGES : STAGES.filter((stage) => stage.dsp !== true);
}

const isAt = ({ point }: PointGroup, { benchmark, variant = 0 }: SeriesName): boolean =>
  point.benchmark === benchmark && point.variant === variant;

function ofSize(size: number, specs: readonly StageSpec[], groups: readonly PointGroup[]): WaterfallSize {
  const here = groups.filter((group) => group.point.size === size);
  const cold = rowOf('cold', specs, here);
  return { size, cold, warm: rowOf('warm', specs, here), endToEnd: endToEnd(cold, here) };
}

function rowOf(
  temperature: 'cold' | 'warm',
  specs: readonly StageSpec[],
  groups: readonly PointGroup[],
): WaterfallRow {
  const whole = handoffIsWhole(groups);
  const stages = specs.map((spec): Stage => ({
    key: spec.key,
    title: spec.title,
    what: spec.what,
    time: timeOf(spec, spec[temperature], { groups, whole }),
  }));
  return {
    temperature,
    stages,
    sumNs: sumOf(stages),
    missing: stages.filter((stage) => stage.time.kind === 'missing').map((stage) => stage.title),
  };
}

const sumOf = (stages: readonly Pick<Stage, 'time'>[]): number =>
  stages.reduce((sum, { time }) => (time.kind === 'measured' && time.inSum ? sum + time.ns : sum), 0);

/** True where the agent gave mem.handoff in one piece: its time then contains the import. */
const handoffIsWhole = (groups: readonly PointGroup[]): boolean =>
  measure(STAGES_HAND_OVER, groups).kind === 'missing' && measure(WHOLE_HANDOFF, groups).kind === 'measured';

const STAGES_HAND_OVER: SeriesName = { benchmark: WHOLE_HANDOFF.benchmark, series: 'receive' };

function timeOf(
  spec: StageSpec,
  from: SeriesName | string,
  seen: { groups: readonly PointGroup[]; whole: boolean },
): StageTime {
  if (typeof from === 'string') return { kind: 'not-paid', reason: from };
  if (!seen.whole) return measure(from, seen.groups);
  if (spec.key === 'hand-over') {
    const time = measure(WHOLE_HANDOFF, seen.groups);
    return time.kind === 'measured'
      ? { ...time, note: 'contains the import in the other process and the read of one word' }
      : time;
  }
  const time = measure(from, seen.groups);
  return spec.key === 'import' && time.kind === 'measured'
    ? { ...time, inSum: false, note: 'not added: hand over contains an import' }
    : time;
}

function measure(from: SeriesName, groups: readonly PointGroup[]): Exclude<StageTime, { kind: 'not-paid' }> {
  const group = groups.find((one) => isAt(one, from));
  if (!group) return { kind: 'missing', reason: `${from.benchmark} was not in the plan at this size` };
  if (group.status === 'fail')
    return {
      kind: 'missing',
      reason: `${from.benchmark} failed its check, so its time is not used: ${group.reason}`,
    };
  const row = group.rows.find((one) => one.series === from.series);
  if (row?.summary.kind !== 'summary') return { kind: 'missing', reason: whyEmpty(from, group) };
  return measured(row, row.summary, group.status);
}

function measured(
  row: ResultRow,
  summary: Extract<ResultRow['summary'], { kind: 'summary' }>,
  status: PointStatus,
): Measured {
  return {
    kind: 'measured',
    benchmark: row.benchmark,
    series: row.series,
    ns: summary.p50,
    interval: summary.p50Interval,
    n: summary.n,
    status,
    unstable: row.variation.kind === 'value' && row.variation.unstable,
    inSum: true,
    note: status === 'pass' ? '' : `a run of this point ended as "${status}"`,
  };
}

function whyEmpty(from: SeriesName, group: PointGroup): string {
  const why = group.reason === '' ? '' : `: ${group.reason}`;
  return group.status === 'pass'
    ? `${from.benchmark} gave no series "${from.series}"`
    : `${from.benchmark} is "${group.status}"${why}`;
}

function endToEnd(cold: WaterfallRow, groups: readonly PointGroup[]): EndToEnd[] {
  return END_TO_END.flatMap(({ title, series, covers, also, whole: isPath, differs }) => {
    const whole = measure(series, groups);
    if (whole.kind !== 'measured') return [];
    const stages = cold.stages.filter((stage) => covers.includes(stage.key));
    if (stages.some(({ time }) => isSeries(time, series))) return [];
    const others = also.map((one) => ({ title: nameOf(one), time: measure(one, groups) }));
    const missing = [...stages, ...others]
      .filter(({ time }) => time.kind === 'missing')
      .map((one) => one.title);
    const sumNs = missing.length > 0 ? null : sumOf([...stages, ...others]);
    const differenceNs = sumNs === null ? null : whole.ns - sumNs;
    return [{ title, covers, also, whole, sumNs, differenceNs, missing, isPath, differs }];
  });
}

const isSeries = (time: StageTime, { benchmark, series }: SeriesName): boolean =>
  time.kind === 'measured' && time.benchmark === benchmark && time.series === series;

export const nameOf = ({ benchmark, series }: SeriesName): string => `${benchmark} ${series}`;
