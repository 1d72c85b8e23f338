import type { ChartGroup } from './results.ts';
import { measure, sumOf, type Measured, type StageTime, type WaterfallRow } from './stage-times.ts';
import {
  BESIDES,
  END_TO_END,
  type EndToEndSpec,
  type SeriesName,
  type StageKey,
  type StageSpec,
} from './stages.ts';

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

interface Rows {
  readonly cold: WaterfallRow;
  readonly warm: WaterfallRow;
}

/** Of one size, in the order of the data: those that were measured. */
export function endToEndOf(
  rows: Rows,
  specs: readonly StageSpec[],
  groups: readonly ChartGroup[],
): EndToEnd[] {
  const ends = END_TO_END.flatMap((end) => oneGo(end, rows[end.temperature], { specs, groups }));
  const firstWhole = (temperature: EndToEnd['temperature']): EndToEnd | undefined =>
    ends.find((end) => end.isPath && end.temperature === temperature);
  return ends.map((end) => ({ ...end, isPath: end === firstWhole(end.temperature) }));
}

function oneGo(
  end: EndToEndSpec,
  row: WaterfallRow,
  { specs, groups }: { readonly specs: readonly StageSpec[]; readonly groups: readonly ChartGroup[] },
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
  groups: readonly ChartGroup[],
): EndToEnd['split'] =>
  specs.flatMap(({ key, title, inPath }) => {
    const time = measure({ ...path, series: inPath }, groups);
    return time.kind === 'measured' ? [{ key, title, ns: time.ns }] : [];
  });

const besidesOf = (path: SeriesName, groups: readonly ChartGroup[]): EndToEnd['besides'] =>
  BESIDES.flatMap(({ series, title }) => {
    const time = measure({ ...path, series }, groups);
    return time.kind === 'measured' ? [{ title, ns: time.ns }] : [];
  });

const isSeries = (time: StageTime, { benchmark, series }: SeriesName): boolean =>
  time.kind === 'measured' && time.benchmark === benchmark && time.series === series;

export const nameOf = ({ benchmark, series }: SeriesName): string => `${benchmark} ${series}`;
