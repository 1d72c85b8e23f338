import type { PointStatus } from '../model/run.ts';
import type { PointGroup, ResultRow } from './results.ts';
import {
  BESIDES,
  END_TO_END,
  STAGES,
  WHOLE_HANDOFF,
  WHOLE_PATH,
  type EndToEndSpec,
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
  /** Its own benchmark gave nothing: this is the time of the stage within the complete path in one go. */
  readonly inGo: boolean;
  /** What the reader has to know about this time; empty: nothing. */
  readonly note: string;
}

export type StageTime =
  | Measured
  | { readonly kind: 'missing'; readonly reason: string }
  /** kept: what it made is there already; none: the driver has no such step. */
  | { readonly kind: 'not-paid'; readonly word: 'kept' | 'none'; readonly reason: string };

export interface Stage {
  readonly key: StageKey;
  readonly title: string;
  readonly what: string;
  readonly time: StageTime;
}

/** Several stages measured in one go beside the sum of the same stages measured apart. */
export interface EndToEnd {
  readonly title: string;
  readonly temperature: WaterfallRow['temperature'];
  readonly covers: readonly StageKey[];
  /** What it contains besides: series that are no stage of the path. */
  readonly also: readonly SeriesName[];
  readonly whole: Measured;
  /** Its stages within the go, in their order, where it was measured with stamps between them: p50, ns. */
  readonly split: readonly { readonly key: StageKey; readonly title: string; readonly ns: number }[];
  /** What it has besides, of the same samples: p50, ns. */
  readonly besides: readonly { readonly title: string; readonly ns: number }[];
  /** Sum of the covered stages and of `also`; null where one of them is missing. */
  readonly sumNs: number | null;
  /** Whole minus sum: what no stage timed (below 0: what was timed twice). */
  readonly differenceNs: number | null;
  /** Titles of the covered stages that were not measured apart. */
  readonly missing: readonly string[];
  /** From the making of the buffer to its end, as completely as this run has it; one a temperature. */
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
  /** Cold ones and warm ones; empty where no series measures several stages in one go. */
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
  const names = onDsp.flatMap((stage) => [stage.cold, ...(stage.else ? [stage.else] : [])]);
  const planned = groups.some((group) =>
    [...names, WHOLE_PATH.cold, WHOLE_PATH.warm].some((name) => isAt(group, name)),
  );
  return planned ? STAGES : STAGES.filter((stage) => stage.dsp !== true);
}

const isAt = ({ point }: PointGroup, { benchmark, variant = 0 }: SeriesName): boolean =>
  point.benchmark === benchmark && point.variant === variant;

function ofSize(size: number, specs: readonly StageSpec[], groups: readonly PointGroup[]): WaterfallSize {
  const here = groups.filter((group) => group.point.size === size);
  const rows = { cold: rowOf('cold', specs, here), warm: rowOf('warm', specs, here) };
  return { size, ...rows, endToEnd: endToEnd(rows, specs, here) };
}

function rowOf(
  temperature: WaterfallRow['temperature'],
  specs: readonly StageSpec[],
  groups: readonly PointGroup[],
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

const sumOf = (stages: readonly Pick<Stage, 'time'>[]): number =>
  stages.reduce((sum, { time }) => (time.kind === 'measured' && time.inSum ? sum + time.ns : sum), 0);

/** True where the agent gave mem.handoff in one piece: its time then contains the import. */
const handoffIsWhole = (groups: readonly PointGroup[]): boolean =>
  measure(STAGES_HAND_OVER, groups).kind === 'missing' && measure(WHOLE_HANDOFF, groups).kind === 'measured';

const STAGES_HAND_OVER: SeriesName = { benchmark: WHOLE_HANDOFF.benchmark, series: 'receive' };

interface Seen {
  readonly groups: readonly PointGroup[];
  /** mem.handoff came in one piece. */
  readonly whole: boolean;
  /** The complete path of this temperature. */
  readonly path: SeriesName;
}

/** By its own benchmark; where that gave nothing, as a part of the complete path. */
function timeOf(spec: StageSpec, from: SeriesName | string, seen: Seen): StageTime {
  if (typeof from === 'string') return { kind: 'not-paid', word: 'kept', reason: from };
  const own = ownTime(spec, from, seen);
  if (own.kind !== 'missing' || measure(seen.path, seen.groups).kind === 'missing') return own;
  const inPath = measure({ ...seen.path, series: spec.inPath }, seen.groups);
  if (inPath.kind === 'missing')
    return { kind: 'not-paid', word: 'none', reason: 'the complete path has no such step on this driver' };
  return {
    ...inPath,
    inGo: true,
    note: 'not measured by itself: its time within the complete path in one go',
  };
}

function ownTime(spec: StageSpec, from: SeriesName, { groups, whole }: Seen): Measured | Missing {
  if (!whole) return measureEither(from, from === spec.cold ? spec.else : undefined, groups);
  if (spec.key === 'hand-over') {
    const time = measure(WHOLE_HANDOFF, groups);
    return time.kind === 'measured'
      ? { ...time, note: 'contains the import in the other process and the read of one word' }
      : time;
  }
  const time = measureEither(from, from === spec.cold ? spec.else : undefined, groups);
  return spec.key === 'import' && time.kind === 'measured'
    ? { ...time, inSum: false, note: 'not added: hand over contains an import' }
    : time;
}

/** The first that was measured; else why the first is missing, of those that were in the plan. */
function measureEither(
  from: SeriesName,
  other: SeriesName | undefined,
  groups: readonly PointGroup[],
): Measured | Missing {
  const first = measure(from, groups);
  if (first.kind === 'measured' || other === undefined) return first;
  const second = measure(other, groups);
  const planned = groups.some((group) => isAt(group, from));
  return second.kind === 'measured' || !planned ? second : first;
}

type Missing = Extract<StageTime, { kind: 'missing' }>;

function measure(from: SeriesName, groups: readonly PointGroup[]): Measured | Missing {
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
    inGo: false,
    note: status === 'pass' ? '' : `a run of this point ended as "${status}"`,
  };
}

