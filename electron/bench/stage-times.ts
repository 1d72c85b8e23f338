import type { PointStatus } from '../model/run.ts';
import type { ChartGroup, ChartRow } from './results.ts';
import { WHOLE_HANDOFF, type SeriesName, type StageKey, type StageSpec } from './stages.ts';
import type { Interval, TooFew } from './statistics/figures.ts';

/** The time of each stage of the waterfall at one size: by its own benchmark, or as a part of the complete path. */

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

export interface WaterfallRow {
  readonly temperature: 'cold' | 'warm';
  readonly stages: readonly Stage[];
  /** Sum of the p50 of the stages that are there. */
  readonly sumNs: number;
  /** Titles of the stages that are missing: with one of them the sum is a lower bound. */
  readonly missing: readonly string[];
}

export const isAt = ({ point }: ChartGroup, { benchmark, variant = 0 }: SeriesName): boolean =>
  point.benchmark === benchmark && point.variant === variant;

export const sumOf = (stages: readonly Pick<Stage, 'time'>[]): number =>
  stages.reduce((sum, { time }) => (time.kind === 'measured' && time.inSum ? sum + time.ns : sum), 0);

/** True where the agent gave mem.handoff in one piece: its time then contains the import. */
export const handoffIsWhole = (groups: readonly ChartGroup[]): boolean =>
  measure(STAGES_HAND_OVER, groups).kind === 'missing' && measure(WHOLE_HANDOFF, groups).kind === 'measured';

const STAGES_HAND_OVER: SeriesName = { benchmark: WHOLE_HANDOFF.benchmark, series: 'receive' };

export interface Seen {
  readonly groups: readonly ChartGroup[];
  /** mem.handoff came in one piece. */
  readonly whole: boolean;
  /** The complete path of this temperature. */
  readonly path: SeriesName;
}

/** By its own benchmark; where that gave nothing, as a part of the complete path. */
export function timeOf(spec: StageSpec, from: SeriesName | string, seen: Seen): StageTime {
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
  groups: readonly ChartGroup[],
): Measured | Missing {
  const first = measure(from, groups);
  if (first.kind === 'measured' || other === undefined) return first;
  const second = measure(other, groups);
  const planned = groups.some((group) => isAt(group, from));
  return second.kind === 'measured' || !planned ? second : first;
}

type Missing = Extract<StageTime, { kind: 'missing' }>;

export function measure(from: SeriesName, groups: readonly ChartGroup[]): Measured | Missing {
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
  row: ChartRow,
  summary: Extract<ChartRow['summary'], { kind: 'summary' }>,
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

function whyEmpty(from: SeriesName, group: ChartGroup): string {
  const why = group.reason === '' ? '' : `: ${group.reason}`;
  return group.status === 'pass'
    ? `${from.benchmark} gave no series "${from.series}"`
    : `${from.benchmark} is "${group.status}"${why}`;
}