function whyEmpty(from: SeriesName, group: PointGroup): string {
  const why = group.reason === '' ? '' : `: ${group.reason}`;
  return group.status === 'pass'
    ? `${from.benchmark} gave no series "${from.series}"`
    : `${from.benchmark} is "${group.status}"${why}`;
}

type Rows = Pick<WaterfallSize, 'cold' | 'warm'>;

function endToEnd(rows: Rows, specs: readonly StageSpec[], groups: readonly PointGroup[]): EndToEnd[] {
  const ends = END_TO_END.flatMap((end) => oneGo(end, rows[end.temperature], { specs, groups }));
  const firstWhole = (temperature: EndToEnd['temperature']): EndToEnd | undefined =>
    ends.find((end) => end.isPath && end.temperature === temperature);
  return ends.map((end) => ({ ...end, isPath: end === firstWhole(end.temperature) }));
}

function oneGo(
  end: EndToEndSpec,
  row: WaterfallRow,
  { specs, groups }: { readonly specs: readonly StageSpec[]; readonly groups: readonly PointGroup[] },
): EndToEnd[] {
  const { title, temperature, series, also, whole: isPath, differs } = end;
  const whole = measure(series, groups);
  if (whole.kind !== 'measured') return [];
  const split = end.covers === 'own' ? splitOf(series, specs, groups) : [];
  const covers = end.covers === 'own' ? split.map(({ key }) => key) : end.covers;
  const stages = row.stages.filter((stage) => covers.includes(stage.key));
  if (stages.some(({ time }) => isSeries(time, series))) return [];
  const parts = [...stages, ...also.map((one) => ({ title: nameOf(one), time: measure(one, groups) }))];
  const missing = parts.filter(({ time }) => !isApart(time)).map((one) => one.title);
  const sumNs = missing.length > 0 ? null : sumOf(parts);
  const differenceNs = sumNs === null ? null : whole.ns - sumNs;
  const besides = end.covers === 'own' ? besidesOf(series, groups) : [];
  return [
    {
      title,
      temperature,
      covers,
      also,
      whole,
      split,
      besides,
      sumNs,
      differenceNs,
      missing,
      isPath,
      differs,
    },
  ];
}

/** Has it a time of its own, or is it a stage that costs nothing here? */
const isApart = (time: StageTime): boolean =>
  time.kind === 'not-paid' || (time.kind === 'measured' && !time.inGo);

const splitOf = (
  path: SeriesName,
  specs: readonly StageSpec[],
  groups: readonly PointGroup[],
): EndToEnd['split'] =>
  specs.flatMap(({ key, title, inPath }) => {
    const time = measure({ ...path, series: inPath }, groups);
    return time.kind === 'measured' ? [{ key, title, ns: time.ns }] : [];
  });

const besidesOf = (path: SeriesName, groups: readonly PointGroup[]): EndToEnd['besides'] =>
  BESIDES.flatMap(({ series, title }) => {
    const time = measure({ ...path, series }, groups);
    return time.kind === 'measured' ? [{ title, ns: time.ns }] : [];
  });

const isSeries = (time: StageTime, { benchmark, series }: SeriesName): boolean =>
  time.kind === 'measured' && time.benchmark === benchmark && time.series === series;

export const nameOf = ({ benchmark, series }: SeriesName): string => `${benchmark} ${series}`;
